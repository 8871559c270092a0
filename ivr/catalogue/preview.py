"""Preview: a layout as it will sound, with the moment of each part."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ivr.catalogue.transcripts import Transcripts
from ivr.domain.timelines import LayoutVersion


class Part(StrEnum):
    """What a line of a preview is."""

    INTRO = "intro"
    OPTION = "option"
    PAUSE = "pause"
    WAIT = "wait"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One part of a layout. ``at_seconds`` counts from the first prompt frame; None where it depends on the caller.

    ``text`` is what is said, or, in square brackets, what happens; ``key`` and ``category`` are an option's.
    """

    part: Part
    at_seconds: float | None
    seconds: float
    text: str
    key: str | None = None
    category: str | None = None


def preview_layout(
    version: LayoutVersion, transcripts: Transcripts | None = None, *, delay_seconds: float = 0.0
) -> tuple[PreviewLine, ...]:
    """Return ``version`` as one caller hears it who presses nothing the first time, then the three replies."""
    return tuple(_lines(version, transcripts, delay_seconds))


def _lines(version: LayoutVersion, transcripts: Transcripts | None, delay: float) -> Iterator[PreviewLine]:
    layout = version.layout

    def said(prompt: str) -> str:
        return transcripts.texts.get(prompt, f"[{prompt}]") if transcripts is not None else f"[{prompt}]"

    def seconds(prompt: str) -> float:
        return version.milliseconds(prompt) / 1000

    if delay:
        yield PreviewLine(Part.PAUSE, -delay, delay, "[silence, keys are taken]")
    yield PreviewLine(Part.INTRO, 0.0, seconds(layout.intro), said(layout.intro))
    for option, end in zip(layout.options, version.timeline.option_end_seconds, strict=True):
        plays = seconds(option.prompt)
        category = layout.categories[option.category]
        at = round(end - plays, 3)
        yield PreviewLine(Part.OPTION, at, plays, said(option.prompt), option.press, category)
        if option.pause_after_seconds:
            yield PreviewLine(Part.PAUSE, end, option.pause_after_seconds, "[silence, keys are taken]")
    last = version.timeline.option_end_seconds[-1]
    tries = f"the choices are read {layout.max_tries} times at most"
    yield PreviewLine(Part.WAIT, last, layout.timeout_seconds, f"[waits for a key; {tries}]")
    replies = (("no key", layout.no_key), ("another key", layout.invalid), ("a choice", layout.thanks))
    for after, prompt in replies:
        yield PreviewLine(Part.REPLY, None, seconds(prompt), f"[after {after}] {said(prompt)}")
