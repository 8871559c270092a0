"""The interview: walks a caller through the primary question, what follows its answer, and the farewell.

It holds what goes from question to question: the guard that has heard every key (so the copies of one answer are no
answer to the next question), the time that copies have cost, and whether the caller has declined. All moments are on
one clock, from the call's first prompt frame.

Theory of the bound. A question reads its options a bounded number of times, each reading has a known length, and a
layout names every question that can follow. What has no bound of its own is a copy that cuts a prompt short, which is
then played again. So the milliseconds that were played in vain are counted, ``REPLAYED_MS`` of them are granted to a
call, and what a copy cuts short behind that is passed over. ``ivr.domain.bounds`` adds all this up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ivr.domain.flow.acts import ACTS
from ivr.domain.flow.commands import Finish, Hush, Play, Record
from ivr.domain.flow.conversation import QUESTIONS, Conversation, Missed
from ivr.domain.flow.events import CallerLeft, CommentKept, Event, KeyHeard, LineLost, Played, PromptFailed, Recorded
from ivr.domain.flow.interview_table import TURN, Cause, Part
from ivr.domain.flow.machine import Flow
from ivr.domain.flow.moves import IllegalEvent
from ivr.domain.outcomes import Outcome

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


@dataclass(frozen=True, slots=True)
class Interview(Conversation):
    """A call that takes events; its ``command`` is what to do now."""

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
        if self.part in QUESTIONS:
            return _settled(self, self.asked.step(event))
        if isinstance(event, KeyHeard):
            guard, is_copy = self.guard.hear(event)
            return _turned(replace(self, guard=guard), _cause(self, event, is_copy=is_copy), event)
        if type(event) not in _CAUSES:
            raise IllegalEvent(f"{type(event).__name__} in part {self.part}")
        return _turned(self, _CAUSES[type(event)], event)


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
    after = ACTS[turn.act](interview, event)
    if after.part not in turn.then:
        raise IllegalEvent(f"{turn.act} led from {turn.part} to {after.part}")
    return after  # type: ignore[return-value]


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
    return _settled(interview, interview.asked.pass_over()) if interview.part in QUESTIONS else interview.step(Played())
