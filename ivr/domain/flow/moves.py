"""The moves of one question: what each of its table does, as functions from state to state."""

from collections.abc import Callable
from dataclasses import replace

from ivr.domain.calls import CONFIRMATION, PRIMARY_QUESTION
from ivr.domain.flow import script
from ivr.domain.flow.commands import Finish, Hush, KeepAnswer, Play
from ivr.domain.flow.digits import Digits
from ivr.domain.flow.events import CallerLeft, Event, KeyHeard, LineLost, Played
from ivr.domain.flow.question import Question
from ivr.domain.flow.script import Stage, Step
from ivr.domain.flow.table import Move, Phase
from ivr.domain.outcomes import Outcome

_WIDEST_KNOWN_MS = 250
"""A press whose moment is known less sharply than this has no ``press_ms``, only its bounds."""

_LEFT_IN = {
    Stage.SILENCE: Outcome.LEFT_BEFORE_PROMPT,
    Stage.INTRO: Outcome.LEFT_IN_INTRO,
    Stage.MENU: Outcome.LEFT_IN_MENU,
    Stage.FAREWELL: Outcome.LEFT_IN_MENU,
}


class IllegalEvent(Exception):
    """An event came in a phase that has no row for it: a fault of the program, not of a caller."""


def _advance(flow: Question, _event: Event) -> Question:
    return go_on(_heard_to_the_end(flow))


def go_on(flow: Question) -> Question:
    """Return the question at its next step, as if the running one were done but not heard."""
    if flow.position + 1 < len(flow.steps):
        step = flow.steps[flow.position + 1]
        return replace(flow, position=flow.position + 1, command=step.command)
    if flow.stage is Stage.FAREWELL:
        return _end(flow, _unanswered(flow))
    return _read_again_or_part(replace(flow, silences=flow.silences + 1), flow.version.layout.no_key)


def _collect(flow: Question, event: Event) -> Question:
    key = _key(event)
    command = script.second_key(flow.version)
    return replace(_credit_heard(flow, key), phase=Phase.COLLECTING, command=command, first_ms=_moment(key))


def _decide(flow: Question, event: Event) -> Question:
    """Take the first key for the whole answer, as no second one came."""
    digits = flow.digits.time_out()
    if digits.answer is not None:
        return _kept(replace(flow, digits=digits), digits.answer, flow.first_ms)
    if isinstance(event, Played):
        return _explain_wrong(flow)
    if isinstance(event, CallerLeft):
        return _leave(flow, event)
    return _lose(flow, event) if isinstance(event, LineLost) else _give_up(flow, event)


def _keep(flow: Question, event: Event) -> Question:
    key, keyed = _key(event), flow.digits.answer
    if keyed is None:
        raise IllegalEvent("only a valid key can be kept")
    if flow.phase is Phase.COLLECTING:
        return _kept(flow, keyed, flow.first_ms)
    return _kept(_credit_heard(flow, key), keyed, _moment(key))


def _kept(flow: Question, keyed: str, press_ms: int | None) -> Question:
    category = flow.version.layout.category_of(keyed)
    if category is None:
        raise IllegalEvent(f"{keyed} is no answer")
    version = None if flow.question in {PRIMARY_QUESTION, CONFIRMATION} else flow.version.version
    answer = KeepAnswer(keyed, category, press_ms, flow.options_heard, flow.question, version)
    return replace(flow, phase=Phase.KEEPING, command=answer, answer=answer)


def _repeat(flow: Question, event: Event) -> Question:
    key = _key(event)
    from_the_intro = flow.stage in {Stage.SILENCE, Stage.INTRO}
    flow = replace(_listening(_credit_heard(flow, key)), repeats=flow.repeats + 1)
    if key.hi_ms is None:
        return flow  # found when the caller had left: nothing more was played, so the place stays
    return _perform(flow, script.from_the_intro(flow.version) if from_the_intro else script.the_options(flow.version))


def _explain(flow: Question, event: Event) -> Question:
    key = _key(event)
    flow = _credit_heard(flow, key)
    if key.hi_ms is None:
        return replace(_listening(flow), wrong_keys=flow.wrong_keys + 1)  # the place stays here too
    return _explain_wrong(flow)


def _explain_wrong(flow: Question) -> Question:
    flow = replace(_listening(flow), wrong_keys=flow.wrong_keys + 1)
    if flow.stage is Stage.FAREWELL:
        return _end(flow, _unanswered(flow))
    return _read_again_or_part(flow, flow.version.layout.invalid)


def _disregard(flow: Question, event: Event) -> Question:
    """Go on as if the copy had not been heard; what it has cut short is played again."""
    key = _key(event)
    if _came_in_all_of_it(flow, key):
        return _advance(flow, event)
    return _credit_heard(flow, key)


def _came_in_all_of_it(flow: Question, event: KeyHeard) -> bool:
    """Say whether the key came while the running command was played to its end, because no key cuts it short."""
    if event.lo_ms is None or not isinstance(flow.command, Play | Hush) or event.key in flow.command.keys:
        return False
    # A key from before is told together with the one that led to this command, of which nothing is played yet.
    return flow.since_ms is None or event.lo_ms >= flow.since_ms


def _read_again_or_part(flow: Question, explanation: str) -> Question:
    layout = flow.version.layout
    is_given_up = (
        flow.readings >= layout.max_tries
        or (layout.max_invalid is not None and flow.wrong_keys >= layout.max_invalid)
        or (layout.max_no_key is not None and flow.silences >= layout.max_no_key)
    )
    if is_given_up:
        return _perform(flow, script.farewell(flow.version, explanation))
    return _perform(replace(flow, readings=flow.readings + 1), script.repetition(flow.version, explanation))


def _decline(flow: Question, event: Event) -> Question:
    if flow.declined:
        return _end(flow, Outcome.OPTED_OUT)
    flow = replace(_credit_heard(flow, _key(event)), declined=True)
    return _perform(_listening(flow), script.declining(flow.parting))


def _leave(flow: Question, _event: Event) -> Question:
    # Opt-out comes before how the call ended; after that the place where the caller hung up decides.
    return _end(flow, Outcome.OPTED_OUT if flow.declined else _LEFT_IN[flow.stage])


def _lose(flow: Question, _event: Event) -> Question:
    return _end(flow, Outcome.OPTED_OUT if flow.declined else Outcome.UNKNOWN)


def _give_up(flow: Question, _event: Event) -> Question:
    return _end(flow, Outcome.OPTED_OUT if flow.declined else Outcome.UNAVAILABLE)


def _conclude(flow: Question, _event: Event) -> Question:
    return _end(flow, Outcome.RATED)


def _stay(flow: Question, _event: Event) -> Question:
    return flow


def _unanswered(flow: Question) -> Outcome:
    if flow.declined:
        return Outcome.OPTED_OUT
    return Outcome.INVALID_KEYS if flow.wrong_keys else Outcome.NO_KEY


def _perform(flow: Question, steps: tuple[Step, ...]) -> Question:
    return replace(flow, steps=steps, position=0, command=steps[0].command)


def _listening(flow: Question) -> Question:
    """Forget what was keyed of an answer, and be where the first key of it came."""
    digits = Digits(flow.digits.answers, flow.digits.guard)
    command = flow.steps[flow.position].command
    return replace(flow, phase=Phase.LISTENING, command=command, digits=digits, first_ms=None)


def _end(flow: Question, status: Outcome) -> Question:
    return replace(flow, phase=Phase.ENDED, command=Finish(status, flow.options_heard))


def _credit_heard(flow: Question, event: KeyHeard) -> Question:
    """Count the running options as heard where the key came after their last sample."""
    step = flow.steps[flow.position]
    if flow.phase is not Phase.LISTENING or event.heard_ms is None or event.heard_ms < step.command.milliseconds:
        return flow
    return _heard_to_the_end(flow)


def _heard_to_the_end(flow: Question) -> Question:
    option = flow.steps[flow.position].option
    return flow if option is None else replace(flow, options_heard=max(flow.options_heard, option + 1))


def _key(event: Event) -> KeyHeard:
    if not isinstance(event, KeyHeard):
        raise IllegalEvent(f"{type(event).__name__} is no key")
    return event


def _moment(event: KeyHeard) -> int | None:
    if event.lo_ms is None or event.hi_ms is None or event.hi_ms - event.lo_ms > _WIDEST_KNOWN_MS:
        return None
    return (event.lo_ms + event.hi_ms) // 2


MOVES: dict[Move, Callable[[Question, Event], Question]] = {
    Move.ADVANCE: _advance,
    Move.COLLECT: _collect,
    Move.DECIDE: _decide,
    Move.KEEP: _keep,
    Move.REPEAT: _repeat,
    Move.DECLINE: _decline,
    Move.EXPLAIN: _explain,
    Move.LEAVE: _leave,
    Move.LOSE: _lose,
    Move.GIVE_UP: _give_up,
    Move.CONCLUDE: _conclude,
    Move.STAY: _stay,
    Move.DISREGARD: _disregard,
}
