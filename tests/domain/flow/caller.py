"""A caller and a line that tell no more than a real one does, with a clock that counts what is played.

What a caller does is drawn beforehand, one deed for each command that plays; who has no deed left hears all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.domain.calls import Press
from ivr.domain.flow.commands import Command, Finish, Hush, KeepAnswer, KeepComment, Play, Record
from ivr.domain.flow.events import (
    AnswerKept,
    CallerLeft,
    CommentKept,
    Event,
    KeyHeard,
    LineLost,
    Played,
    PromptFailed,
    Recorded,
)
from ivr.domain.flow.interview import Interview
from ivr.domain.flow.table import Phase
from ivr.domain.timelines import LayoutVersion
from tests.specimens import CALL

MOST_COMMANDS = 6000


@dataclass(frozen=True)
class Keys:
    """Presses ``keys`` after a share of the command; those behind the first are told with it, if ``together``.

    ``is_blurred``: they come from a gap between commands, so nobody saw their moments.
    """

    keys: str
    after_share: float
    gap_ms: int = 0
    is_blurred: bool = False
    tells_heard: bool = True
    since_ms: int | None = None
    """The first could have come so early already."""


@dataclass(frozen=True)
class Leaves:
    """Hangs up after a share of the command; ``keys`` are found in the channel's store afterwards."""

    after_share: float
    keys: str = ""
    is_lost: bool = False


@dataclass(frozen=True)
class Fails:
    """The command cannot be carried out."""


class Intent(StrEnum):
    """What a caller wants to do who knows the layout by heart."""

    ANSWER = "answer"
    BEGIN_AN_ANSWER = "begin_an_answer"
    ERR = "err"
    HEAR_AGAIN = "hear_again"
    DECLINE = "decline"
    BOUNCE = "bounce"


@dataclass(frozen=True)
class Wants:
    """Does what it wants after a share of the command; hears it out where the layout has no key for that."""

    intent: Intent
    after_share: float = 1.0


Deed = Keys | Leaves | Fails | Wants | None


@dataclass
class Story:
    """All that became of one call."""

    interview: Interview
    elapsed_ms: int = 0
    heard: list[tuple[str | None, KeyHeard]] = field(default_factory=list)
    kept: list[KeepAnswer] = field(default_factory=list)
    comments: list[KeepComment] = field(default_factory=list)
    finishes: int = 0
    steps: list[tuple[Interview, Sequence[Event], Interview]] = field(default_factory=list)

    @property
    def presses(self) -> list[Press]:
        """The presses as the use case stores them."""
        return [
            Press(CALL, number, key.key, key.lo_ms, key.hi_ms, question)
            for number, (question, key) in enumerate(self.heard, start=1)
        ]


def call(version: LayoutVersion, delay_seconds: float, deeds: Sequence[Deed], *, asks_again: bool = False) -> Story:
    """Let the caller do ``deeds`` and hear the rest out."""
    story = Story(Interview.begin(version, delay_seconds, asks_again=asks_again))
    waiting, farewell = list(deeds), None
    while not story.interview.is_over:
        before, command = story.interview, story.interview.command
        assert len(story.steps) < MOST_COMMANDS, "the call does not end"
        if isinstance(command, KeepAnswer):
            story.kept.append(command)
            events: Sequence[Event] = [AnswerKept()]
            story.interview = before.step(AnswerKept())
        elif isinstance(command, KeepComment):
            story.comments.append(command)
            events = [CommentKept()]
            story.interview = before.step(CommentKept())
        elif farewell is not None:
            events = [farewell]
            story.interview = before.step(farewell)
        else:
            deed = waiting.pop(0) if waiting else None
            events, elapsed_ms = _carried_out(command, _known(deed, before), story.elapsed_ms)
            farewell = next((event for event in events if isinstance(event, CallerLeft | LineLost)), None)
            if farewell is not None and len(events) > 1:
                events = [event for event in events if event is not farewell]
            story.elapsed_ms += elapsed_ms
            story.heard += [(before.question, event) for event in events if isinstance(event, KeyHeard)]
            story.interview = before.happened(events)
        story.steps.append((before, events, story.interview))
        story.finishes += isinstance(story.interview.command, Finish)
    return story


def _known(deed: Deed, interview: Interview) -> Keys | Leaves | Fails | None:
    """Turn what the caller wants into the key for it."""
    if not isinstance(deed, Wants):
        return deed
    if deed.intent is Intent.BOUNCE:
        chains = interview.guard.chains
        return Keys(chains[-1].key, deed.after_share, since_ms=chains[-1].began_ms) if chains else None
    layout = interview.item.version.layout
    presses = [press for option in layout.options for press in option.presses]
    taken = {*presses, layout.opt_out_key, layout.repeat_key}
    key = {
        Intent.ANSWER: presses[-1][-1:] if interview.asked.phase is Phase.COLLECTING else presses[0],
        Intent.BEGIN_AN_ANSWER: "1" if layout.takes_two_keys else None,
        Intent.ERR: next((each for each in "#*8790" if each not in taken), None),
        Intent.HEAR_AGAIN: layout.repeat_key,
        Intent.DECLINE: layout.opt_out_key,
    }[deed.intent]
    return None if key is None else Keys(key, deed.after_share)


def _carried_out(command: Command, deed: Keys | Leaves | Fails | None, now_ms: int) -> tuple[list[Event], int]:
    assert isinstance(command, Play | Hush | Record)
    whole_ms = command.milliseconds
    if isinstance(deed, Fails):
        return [PromptFailed()], 0
    if isinstance(deed, Leaves):
        elapsed_ms = round(whole_ms * deed.after_share)
        found: list[Event] = [KeyHeard(key, None, None) for key in deed.keys]
        recorded: list[Event] = [Recorded(elapsed_ms, "c")] if isinstance(command, Record) else []
        return [*found, *recorded, LineLost() if deed.is_lost else CallerLeft()], elapsed_ms
    if deed is None:
        return [Recorded(whole_ms, "c") if isinstance(command, Record) else Played()], whole_ms
    if isinstance(command, Record):
        return _recorded(command, deed, now_ms)
    return _pressed(command, deed, now_ms)


def _recorded(command: Record, deed: Keys, now_ms: int) -> tuple[list[Event], int]:
    elapsed_ms = round(command.milliseconds * deed.after_share)
    keys = [KeyHeard(key, now_ms, now_ms + elapsed_ms) for key in deed.keys]
    # Some lines tell of keys and not of a recording.
    return [*keys, *([Recorded(elapsed_ms, "c")] if deed.tells_heard else [])], elapsed_ms


def _pressed(command: Play | Hush, deed: Keys, now_ms: int) -> tuple[list[Event], int]:
    if deed.is_blurred or deed.keys[0] not in command.keys:
        end_ms = now_ms + command.milliseconds
        return [KeyHeard(key, now_ms, end_ms) for key in deed.keys], command.milliseconds
    cut_ms = round(command.milliseconds * deed.after_share)
    moment = now_ms + cut_ms
    since = moment if deed.since_ms is None else min(deed.since_ms, moment)
    first = KeyHeard(deed.keys[0], since, moment, cut_ms if deed.tells_heard else None)
    others = [
        KeyHeard(key, moment + number * deed.gap_ms, moment + number * deed.gap_ms)
        for number, key in enumerate(deed.keys[1:], start=1)
    ]
    return [first, *others], cut_ms
