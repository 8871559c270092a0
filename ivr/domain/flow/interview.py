"""The interview: walks a caller through the primary question, what follows its answer, and the farewell.

It holds what goes from question to question: the guard that has heard every key (so the copies of one answer are no
answer to the next question), the time that copies have cost, and whether the caller has declined. All moments are on
one clock, from the call's first prompt frame.

Theory of the bound. A question reads its options a bounded number of times, each reading has a known length, and a
layout names every question that can follow. What has no bound of its own is a copy that cuts a prompt short, which is
then played again. So the milliseconds that were played in vain are counted, ``REPLAYED_MS`` of them are granted to a
call, and what a copy cuts short behind that is passed over. ``ivr.domain.bounds`` adds all this up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from ivr.domain.calls import CONFIRMATION
from ivr.domain.flow import script
from ivr.domain.flow.agenda import Agenda, Item, primary
from ivr.domain.flow.bounces import BounceGuard
from ivr.domain.flow.commands import Command, Finish, Hush, KeepComment, Play, Record
from ivr.domain.flow.events import CallerLeft, CommentKept, Event, KeyHeard, LineLost, Played, PromptFailed, Recorded
from ivr.domain.flow.interview_table import TURN, Act, Cause, Part, Turn
from ivr.domain.flow.machine import Flow
from ivr.domain.flow.moves import IllegalEvent
from ivr.domain.flow.table import Phase
from ivr.domain.outcomes import Outcome
from ivr.domain.timelines import LayoutVersion

REPLAYED_MS = 10_000
"""How much of a call may be played in vain because copies cut it short."""
_LEAST_REPLAY_MS = 50

_CAUSES: dict[type[Event], Cause] = {
    Played: Cause.PLAYED,
    Recorded: Cause.RECORDED,
    CommentKept: Cause.COMMENT_KEPT,
    CallerLeft: Cause.CALLER_LEFT,
    LineLost: Cause.LINE_LOST,
    PromptFailed: Cause.PROMPT_FAILED,
}
_ENDINGS: dict[Outcome, Cause] = {
    Outcome.RATED: Cause.ANSWERED,
    Outcome.INVALID_KEYS: Cause.NOT_UNDERSTOOD,
    Outcome.NO_KEY: Cause.SILENT,
    Outcome.OPTED_OUT: Cause.DECLINED,
    Outcome.LEFT_BEFORE_PROMPT: Cause.CALLER_LEFT,
    Outcome.LEFT_IN_INTRO: Cause.CALLER_LEFT,
    Outcome.LEFT_IN_MENU: Cause.CALLER_LEFT,
    Outcome.UNKNOWN: Cause.LINE_LOST,
    Outcome.UNAVAILABLE: Cause.PROMPT_FAILED,
}
_QUESTIONS = frozenset({Part.PRIMARY, Part.CONFIRMATION, Part.FURTHER})


class State(StrEnum):
    """What a caller is in, for the metrics: few, whatever the layouts are called."""

    SILENCE = "silence"
    INTRO = "intro"
    MENU = "menu"
    SECOND_KEY = "second_key"
    CONFIRMATION = "confirmation"
    FURTHER = "further"
    COMMENT = "comment"
    RECORDING = "recording"
    KEEPING = "keeping"
    FAREWELL = "farewell"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that was put and ended without an answer; ``version`` as in ``KeepAnswer``."""

    question: str
    status: Outcome
    options_heard: int
    version: str | None


@dataclass(frozen=True, slots=True)
class Interview:
    """The state of one caller's call, with the command that it wants carried out.

    ``item`` is what is being put; ``asked`` is the machine of its question (the last one's, where it is none).
    ``reached`` says that its first command was carried out. ``missed`` are the questions without an answer so far.
    """

    agenda: Agenda
    part: Part
    item: Item
    asked: Flow
    command: Command
    guard: BounceGuard = field(default_factory=BounceGuard)
    asks_again: bool = False
    status: Outcome = Outcome.UNKNOWN
    options_heard: int = 0
    declined: bool = False
    missed: tuple[Missed, ...] = ()
    reached: bool = False
    replayed_ms: int = 0

    @classmethod
    def begin(cls, version: LayoutVersion, delay_seconds: float = 0.0, *, asks_again: bool = False) -> Self:
        """Return the interview before its first prompt.

        With ``asks_again`` the caller was drawn to be asked once more where the answer is extreme.
        """
        item, asked = primary(version), Flow.begin(version, delay_seconds)
        agenda = Agenda(version, put=frozenset({(item.name, False)}))
        return cls(agenda, Part.PRIMARY, item, asked, asked.command, asks_again=asks_again)

    def happened(self, events: Sequence[Event]) -> "Interview":
        """Return the interview after all that happened while its ``command`` was carried out.

        Where the command is still the same one afterwards, it is to be carried out again. Keys that came behind the
        end of what was put are no answer to what comes next.
        """
        after = replace(self, reached=True)
        for event in events:
            is_behind = after.item is not self.item or after.part is not self.part
            after = _overheard(after, event) if is_behind and isinstance(event, KeyHeard) else after.step(event)
        return _again(after, events) if after.command is self.command else after

    def step(self, event: Event) -> "Interview":
        """Return the interview after ``event``. Use :meth:`happened` for what comes of a command.

        Raises:
            IllegalEvent: where the tables have no row.
        """
        if self.part in _QUESTIONS:
            return _settled(self, self.asked.step(event))
        if isinstance(event, KeyHeard):
            guard, is_copy = self.guard.hear(event)
            return _turned(replace(self, guard=guard), _cause(self, event, is_copy=is_copy), event)
        if type(event) not in _CAUSES:
            raise IllegalEvent(f"{type(event).__name__} in part {self.part}")
        return _turned(self, _CAUSES[type(event)], event)

    @property
    def is_over(self) -> bool:
        """Whether the call is over; ``command`` is Finish then."""
        return self.part is Part.ENDED

    @property
    def question(self) -> str | None:
        """The name of the question that is put, or that a comment is asked after; None in the thanks."""
        if self.part in {Part.PARTING, Part.ENDED}:
            return None
        return CONFIRMATION if self.part is Part.CONFIRMATION else self.item.name

    @property
    def state(self) -> State:
        """What the caller is in, for the metrics."""
        if self.part in _QUESTIONS and self.asked.phase is Phase.KEEPING:
            return State.KEEPING
        if self.part is not Part.PRIMARY:
            return State.FAREWELL if self.part is Part.PARTING else State(self.part.value)
        return State.SECOND_KEY if self.asked.phase is Phase.COLLECTING else State(self.asked.stage.value)


def _overheard(interview: Interview, event: KeyHeard) -> Interview:
    """Return the interview with the guard, which its question holds too, having heard ``event``."""
    guard, asked = interview.guard.hear(event)[0], interview.asked
    return replace(interview, guard=guard, asked=replace(asked, digits=replace(asked.digits, guard=guard)))


def _cause(interview: Interview, event: KeyHeard, *, is_copy: bool) -> Cause:
    if is_copy:
        return Cause.COPY
    return Cause.OPT_OUT_KEY if event.key == interview.item.version.layout.opt_out_key else Cause.KEY


def _settled(interview: Interview, asked: Flow) -> Interview:
    """Return the interview with its question as it is now, and turned where that has ended."""
    after = replace(
        interview, asked=asked, guard=asked.guard, command=asked.command, declined=interview.declined or asked.declined
    )
    if not isinstance(asked.command, Finish):
        return after
    status = asked.command.status
    if interview.part is Part.PRIMARY:
        after = replace(after, status=status, options_heard=asked.options_heard)
    # What a gone caller never heard the beginning of was not put.
    if status not in {Outcome.RATED, Outcome.UNKNOWN} and interview.reached:
        version = None if interview.part in {Part.PRIMARY, Part.CONFIRMATION} else interview.item.version.version
        missed = Missed(asked.question, status, asked.options_heard, version)
        after = replace(after, missed=(*after.missed, missed))
    return _turned(after, _ENDINGS[status], None)


def _turned(interview: Interview, cause: Cause, event: Event | None) -> Interview:
    turn = TURN.get((interview.part, cause))
    if turn is None:
        raise IllegalEvent(f"{cause} in part {interview.part}")
    return _checked(_ACTS[turn.act](interview, event), turn)


def _again(interview: Interview, events: Sequence[Event]) -> Interview:
    """Charge what is to be played again, or pass it over where too much was played in vain already."""
    keys = [event for event in events if isinstance(event, KeyHeard)]
    if isinstance(interview.command, Record):
        return interview.step(Recorded(0, None))
    if not isinstance(interview.command, Play | Hush) or (keys and all(key.hi_ms is None for key in keys)):
        return interview  # the caller is gone, and nothing more is played
    heard = [key.heard_ms for key in keys if key.heard_ms is not None]
    cost = max(_LEAST_REPLAY_MS, max(heard) if heard else interview.command.milliseconds)
    if interview.replayed_ms + cost <= REPLAYED_MS:
        return replace(interview, replayed_ms=interview.replayed_ms + cost)
    return (
        _settled(interview, interview.asked.pass_over()) if interview.part in _QUESTIONS else interview.step(Played())
    )


def _checked(after: Interview, turn: Turn) -> Interview:
    if after.part not in turn.then:
        raise IllegalEvent(f"{turn.act} led from {turn.part} to {after.part}")
    return after


def _go_on(interview: Interview, event: Event | None) -> Interview:
    answer = interview.asked.answer
    if interview.declined:
        return _part(interview, event)
    if answer is not None and interview.part in {Part.PRIMARY, Part.FURTHER}:
        interview = replace(interview, agenda=interview.agenda.answered(interview.item, answer.key))
    again = _confirming(interview)
    if again is not None:
        return _put(interview, Part.CONFIRMATION, interview.item, again)
    item, agenda = interview.agenda.take()
    interview = replace(interview, agenda=agenda)
    if item is None:
        return _part(interview, event)
    comment = item.version.layout.comment
    if item.is_comment and comment is not None:
        command = script.comment_prompt(item.version, comment)
        return replace(interview, part=Part.COMMENT, item=item, command=command, reached=False)
    return _put(interview, Part.FURTHER, item, item.version)


def _confirming(interview: Interview) -> LayoutVersion | None:
    """Return the question that asks the primary answer once more, None where it is not to be asked."""
    version, answer = interview.item.version, interview.asked.answer
    confirmation = version.layout.confirmation
    if interview.part is not Part.PRIMARY or not interview.asks_again or confirmation is None or answer is None:
        return None
    return script.confirming(version, confirmation) if version.layout.is_extreme(answer.category) else None


def _put(interview: Interview, part: Part, item: Item, version: LayoutVersion) -> Interview:
    asked = Flow.begin(
        version,
        question=CONFIRMATION if part is Part.CONFIRMATION else item.name,
        parting=script.opted_out(interview.agenda.first),
        guard=interview.guard,
        since_ms=interview.asked.since_ms,
    )
    return replace(interview, part=part, item=item, asked=asked, command=asked.command, reached=False)


def _part(interview: Interview, _event: Event | None) -> Interview:
    first = interview.agenda.first
    return replace(interview, part=Part.PARTING, command=script.thanks(first))


def _close(interview: Interview, _event: Event | None) -> Interview:
    return replace(interview, part=Part.ENDED, command=Finish(interview.status, interview.options_heard))


def _record(interview: Interview, _event: Event | None) -> Interview:
    comment = interview.item.version.layout.comment
    if comment is None:
        raise IllegalEvent("a layout without a comment asks for none")
    return replace(interview, part=Part.RECORDING, command=script.recording(interview.item.name, comment))


def _keep(interview: Interview, event: Event | None) -> Interview:
    command = interview.command
    if not isinstance(event, Recorded) or not isinstance(command, Record):
        raise IllegalEvent("only a recording can be kept")
    if event.file is None:
        return _go_on(interview, event)
    kept = KeepComment(command.question, event.file, command.format, event.milliseconds, command.retention_days)
    return replace(interview, part=Part.KEEPING, command=kept)


def _decline(interview: Interview, _event: Event | None) -> Interview:
    command = script.opted_out(interview.agenda.first)
    return replace(interview, part=Part.PARTING, command=command, declined=True)


def _disregard(interview: Interview, event: Event | None) -> Interview:
    """Go on as if the copy had not been heard; what it has cut short is played again."""
    if isinstance(event, KeyHeard) and isinstance(interview.command, Play) and event.key not in interview.command.keys:
        return _record(interview, event)
    return interview


def _stay(interview: Interview, _event: Event | None) -> Interview:
    return interview


_ACTS: dict[Act, Callable[[Interview, Event | None], Interview]] = {
    Act.GO_ON: _go_on,
    Act.PART: _part,
    Act.CLOSE: _close,
    Act.RECORD: _record,
    Act.KEEP: _keep,
    Act.DECLINE: _decline,
    Act.DISREGARD: _disregard,
    Act.STAY: _stay,
}
