"""Scripts: what is played to a caller in order, before a key changes it."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.flow.commands import Hush, Play
from ivr.domain.layouts import DTMF_KEYS
from ivr.domain.timelines import LayoutVersion


class Stage(StrEnum):
    """Where in the question the caller is; it decides the outcome when the caller leaves."""

    SILENCE = "silence"
    INTRO = "intro"
    MENU = "menu"
    FAREWELL = "farewell"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing played. ``option`` is the index of the option that it reads, None for anything else."""

    stage: Stage
    command: Play | Hush
    option: int | None = None


def opening(version: LayoutVersion, delay_seconds: float) -> tuple[Step, ...]:
    """Return the randomised silence, the intro and the options with their pauses."""
    layout = version.layout
    hush = (Step(Stage.SILENCE, _hush(delay_seconds)),) if delay_seconds else ()
    return (*hush, Step(Stage.INTRO, _play(version, layout.intro, cut=layout.barge_in.intro)), *_options(version))


def repetition(version: LayoutVersion, explanation: str) -> tuple[Step, ...]:
    """Return the explanation (a wrong key, no key) and the options once more."""
    return (Step(Stage.MENU, _explanation(version, explanation)), *_options(version))


def farewell(version: LayoutVersion, prompt: str) -> tuple[Step, ...]:
    """Return the last words to a caller who has not answered; a key is still taken."""
    return (Step(Stage.FAREWELL, _explanation(version, prompt)),)


def thanks(version: LayoutVersion) -> tuple[Step, ...]:
    """Return the thanks, which no key cuts short: a doubled press must not swallow them."""
    prompt = version.layout.thanks
    return (Step(Stage.FAREWELL, Play(prompt, version.milliseconds(prompt), keys="")),)


def _options(version: LayoutVersion) -> tuple[Step, ...]:
    layout = version.layout
    steps: list[Step] = []
    for index, option in enumerate(layout.options):
        cut = layout.barge_in.options if option.barge_in is None else option.barge_in
        steps.append(Step(Stage.MENU, _play(version, option.prompt, cut=cut), option=index))
        if option.pause_after_seconds:
            steps.append(Step(Stage.MENU, _hush(option.pause_after_seconds)))
    steps.append(Step(Stage.MENU, _hush(layout.timeout_seconds)))
    return tuple(steps)


def _explanation(version: LayoutVersion, prompt: str) -> Play:
    barge_in = version.layout.barge_in
    return _play(version, prompt, cut=barge_in.invalid if prompt == version.layout.invalid else barge_in.no_key)


def _play(version: LayoutVersion, prompt: str, *, cut: bool) -> Play:
    return Play(prompt, version.milliseconds(prompt), DTMF_KEYS if cut else "")


def _hush(seconds: float) -> Hush:
    # Every key ends a silence, also where prompts are played to their end: there is nothing left to hear.
    return Hush(round(seconds * 1000), DTMF_KEYS)
