"""The machine that walks the table: one immutable state in, the next state with its command out."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

from ivr.domain.flow import script
from ivr.domain.flow.bounces import BounceGuard
from ivr.domain.flow.commands import Command, Finish, Hush, KeepAnswer, Play
from ivr.domain.flow.events import AnswerKept, CallerLeft, Event, KeyHeard, LineLost, Played, PromptFailed
from ivr.domain.flow.script import Stage, Step
from ivr.domain.flow.table import TABLE, Move, Phase, Row, Trigger
from ivr.domain.outcomes import Outcome
from ivr.domain.timelines import LayoutVersion

_WIDEST_KNOWN_MS = 250
"""A press whose moment is known less sharply than this has no ``press_ms``, only its bounds."""

_TRIGGERS: dict[type[Event], Trigger] = {
    Played: Trigger.PLAYED,
    AnswerKept: Trigger.ANSWER_KEPT,
    CallerLeft: Trigger.CALLER_LEFT,
    LineLost: Trigger.LINE_LOST,
    PromptFailed: Trigger.PROMPT_FAILED,
}
_LEFT_IN = {
    Stage.SILENCE: Outcome.LEFT_BEFORE_PROMPT,
    Stage.INTRO: Outcome.LEFT_IN_INTRO,
    Stage.MENU: Outcome.LEFT_IN_MENU,
    Stage.FAREWELL: Outcome.LEFT_IN_MENU,
}


class IllegalEvent(Exception):
    """An event came in a phase that has no row for it: a fault of the program, not of a caller."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The state of one caller's question, with the command that it wants carried out.

    ``options_heard`` counts options fully played, the most over all readings. ``readings`` counts how often
    the options were begun. ``guard`` has heard every key so far; give it to the caller's next question.
    ``since_ms`` is the moment of the key that led to the running command, None where no known one did.
    """

    version: LayoutVersion
    phase: Phase
    steps: tuple[Step, ...]
    position: int
    command: Command
    readings: int = 1
    options_heard: int = 0
    wrong_keys: int = 0
    declined: bool = False
    answer: KeepAnswer | None = None
    guard: BounceGuard = field(default_factory=BounceGuard)
    since_ms: int | None = None

    @classmethod
    def begin(cls, version: LayoutVersion, delay_seconds: float, guard: BounceGuard | None = None) -> Self:
        """Return the flow before its first prompt, which its ``command`` asks for.

        ``guard`` is that of the caller's question before, in this question's time: copies of a press that was heard
        there answer nothing here.
        """
        steps = script.opening(version, delay_seconds)
        return cls(version, Phase.LISTENING, steps, 0, steps[0].command, guard=guard or BounceGuard())

    def step(self, event: Event) -> Self:
        """Return the flow after ``event``; its ``command`` is what to do now.

        Raises:
            IllegalEvent: where the table has no row.
        """
        guard, is_copy = self.guard.hear(event) if isinstance(event, KeyHeard) else (self.guard, False)
        row = TABLE.get((self.phase, Trigger.COPY if is_copy else self._trigger(event)))
        if row is None:
            raise IllegalEvent(f"{type(event).__name__} in phase {self.phase}")
        after = _MOVES[row.move](replace(self, guard=guard), event)
        if isinstance(event, KeyHeard) and after.command is not self.command:
            after = replace(after, since_ms=event.hi_ms)
        return self._checked(after, row)

    def _checked(self, after: "Flow", row: Row) -> Self:
        if after.phase not in row.then:
            raise IllegalEvent(f"{row.move} led from {self.phase} to {after.phase}")
        return after  # type: ignore[return-value]

    def _trigger(self, event: Event) -> Trigger:
        if not isinstance(event, KeyHeard):
            return _TRIGGERS[type(event)]
        layout = self.version.layout
        if layout.category_of(event.key) is not None:
            return Trigger.VALID_KEY
        return Trigger.OPT_OUT_KEY if event.key == layout.opt_out_key else Trigger.WRONG_KEY

    @property
    def stage(self) -> Stage:
        """Where in the question the caller is."""
        return self.steps[self.position].stage


def _advance(flow: Flow, _event: Event) -> Flow:
    done = flow.steps[flow.position]
    if done.option is not None:
        flow = replace(flow, options_heard=max(flow.options_heard, done.option + 1))
    if flow.position + 1 < len(flow.steps):
        step = flow.steps[flow.position + 1]
        return replace(flow, position=flow.position + 1, command=step.command)
    if done.stage is Stage.FAREWELL:
        return _end(flow, _unanswered(flow))
    return _read_again_or_part(flow, flow.version.layout.no_key)


def _explain(flow: Flow, event: Event) -> Flow:
    if not isinstance(event, KeyHeard):
        raise IllegalEvent("only a key can be wrong")
    flow = replace(_credit_heard(flow, event), wrong_keys=flow.wrong_keys + 1)
    if event.hi_ms is None:
        return flow  # found when the caller had left: nothing more was played, so the place stays
    if flow.stage is Stage.FAREWELL:
        return _end(flow, _unanswered(flow))
    return _read_again_or_part(flow, flow.version.layout.invalid)


def _disregard(flow: Flow, event: Event) -> Flow:
    """Go on as if the copy had not been heard; what it has cut short is played again."""
    if not isinstance(event, KeyHeard):
        raise IllegalEvent("only a key can be a copy")
    if _came_in_all_of_it(flow, event):
        return _advance(flow, event)
    return _credit_heard(flow, event)


def _came_in_all_of_it(flow: Flow, event: KeyHeard) -> bool:
    """Say whether the key came while the running command was played to its end, because no key cuts it short."""
    if event.lo_ms is None or not isinstance(flow.command, Play | Hush) or event.key in flow.command.keys:
        return False
    # A key from before is told together with the one that led to this command, of which nothing is played yet.
    return flow.since_ms is None or event.lo_ms >= flow.since_ms


def _read_again_or_part(flow: Flow, explanation: str) -> Flow:
    if flow.readings < flow.version.layout.max_tries:
        return _perform(replace(flow, readings=flow.readings + 1), script.repetition(flow.version, explanation))
    return _perform(flow, script.farewell(flow.version, explanation))


def _decline(flow: Flow, event: Event) -> Flow:
    if flow.declined:
        return _end(flow, Outcome.OPTED_OUT)
    flow = replace(_credit_heard(flow, event), declined=True)
    return _perform(flow, script.thanks(flow.version))


def _keep(flow: Flow, event: Event) -> Flow:
    if not isinstance(event, KeyHeard):
        raise IllegalEvent("only a key can be kept")
    category = flow.version.layout.category_of(event.key)
    if category is None:
        raise IllegalEvent("only a valid key can be kept")
    flow = _credit_heard(flow, event)
    answer = KeepAnswer(event.key, category, _moment(event), flow.options_heard)
    return replace(flow, phase=Phase.KEEPING, command=answer, answer=answer)


def _thank(flow: Flow, _event: Event) -> Flow:
    steps = script.thanks(flow.version)
    return replace(_perform(flow, steps), phase=Phase.THANKING)


def _leave(flow: Flow, _event: Event) -> Flow:
    # Opt-out comes before how the call ended; after that the place where the caller hung up decides.
    return _end(flow, Outcome.OPTED_OUT if flow.declined else _LEFT_IN[flow.stage])


def _lose(flow: Flow, _event: Event) -> Flow:
    return _end(flow, Outcome.OPTED_OUT if flow.declined else Outcome.UNKNOWN)


def _give_up(flow: Flow, _event: Event) -> Flow:
    return _end(flow, Outcome.OPTED_OUT if flow.declined else Outcome.UNAVAILABLE)


def _conclude(flow: Flow, _event: Event) -> Flow:
    return _end(flow, Outcome.RATED)


def _stay(flow: Flow, _event: Event) -> Flow:
    return flow


def _unanswered(flow: Flow) -> Outcome:
    if flow.declined:
        return Outcome.OPTED_OUT
    return Outcome.INVALID_KEYS if flow.wrong_keys else Outcome.NO_KEY


def _perform(flow: Flow, steps: tuple[Step, ...]) -> Flow:
    return replace(flow, steps=steps, position=0, command=steps[0].command)


def _end(flow: Flow, status: Outcome) -> Flow:
    return replace(flow, phase=Phase.ENDED, command=Finish(status, flow.options_heard))


def _credit_heard(flow: Flow, event: Event) -> Flow:
    """Count the running option as heard where the key came after its last sample."""
    step = flow.steps[flow.position]
    if step.option is None or not isinstance(event, KeyHeard) or event.heard_ms is None:
        return flow
    if event.heard_ms < step.command.milliseconds:
        return flow
    return replace(flow, options_heard=max(flow.options_heard, step.option + 1))


def _moment(event: KeyHeard) -> int | None:
    if event.lo_ms is None or event.hi_ms is None or event.hi_ms - event.lo_ms > _WIDEST_KNOWN_MS:
        return None
    return (event.lo_ms + event.hi_ms) // 2


_MOVES: dict[Move, Callable[[Flow, Event], Flow]] = {
    Move.ADVANCE: _advance,
    Move.KEEP: _keep,
    Move.DECLINE: _decline,
    Move.EXPLAIN: _explain,
    Move.THANK: _thank,
    Move.LEAVE: _leave,
    Move.LOSE: _lose,
    Move.GIVE_UP: _give_up,
    Move.CONCLUDE: _conclude,
    Move.STAY: _stay,
    Move.DISREGARD: _disregard,
}
