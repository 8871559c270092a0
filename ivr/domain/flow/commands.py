"""Commands of the rating flow: what to do next on the caller's line."""

from dataclasses import dataclass

from ivr.domain.calls import PRIMARY_QUESTION
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
class Record:
    """Record the caller, for at most ``milliseconds``.

    It ends with ``finish_key``, or after ``silence_milliseconds`` of silence. ``question`` is the one that the comment
    is asked after; ``retention_days`` is how long it is kept.
    """

    question: str
    milliseconds: int
    silence_milliseconds: int
    finish_key: str
    format: str
    retention_days: int


@dataclass(frozen=True, slots=True)
class KeepAnswer:
    """Make the answer durable; only then does the call go on.

    ``version`` is that of a further question's layout, None of the primary question and its confirmation.
    """

    key: str
    category: int
    press_ms: int | None
    options_heard: int
    question: str = PRIMARY_QUESTION
    version: str | None = None


@dataclass(frozen=True, slots=True)
class KeepComment:
    """Make it durable that the caller has spoken into ``file``, for so long; only then does the call go on."""

    question: str
    file: str
    format: str
    milliseconds: int
    retention_days: int


@dataclass(frozen=True, slots=True)
class Finish:
    """It is over; ``status`` is how the question ended, for a whole interview its primary question."""

    status: Outcome
    options_heard: int


Command = Play | Hush | Record | KeepAnswer | KeepComment | Finish
