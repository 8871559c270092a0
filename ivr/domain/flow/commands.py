"""Commands of the rating flow: what to do next on the caller's line."""

from dataclasses import dataclass

from ivr.domain.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Play:
    """Play a recording of ``milliseconds``; a key of ``keys`` ends it (barge-in), others are only heard."""

    prompt: str
    milliseconds: int
    keys: str


@dataclass(frozen=True, slots=True)
class Hush:
    """Play silence with keys accepted."""

    milliseconds: int
    keys: str


@dataclass(frozen=True, slots=True)
class KeepAnswer:
    """Make the answer durable; only then is the caller thanked."""

    key: str
    category: int
    press_ms: int | None
    options_heard: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The flow is over; ``status`` is how the question ended."""

    status: Outcome
    options_heard: int


Command = Play | Hush | KeepAnswer | Finish
