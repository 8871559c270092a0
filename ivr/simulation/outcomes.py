"""Outcomes: what each simulated call is stored as, and the moments that go with it.

| what the model made | stored as |
|---|---|
| not offered | `caller_left_first` (70 %), `transferred_away` (20 %), `unavailable` (10 %), by chance alone |
| not willing, patience over in the silence before the first prompt | `left_before_prompt` |
| not willing, patience over in the introduction | `left_in_intro` |
| not willing otherwise: stays and presses nothing | `no_key` |
| willing, hung up before the own choice was read | `left_in_menu` |
| willing and stayed, or the agent pressed | `rated` |
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.domain.outcomes import Outcome
from ivr.simulation.calls import Simulation
from ivr.simulation.latent import FloatArray
from ivr.simulation.responses import INTRO_SECONDS, SET_UP_SECONDS

KINDS = (
    Outcome.CALLER_LEFT_FIRST,
    Outcome.TRANSFERRED_AWAY,
    Outcome.UNAVAILABLE,
    Outcome.LEFT_BEFORE_PROMPT,
    Outcome.LEFT_IN_INTRO,
    Outcome.NO_KEY,
    Outcome.LEFT_IN_MENU,
    Outcome.RATED,
)
TIMEOUT_SECONDS = 5.0
_NOT_OFFERED = (0.7, 0.2, 0.1)
_LEFT_BEFORE_PROMPT, _LEFT_IN_INTRO, _NO_KEY, _LEFT_IN_MENU, _RATED = range(len(_NOT_OFFERED), len(KINDS))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """One element of each array for one call: ``kind`` numbers :data:`KINDS`.

    ``options_heard`` counts options fully played, where the call was offered; ``press_ms`` counts from the first
    prompt frame, where it is rated. ``asked_seconds``, where the call was offered, run from the beginning of the
    silence before the prompt until the key, the hang-up, or the end of the wait for a key.
    """

    kind: NDArray[np.intp]
    options_heard: NDArray[np.intp]
    press_ms: NDArray[np.int64]
    asked_seconds: FloatArray


def settle_outcomes(simulation: Simulation, rng: np.random.Generator) -> Outcomes:
    """Return every call's outcome; only the way in which a call was not offered is left to chance."""
    responses = simulation.responses
    not_offered = np.searchsorted(np.cumsum(_NOT_OFFERED)[:-1], rng.random(len(simulation.contacts)), side="right")
    delays = np.array([delay.seconds for delay in simulation.scenario.delays])
    silence = delays[simulation.delay]
    prompt = SET_UP_SECONDS + silence
    kind = np.select(
        [
            ~simulation.offered,
            simulation.rated,
            responses.willing,
            responses.patience_seconds < prompt,
            responses.patience_seconds < prompt + INTRO_SECONDS,
        ],
        [not_offered, _RATED, _LEFT_IN_MENU, _LEFT_BEFORE_PROMPT, _LEFT_IN_INTRO],
        default=_NO_KEY,
    )
    # Where in the menu the key came or the caller left, in seconds from the end of the introduction.
    read = np.array([each.read_seconds for each in simulation.scenario.instruments])
    pressed = read[simulation.layout, simulation.category] + responses.reaction_seconds
    reached = np.select(
        [kind == _RATED, kind == _LEFT_IN_MENU, kind == _NO_KEY],
        [pressed, responses.leave_seconds, read.max(axis=1)[simulation.layout] + TIMEOUT_SECONDS],
        default=responses.patience_seconds - prompt - INTRO_SECONDS,
    )
    return Outcomes(
        kind=kind,
        options_heard=np.sum(reached[:, None] >= read[simulation.layout], axis=1),
        press_ms=np.rint(1000 * (INTRO_SECONDS + pressed)).astype(np.int64),
        asked_seconds=np.maximum(silence + INTRO_SECONDS + reached, 0.0).round(1),
    )
