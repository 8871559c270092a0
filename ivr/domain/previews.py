"""Previews: what there is to hear of a layout, part by part, with the moment of each."""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What a line of a preview is."""

    INTRO = "intro"
    OPTION = "option"
    PAUSE = "pause"
    WAIT = "wait"
    REPLY = "reply"
    CONFIRM = "confirm"
    COMMENT = "comment"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One part. ``at_seconds`` counts from the question's first prompt frame; None where it depends on the caller.

    ``text`` is what is said, or, in square brackets, what happens; ``key`` and ``category`` are an option's. ``layout``
    is the question that it belongs to, ``depth`` how many questions that one lies behind the first. ``recording`` is
    what plays for ``seconds``, None for silence (or, where ``seconds`` is 0, for nothing).
    """

    part: Part
    at_seconds: float | None
    seconds: float
    text: str
    key: str | None = None
    category: str | None = None
    layout: str = ""
    depth: int = 0
    recording: str | None = None
