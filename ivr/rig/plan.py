"""What each caller of a run is going to do: a believable mix, seeded and repeatable.

A plan says moments from something the caller can notice (the agent left, the first sound of the rating stage,
a pause in the speech, the own key going up), because that is how people behave; what was really sent, and
when, is recorded by the handset.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.rig.call_centre import QUEUES


class Anchor(StrEnum):
    """What a step's moment is counted from."""

    AGENT_LEFT = "agent_left"
    FIRST_FRAME = "first_frame"
    """The first frame of audio of the rating stage."""
    PAUSE = "pause"
    """The end of the n-th stretch of speech, noticed after 0.4 s of silence."""
    KEY_UP = "key_up"
    """The end of the caller's own last key press."""


@dataclass(frozen=True, slots=True)
class Press:
    """The caller presses a key so long after the anchor."""

    key: str
    anchor: Anchor
    after_ms: int
    pause_number: int = 1
    hold_ms: int = 120


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller hangs up so long after the anchor."""

    anchor: Anchor
    after_ms: int
    pause_number: int = 1


Step = Press | HangUp


class Behaviour(StrEnum):
    """What kind of caller a plan is of."""

    PRESSES = "presses"
    PRESSES_EARLY = "presses_early"
    PRESSES_IN_PAUSE = "presses_in_pause"
    PRESSES_AND_LEAVES = "presses_and_leaves"
    PRESSES_TWICE = "presses_twice"
    WRONG_THEN_RIGHT = "wrong_then_right"
    ONLY_WRONG = "only_wrong"
    SILENT = "silent"
    OPTS_OUT = "opts_out"
    LEAVES_IN_SILENCE = "leaves_in_silence"
    LEAVES_IN_INTRO = "leaves_in_intro"
    LEAVES_IN_OPTION = "leaves_in_option"
    LEAVES_AGENT_FIRST = "leaves_agent_first"
    TRANSFERRED = "transferred"


@dataclass(frozen=True, slots=True)
class CallPlan:
    """One call as it is meant to go."""

    number: int
    """From 1, in the order of the calls."""
    caller: str
    """E.164, from ranges that are kept free for fiction."""
    extension: str
    """A queue's name, or ``direct-`` and an agent's endpoint."""
    behaviour: Behaviour
    talk_seconds: float
    steps: tuple[Step, ...] = ()
    """What the caller does once the agent has left, in order."""
    leaves_agent_first: bool = False
    transfer_to: str | None = None
    """The queue to which the first agent transfers the caller blindly."""

    @property
    def name(self) -> str:
        """The display name, by which an agent's leg is known to belong to this call."""
        return f"Caller {self.number:05d}"


# How often each kind of caller comes, for a hundred; every one comes at least once where there is room.
SHARES = {
    Behaviour.PRESSES: 38,
    Behaviour.PRESSES_IN_PAUSE: 8,
    Behaviour.SILENT: 8,
    Behaviour.PRESSES_AND_LEAVES: 7,
    Behaviour.LEAVES_IN_INTRO: 6,
    Behaviour.LEAVES_IN_OPTION: 6,
    Behaviour.LEAVES_IN_SILENCE: 5,
    Behaviour.LEAVES_AGENT_FIRST: 5,
    Behaviour.WRONG_THEN_RIGHT: 4,
    Behaviour.PRESSES_EARLY: 4,
    Behaviour.TRANSFERRED: 3,
    Behaviour.OPTS_OUT: 2,
    Behaviour.PRESSES_TWICE: 2,
    Behaviour.ONLY_WRONG: 2,
}
WRONG_KEY = "7"
REPEAT_SHARE = 0.15
DIRECT_SHARE = 0.08
# Number ranges that regulators keep free for drama, so that no real person is named.
FICTIONAL_PREFIXES = ("+493023125", "+442079460")


def keys_of_every_layout(_caller: str) -> Sequence[str]:
    """Return keys that each shipped layout accepts: what a caller may press whose layout is not known."""
    return ("1", "3")


def plan_calls(
    count: int,
    seed: int,
    *,
    keys_for: Callable[[str], Sequence[str]] = keys_of_every_layout,
    opt_out_key: str = "9",
    agents: Sequence[str] = (),
    latest_press_ms: int = 12_000,
) -> tuple[CallPlan, ...]:
    """Return a believable mix of so many calls; the same seed gives the same calls.

    Args:
        count: how many calls, at least 1.
        seed: of the random choices.
        keys_for: the keys that are valid for a caller's number, for instance by the layout it is assigned.
        opt_out_key: the key by which a caller refuses to be asked.
        agents: end points that can be called directly; none means no direct calls.
        latest_press_ms: the latest moment of an unhurried press, from the first frame.
    """
    rng = random.Random(seed)
    behaviours = _deal(count, rng)
    callers = _callers(count, rng)
    decks: dict[tuple[str, ...], list[str]] = {}
    plans: list[CallPlan] = []
    for number, (caller, behaviour) in enumerate(zip(callers, behaviours, strict=True), start=1):
        transferred = behaviour is Behaviour.TRANSFERRED
        queue, other = rng.sample(QUEUES, 2)
        direct = bool(agents) and not transferred and rng.random() < DIRECT_SHARE
        key = _next_key(decks, tuple(keys_for(caller)))
        plans.append(
            CallPlan(
                number=number,
                caller=caller,
                extension=f"direct-{rng.choice(agents)}" if direct else queue,
                behaviour=behaviour,
                talk_seconds=round(rng.uniform(0.5, 3.0), 3),
                steps=_steps(behaviour, rng, key, opt_out_key, latest_press_ms),
                leaves_agent_first=behaviour is Behaviour.LEAVES_AGENT_FIRST,
                transfer_to=other if transferred else None,
            )
        )
    return tuple(plans)


def _deal(count: int, rng: random.Random) -> list[Behaviour]:
    """Give each kind its share by largest remainder, after one of each while there is room."""
    kinds = list(SHARES)[:count]
    dealt = dict.fromkeys(kinds, 1)
    for _ in range(count - len(kinds)):
        most_missing = max(kinds, key=lambda kind: SHARES[kind] * count / 100 - dealt[kind])
        dealt[most_missing] += 1
    deck = [kind for kind, times in dealt.items() for _ in range(times)]
    rng.shuffle(deck)
    return deck


def _callers(count: int, rng: random.Random) -> list[str]:
    """Draw numbers, some of which call again."""
    pool = [f"{prefix}{line:03d}" for line in range(1000) for prefix in FICTIONAL_PREFIXES]
    rng.shuffle(pool)
    callers: list[str] = []
    for _ in range(count):
        again = callers and (not pool or rng.random() < REPEAT_SHARE)
        callers.append(rng.choice(callers) if again else pool.pop())
    return callers


def _next_key(decks: dict[tuple[str, ...], list[str]], keys: tuple[str, ...]) -> str:
    """Take a layout's keys in turn, so that every key is pressed even in a short run."""
    deck = decks.setdefault(keys, [])
    if not deck:
        deck.extend(reversed(keys))
    return deck.pop()


def _steps(
    behaviour: Behaviour, rng: random.Random, key: str, opt_out_key: str, latest_press_ms: int
) -> tuple[Step, ...]:
    moment = rng.randint(300, latest_press_ms)
    short = rng.randint(20, 280)
    pause = rng.randint(2, 3)  # the first is within the introduction
    table: dict[Behaviour, tuple[Step, ...]] = {
        Behaviour.PRESSES: (Press(key, Anchor.FIRST_FRAME, moment),),
        Behaviour.TRANSFERRED: (Press(key, Anchor.FIRST_FRAME, moment),),
        Behaviour.PRESSES_EARLY: (Press(key, Anchor.AGENT_LEFT, 80 + short),),
        Behaviour.PRESSES_IN_PAUSE: (Press(key, Anchor.PAUSE, 400 + short, pause_number=pause),),
        Behaviour.PRESSES_AND_LEAVES: (
            Press(key, Anchor.FIRST_FRAME, moment),
            HangUp(Anchor.KEY_UP, short),
        ),
        Behaviour.PRESSES_TWICE: (
            Press(key, Anchor.FIRST_FRAME, moment),
            Press(key, Anchor.KEY_UP, 130),
        ),
        Behaviour.WRONG_THEN_RIGHT: (
            Press(WRONG_KEY, Anchor.FIRST_FRAME, moment),
            Press(key, Anchor.KEY_UP, rng.randint(2500, 6000)),
        ),
        Behaviour.ONLY_WRONG: tuple(
            Press(WRONG_KEY, Anchor.FIRST_FRAME if first else Anchor.KEY_UP, moment if first else 3000)
            for first in (True, False, False)
        ),
        Behaviour.OPTS_OUT: (Press(opt_out_key, Anchor.FIRST_FRAME, moment),),
        Behaviour.LEAVES_IN_SILENCE: (HangUp(Anchor.AGENT_LEFT, short),),
        Behaviour.LEAVES_IN_INTRO: (HangUp(Anchor.FIRST_FRAME, rng.randint(200, 1500)),),
        Behaviour.LEAVES_IN_OPTION: (HangUp(Anchor.PAUSE, 500 + 3 * short, pause_number=pause),),
    }
    return table.get(behaviour, ())
