"""The machine of one question, which walks its table: one immutable state in, the next with its command out."""

from dataclasses import dataclass, replace
from typing import Self

from ivr.domain.calls import PRIMARY_QUESTION
from ivr.domain.flow.digits import Digits
from ivr.domain.flow.events import AnswerKept, CallerLeft, Event, KeyHeard, LineLost, Played, PromptFailed
from ivr.domain.flow.moves import MOVES, IllegalEvent, go_on
from ivr.domain.flow.question import Question
from ivr.domain.flow.table import TABLE, Phase, Row, Trigger

_TRIGGERS: dict[type[Event], Trigger] = {
    Played: Trigger.PLAYED,
    AnswerKept: Trigger.ANSWER_KEPT,
    CallerLeft: Trigger.CALLER_LEFT,
    LineLost: Trigger.LINE_LOST,
    PromptFailed: Trigger.PROMPT_FAILED,
}


@dataclass(frozen=True, slots=True)
class Flow(Question):
    """A question that takes events; its ``command`` is what to do now."""

    def step(self, event: Event) -> Self:
        """Return the question after ``event``; its ``command`` is what to do now.

        Raises:
            IllegalEvent: where the table has no row.
        """
        trigger, flow = self._heard(event) if isinstance(event, KeyHeard) else (_TRIGGERS.get(type(event)), self)
        row = None if trigger is None else TABLE.get((self.phase, trigger))
        if row is None:
            raise IllegalEvent(f"{type(event).__name__} in phase {self.phase}")
        after = MOVES[row.move](flow, event)
        if isinstance(event, KeyHeard) and after.command is not self.command:
            after = replace(after, since_ms=event.hi_ms)
        return self._checked(after, row)

    def _checked(self, after: Question, row: Row) -> Self:
        if after.phase not in row.then:
            raise IllegalEvent(f"{row.move} led from {self.phase} to {after.phase}")
        return after  # type: ignore[return-value]

    def _heard(self, event: KeyHeard) -> tuple[Trigger, Question]:
        digits = self.digits.hear(event)
        if self._is_just_put(event) and self.guard.is_hasty(event):
            return Trigger.COPY, replace(self, digits=replace(self.digits, guard=digits.guard))
        flow = replace(self, digits=digits)
        is_doubtful = digits.is_over and not self.digits.is_over
        if self.guard.hear(event)[1] and not is_doubtful:
            return Trigger.COPY, flow
        # What is keyed after the answer is looked at by itself.
        keyed = Digits(digits.answers).hear(event) if self.digits.is_over else digits
        if keyed.answer is not None:
            return Trigger.VALID_KEY, flow
        if not keyed.is_over:
            return Trigger.FIRST_KEY, flow
        layout = self.version.layout
        if event.key == layout.opt_out_key:
            return Trigger.OPT_OUT_KEY, flow
        can_repeat = self.repeats < layout.max_repeats and not self.declined
        return Trigger.REPEAT_KEY if event.key == layout.repeat_key and can_repeat else Trigger.WRONG_KEY, flow

    def _is_just_put(self, event: KeyHeard) -> bool:
        """Say whether ``event`` came in the first prompt of a question behind another, before any key counted here."""
        if self.question == PRIMARY_QUESTION or self.phase is not Phase.LISTENING or self.declined:
            return False
        if self.readings > 1 or self.repeats or self.wrong_keys:
            return False
        # Told together with the key that ended the prompt, it came in that prompt too.
        is_from_before = event.lo_ms is not None and self.since_ms is not None and event.lo_ms < self.since_ms
        return self.position == 0 or is_from_before

    def pass_over(self) -> Self:
        """Return the question behind its running command, which was not heard to its end and is not played again."""
        return self.step(Played()) if self.phase is Phase.COLLECTING else go_on(self)  # type: ignore[return-value]
