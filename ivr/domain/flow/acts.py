"""The acts of the interview: what each row of its table does, as functions from state to state."""

from collections.abc import Callable
from dataclasses import replace

from ivr.domain.calls import CONFIRMATION
from ivr.domain.flow import script
from ivr.domain.flow.agenda import Item
from ivr.domain.flow.commands import Finish, KeepComment, Play, Record
from ivr.domain.flow.conversation import Conversation
from ivr.domain.flow.events import Event, KeyHeard, Recorded
from ivr.domain.flow.interview_table import Act, Part
from ivr.domain.flow.machine import Flow
from ivr.domain.flow.moves import IllegalEvent
from ivr.domain.timelines import LayoutVersion


def _go_on(call: Conversation, event: Event | None) -> Conversation:
    answer = call.asked.answer
    if call.declined:
        return _part(call, event)
    if answer is not None and call.part in {Part.PRIMARY, Part.FURTHER}:
        call = replace(call, agenda=call.agenda.answered(call.item, answer.key))
    again = _confirming(call)
    if again is not None:
        return _put(call, Part.CONFIRMATION, call.item, again)
    item, agenda = call.agenda.take()
    call = replace(call, agenda=agenda)
    if item is None:
        return _part(call, event)
    comment = item.version.layout.comment
    if item.is_comment and comment is not None:
        command = script.comment_prompt(item.version, comment)
        return replace(call, part=Part.COMMENT, item=item, command=command, reached=False)
    return _put(call, Part.FURTHER, item, item.version)


def _confirming(call: Conversation) -> LayoutVersion | None:
    """Return the question that asks the primary answer once more, None where it is not to be asked."""
    version, answer = call.item.version, call.asked.answer
    confirmation = version.layout.confirmation
    if call.part is not Part.PRIMARY or not call.asks_again or confirmation is None or answer is None:
        return None
    return script.confirming(version, confirmation) if version.layout.is_extreme(answer.category) else None


def _put(call: Conversation, part: Part, item: Item, version: LayoutVersion) -> Conversation:
    asked = Flow.begin(
        version,
        question=CONFIRMATION if part is Part.CONFIRMATION else item.name,
        parting=script.opted_out(call.agenda.first),
        guard=call.guard,
        since_ms=call.asked.since_ms,
    )
    return replace(call, part=part, item=item, asked=asked, command=asked.command, reached=False)


def _part(call: Conversation, _event: Event | None) -> Conversation:
    first = call.agenda.first
    return replace(call, part=Part.PARTING, command=script.thanks(first))


def _close(call: Conversation, _event: Event | None) -> Conversation:
    return replace(call, part=Part.ENDED, command=Finish(call.status, call.options_heard))


def _record(call: Conversation, _event: Event | None) -> Conversation:
    comment = call.item.version.layout.comment
    if comment is None:
        raise IllegalEvent("a layout without a comment asks for none")
    return replace(call, part=Part.RECORDING, command=script.recording(call.item.name, comment))


def _keep(call: Conversation, event: Event | None) -> Conversation:
    command = call.command
    if not isinstance(event, Recorded) or not isinstance(command, Record):
        raise IllegalEvent("only a recording can be kept")
    if event.file is None:
        return _go_on(call, event)
    kept = KeepComment(command.question, event.file, command.format, event.milliseconds, command.retention_days)
    return replace(call, part=Part.KEEPING, command=kept)


def _decline(call: Conversation, _event: Event | None) -> Conversation:
    command = script.opted_out(call.agenda.first)
    return replace(call, part=Part.PARTING, command=command, declined=True)


def _disregard(call: Conversation, event: Event | None) -> Conversation:
    """Go on as if the copy had not been heard; what it has cut short is played again."""
    if isinstance(event, KeyHeard) and isinstance(call.command, Play) and event.key not in call.command.keys:
        return _record(call, event)
    return call


def _stay(call: Conversation, _event: Event | None) -> Conversation:
    return call


ACTS: dict[Act, Callable[[Conversation, Event | None], Conversation]] = {
    Act.GO_ON: _go_on,
    Act.PART: _part,
    Act.CLOSE: _close,
    Act.RECORD: _record,
    Act.KEEP: _keep,
    Act.DECLINE: _decline,
    Act.DISREGARD: _disregard,
    Act.STAY: _stay,
}
