"""Plans: what each caller of a run is going to do, and what the ledger has to say of it afterwards.

A plan says moments from something the caller can notice (the agent left, the first sound of the rating stage,
a pause in the speech, the own key going up), because that is how people behave; what was really sent, and
when, is recorded by the handset.
"""

from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.outcomes import Outcome

# Number ranges that regulators keep free for drama, so that no real person is named; three digits follow.
FICTIONAL_PREFIXES = (
    "+493023125", "+496990009", "+494066969", "+492214710", "+498999998", "+442079460", "+441134960", "+441144960",
    "+441164960", "+441174960", "+441184960", "+441214960", "+441314960", "+441414960", "+441514960", "+441614960",
    "+441914980",
)  # fmt: skip


class Anchor(StrEnum):
    """What a step's moment is counted from."""

    AGENT_LEFT = "agent_left"
    FIRST_FRAME = "first_frame"
    """The first frame of audio of the rating stage."""
    PAUSE = "pause"
    """The end of the n-th stretch of speech, noticed after 0.4 s of silence."""
    KEY_UP = "key_up"
    """The end of the caller's own last key press."""
    NEXT_PAUSE = "next_pause"
    """The end of the n-th stretch of speech since the caller's own last key, noticed after 0.4 s of silence."""
    SPOKEN = "spoken"
    """The end of what the caller said last."""


@dataclass(frozen=True, slots=True)
class Press:
    """The caller presses a key so long after the anchor; ``question`` is the one that it is meant for."""

    key: str
    anchor: Anchor
    after_ms: int
    pause_number: int = 1
    hold_ms: int = 120
    question: str | None = None


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller hangs up so long after the anchor."""

    anchor: Anchor
    after_ms: int
    pause_number: int = 1


@dataclass(frozen=True, slots=True)
class Speak:
    """The caller speaks for so long, and then sends silence as audio for ``hush_ms``, as an open line does.

    The next step begins when both are over.
    """

    anchor: Anchor
    after_ms: int
    for_ms: int
    hush_ms: int = 0
    pause_number: int = 1


Step = Press | HangUp | Speak


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
    TRANSFERRED_AWAY = "transferred_away"
    UNASKED = "unasked"
    """The call ends with the agent's hanging up: nobody can be asked."""
    TALKS_SHORTLY = "talks_shortly"
    CALLS_AGAIN = "calls_again"
    """Was asked before, and not long ago."""
    CALLS_AGAIN_REFUSING = "calls_again_refusing"
    """Has said by key in an earlier call not to be asked again."""
    CUT_OFF = "cut_off"
    """Is being asked when the service is killed."""


class Act(StrEnum):
    """The parts of a run, played one after another: each begins when every call of the one before is over."""

    FIRST = "first"
    AGAIN = "again"
    """Callers who have called in the first."""
    CRASH = "crash"
    """The service is killed while they are asked."""


@dataclass(frozen=True, slots=True)
class PlannedAnswer:
    """What is to be stored for a question (``primary``, or a layout's key); ``keyed`` is None where nothing is."""

    question: str
    keyed: str | None


@dataclass(frozen=True, slots=True)
class CallPlan:
    """One call as it is meant to go."""

    number: int
    """From 1, in the order of the calls."""
    caller: str
    """E.164, from ranges that are kept free for fiction."""
    extension: str
    """A queue's name, alone or after ``invited-`` or ``unasked-``; or ``direct-`` and an agent's endpoint."""
    behaviour: Behaviour
    talk_seconds: float
    steps: tuple[Step, ...] = ()
    """What the caller does once the agent has left, in order."""
    leaves_agent_first: bool = False
    transfer_to: str | None = None
    """Where the first agent transfers the caller blindly: a queue, or ``outside``."""
    before: tuple[Step, ...] = ()
    """What the caller does before an agent answers, in order; AGENT_LEFT stands for the answer of Asterisk there."""

    act: Act = Act.FIRST
    outcomes: frozenset[Outcome] = frozenset()
    """The outcomes that the call can have where all was done as planned; empty: any."""
    answers: tuple[PlannedAnswer, ...] = ()
    """What is stored of its questions where all was done as planned and the caller was asked."""

    @property
    def name(self) -> str:
        """The display name, by which an agent's leg is known to belong to this call."""
        return f"Caller {self.number:05d}"
