"""Scripts: what is played to a caller in order, before a key changes it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from ivr.domain.flow.commands import Hush, Play, Record
from ivr.domain.layouts import DTMF_KEYS, CommentRequest, Confirmation, Layout, Option
from ivr.domain.timelines import LayoutVersion

SECOND_KEY_SECONDS = 2.5
"""The longest wait for the second key of an answer of two: long enough to find a key, short for all who mean 1."""


class Stage(StrEnum):
    """Where in the question the caller is; it decides the outcome when the caller leaves."""

    SILENCE = "silence"
    INTRO = "intro"
    MENU = "menu"
    FAREWELL = "farewell"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing played. ``option`` is the index of the last option that it reads, None where it reads none."""

    stage: Stage
    command: Play | Hush
    option: int | None = None


def opening(version: LayoutVersion, delay_seconds: float) -> tuple[Step, ...]:
    """Return the randomised silence, the intro and the options with their pauses."""
    hush = (Step(Stage.SILENCE, _hush(delay_seconds)),) if delay_seconds else ()
    return (*hush, *from_the_intro(version))


def from_the_intro(version: LayoutVersion) -> tuple[Step, ...]:
    """Return the intro and the options with their pauses."""
    layout = version.layout
    last = _last_read_with(layout.options, -1)
    intro = Step(
        Stage.INTRO, _play(version, layout.intro, cut=layout.barge_in.intro), option=None if last < 0 else last
    )
    return (intro, *the_options(version))


def the_options(version: LayoutVersion) -> tuple[Step, ...]:
    """Return the options with their pauses and the wait after them; one without a prompt is read by the one before."""
    layout = version.layout
    steps: list[Step] = []
    for index, option in enumerate(layout.options):
        if option.prompt:
            cut = layout.barge_in.options if option.barge_in is None else option.barge_in
            play = _play(version, option.prompt, cut=cut)
            steps.append(Step(Stage.MENU, play, option=_last_read_with(layout.options, index)))
        if option.pause_after_seconds:
            steps.append(Step(Stage.MENU, _hush(option.pause_after_seconds)))
    steps.append(Step(Stage.MENU, _hush(layout.timeout_seconds)))
    return tuple(steps)


def repetition(version: LayoutVersion, explanation: str) -> tuple[Step, ...]:
    """Return the explanation (a wrong key, no key) and the options once more."""
    return (Step(Stage.MENU, _explanation(version, explanation)), *the_options(version))


def farewell(version: LayoutVersion, prompt: str) -> tuple[Step, ...]:
    """Return the last words to a caller who has not answered; a key is still taken."""
    return (Step(Stage.FAREWELL, _explanation(version, prompt)),)


def declining(parting: Play) -> tuple[Step, ...]:
    """Return the last words to a caller who has declined."""
    return (Step(Stage.FAREWELL, parting),)


def thanks(version: LayoutVersion) -> Play:
    """Return the thanks, which no key cuts short: a doubled press must not swallow them."""
    return _play(version, version.layout.thanks, cut=False)


def opted_out(version: LayoutVersion) -> Play:
    """Return what is said to a caller who declines; no key cuts it short."""
    return _play(version, version.layout.opted_out or version.layout.thanks, cut=False)


def second_key(version: LayoutVersion) -> Hush:
    """Return the wait for the second key of an answer of two."""
    return _hush(second_key_seconds(version.layout))


def second_key_seconds(layout: Layout) -> float:
    """Return how long a second key is waited for, in seconds."""
    return min(layout.timeout_seconds, SECOND_KEY_SECONDS)


def confirming(version: LayoutVersion, confirmation: Confirmation) -> LayoutVersion:
    """Return the question that asks an answer once more: the confirmation's prompt and the options, read once."""
    return replace(version, layout=replace(version.layout, intro=confirmation.prompt, max_tries=1, confirmation=None))


def comment_prompt(version: LayoutVersion, comment: CommentRequest) -> Play:
    """Return what asks for a spoken comment; a key begins the recording where an intro may be cut short."""
    return _play(version, comment.prompt, cut=version.layout.barge_in.intro)


def recording(question: str, comment: CommentRequest) -> Record:
    """Return the recording of a comment that is asked for after ``question``."""
    return Record(
        question=question,
        milliseconds=round(comment.longest_seconds * 1000),
        silence_milliseconds=round(comment.silence_seconds * 1000),
        finish_key=comment.finish_key,
        format=comment.format,
        retention_days=comment.retention_days,
    )


def _last_read_with(options: tuple[Option, ...], index: int) -> int:
    """Return the index of the last option that the prompt of the option at ``index`` reads too."""
    while index + 1 < len(options) and not options[index + 1].prompt:
        index += 1
    return index


def _explanation(version: LayoutVersion, prompt: str) -> Play:
    barge_in = version.layout.barge_in
    return _play(version, prompt, cut=barge_in.invalid if prompt == version.layout.invalid else barge_in.no_key)


def _play(version: LayoutVersion, prompt: str, *, cut: bool) -> Play:
    return Play(prompt, version.milliseconds(prompt), DTMF_KEYS if cut else "")


def _hush(seconds: float) -> Hush:
    # Every key ends a silence, also where prompts are played to their end: there is nothing left to hear.
    return Hush(round(seconds * 1000), DTMF_KEYS)
