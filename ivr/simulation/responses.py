"""Responses: what callers do who reach the rating, each on a time line that starts when the agent leaves.

1. *Willing or not.* logit P(willing) = base + delay + agent + gamma (S + .9) + extremes (|S + .9| - 1.4): the
   answering depends on S itself, so ratings alone do not show the level; the delay is random, so it is an instrument.
2. *Which category.* See :mod:`ivr.simulation.instruments`.
3. *Patience.* A willing caller hangs up with a constant hazard per second from the end of the introduction until the
   own choice has been read: the chance to stay is exp(-hazard * seconds). That caller left in the menu.
4. *When.* Who stays presses a lognormal reaction time after the own choice has been read, so a slow one has heard a
   further choice. An unwilling caller has an exponential patience from the moment the agent leaves: it ends in the
   silence before the first prompt, in the introduction, or later than that, and such a caller stays silent.

The three times beside the hazard (reaction, set-up, an unwilling caller's patience) say only when something is done
and what it is called, never whether a call is rated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.simulation.departures import AT_REST
from ivr.simulation.latent import FloatArray, expit
from ivr.simulation.scenarios import Scenario

INTRO_SECONDS = 3.0
SET_UP_SECONDS = 0.4
_MIDDLE = -0.9
_MEAN_DISTANCE = 1.4
_REACTION_MEDIAN_SECONDS = 0.8
_REACTION_SIGMA = 0.4
_LONGEST_REACTION_SECONDS = 4.0
_UNWILLING_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Asked:
    """Callers who reach the rating, one element of each array for one caller.

    ``layout`` and ``delay`` number the scenario's instruments and delays; ``response`` is the agent's part of the
    response logit, ``with_layout`` the agent's own effect on S with this layout; ``hazard`` is per second.
    """

    satisfaction: FloatArray
    layout: NDArray[np.intp]
    delay: NDArray[np.intp]
    response: FloatArray
    with_layout: FloatArray
    hazard: FloatArray


@dataclass(frozen=True, slots=True)
class Responses:
    """What each would do: ``category`` is the choice meant, pressed if ``willing`` and not ``gives_up``.

    ``reaction_seconds`` pass between the end of the own choice and the press; ``leave_seconds`` (of one who gives up)
    count from the end of the introduction; ``patience_seconds`` (of one who is not willing) from the moment the agent
    leaves.
    """

    willing: NDArray[np.bool_]
    gives_up: NDArray[np.bool_]
    category: NDArray[np.intp]
    reaction_seconds: FloatArray
    leave_seconds: FloatArray
    patience_seconds: FloatArray


def respond(scenario: Scenario, asked: Asked, rng: np.random.Generator) -> Responses:
    """Draw what each caller does."""
    count = len(asked.satisfaction)
    willing = rng.random(count) < willingness(scenario, asked)
    instruments = scenario.instruments
    reflex = rng.random(count) < np.array([each.reflex for each in instruments])[asked.layout]
    reflex_category = np.array([each.reflex_category for each in instruments])[asked.layout]
    category = np.where(reflex, reflex_category, opinion(scenario, asked))
    until_read = np.array([each.read_seconds for each in instruments])[asked.layout, category]
    # Unit exponentials against the hazard collected, so that a hazard of 0 divides nothing.
    staying = rng.exponential(size=count)
    gives_up = willing & (staying < asked.hazard * until_read)
    leave_seconds = np.divide(staying, asked.hazard, out=np.zeros(count), where=asked.hazard > 0)
    reaction = np.minimum(
        _REACTION_MEDIAN_SECONDS * rng.lognormal(0.0, _REACTION_SIGMA, count), _LONGEST_REACTION_SECONDS
    )
    return Responses(
        willing=willing,
        gives_up=gives_up,
        category=category,
        reaction_seconds=reaction,
        leave_seconds=leave_seconds,
        patience_seconds=rng.exponential(_UNWILLING_PATIENCE_SECONDS, count),
    )


def willingness(scenario: Scenario, asked: Asked) -> FloatArray:
    """Return the probability, 0 to 1, that each caller means to answer."""
    delay = np.array([each.response_logit for each in scenario.delays])
    from_middle = asked.satisfaction - _MIDDLE
    logit: FloatArray = (
        scenario.response_logit
        + delay[asked.delay]
        + asked.response
        + scenario.gamma * from_middle
        + scenario.extremes * (np.abs(from_middle) - _MEAN_DISTANCE)
    )
    departures = scenario.departures
    if departures != AT_REST:
        category = np.digitize(asked.satisfaction, scenario.neutral_thresholds)
        logit += np.array(departures.response_by_category)[category]
        logit += departures.delay_on_slope * _silence(scenario, asked) * from_middle
    return expit(logit)


def opinion(scenario: Scenario, asked: Asked) -> NDArray[np.intp]:
    """Return the category that each caller chooses without a reflex."""
    primacy = np.array([each.primacy for each in scenario.instruments])[asked.layout]
    thresholds = np.array([each.thresholds for each in scenario.instruments])[asked.layout]
    moved = asked.satisfaction + primacy + asked.with_layout
    if scenario.departures.delay_on_opinion:
        moved += scenario.departures.delay_on_opinion * _silence(scenario, asked)
    category: NDArray[np.intp] = np.sum(moved[:, None] >= thresholds, axis=1)
    return category


def _silence(scenario: Scenario, asked: Asked) -> FloatArray:
    """Return the seconds of silence before each caller's first prompt."""
    seconds: FloatArray = np.array([each.seconds for each in scenario.delays])[asked.delay]
    return seconds
