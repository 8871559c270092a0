"""Events of the rating flow: what happened on the caller's line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Played:
    """The recording or the silence was played to its end."""


@dataclass(frozen=True, slots=True)
class KeyHeard:
    """The caller pressed a key.

    Key-up lies between ``lo_ms`` and ``hi_ms``, milliseconds from the first prompt frame; both None in a
    key that came after everything else and whose moment nobody saw.
    ``heard_ms`` is how much of the running recording had been played, None where that is not known.
    """

    key: str
    lo_ms: int | None
    hi_ms: int | None
    heard_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The caller was recorded for so long; ``file`` names the recording, None where there is none.

    A caller who hangs up while speaking is recorded and has left: Recorded, then CallerLeft.
    """

    milliseconds: int
    file: str | None


@dataclass(frozen=True, slots=True)
class AnswerKept:
    """The answer is durable."""


@dataclass(frozen=True, slots=True)
class CommentKept:
    """The comment is durable."""


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller's channel is gone, or the way to it."""


@dataclass(frozen=True, slots=True)
class LineLost:
    """The way to the caller is gone, and nobody says that the caller left: Asterisk may be asking by itself."""


@dataclass(frozen=True, slots=True)
class PromptFailed:
    """Asterisk could not play the recording although the caller is there."""


Event = Played | KeyHeard | Recorded | AnswerKept | CommentKept | CallerLeft | LineLost | PromptFailed
