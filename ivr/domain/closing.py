"""Closing: the one row of a handled call, made from all that is known of it.

The same facts give the same row in whatever order they came, so a call can be closed again whenever a late
fact arrives, and nothing has to be undone by hand.
"""

from datetime import datetime

from ivr.domain.calls import (
    CONFIRMATION,
    PRIMARY_QUESTION,
    Answer,
    Attribution,
    CallFacts,
    EndedBy,
    HandledCall,
    Leg,
)
from ivr.domain.experiments import Assignment
from ivr.domain.flow.recovery import keyed_answer
from ivr.domain.layouts import Layout
from ivr.domain.outcomes import Outcome

DIRECT_QUEUE = "direct"
"""Where calls count that an agent answered without any queue."""


def is_handled(facts: CallFacts) -> bool:
    """Whether an agent spoke with the caller: an answered leg was seen, or the rating entry says so."""
    return bool(facts.legs) or facts.entered is not None


def credited_leg(facts: CallFacts) -> Leg | None:
    """Return the leg that the call counts for: the last, but none that began after the caller was asked.

    A caller who goes on to another agent afterwards has rated the one before.
    """
    if facts.entered is None:
        return facts.legs[-1] if facts.legs else None
    entered_at = facts.entered.entered_at
    rated = [leg for leg in facts.legs if leg.connected_at <= entered_at] or facts.legs
    return rated[-1] if rated else None


def credited(facts: CallFacts) -> tuple[str | None, str]:
    """Return the agent and the queue that the call counts for: those of the credited leg.

    An agent whom the dialplan names stands above the leg's. A leg of a direct call has no queue: the rating
    entry's stands in, else :data:`DIRECT_QUEUE`.
    """
    entered = facts.entered
    entry_agent, entry_queue = (None, None) if entered is None else (entered.agent, entered.queue)
    leg = credited_leg(facts)
    if leg is None:
        return entry_agent, entry_queue or DIRECT_QUEUE
    return entry_agent if _is_named(facts) else leg.agent, leg.queue or entry_queue or DIRECT_QUEUE


def talked_seconds(facts: CallFacts, at: datetime) -> float | None:
    """Return for how long the agent had talked whom the caller rates ``at`` a moment; None where no leg was seen."""
    leg = credited_leg(facts)
    if leg is None:
        return None
    return (at - leg.connected_at).total_seconds() if leg.talk_seconds is None else leg.talk_seconds


def close_call(
    facts: CallFacts,
    *,
    assignment: Assignment,
    layout: Layout | None,
    layout_version: str | None,
    team: str | None,
) -> HandledCall:
    """Return the row of a handled call whose channel is gone.

    ``assignment`` is what the call was given or, never asked, would have been given; ``layout`` is the
    assigned layout's definition, None where it is not known any more.
    """
    leg = credited_leg(facts)
    agent, queue = credited(facts)
    answer = _answer(facts, layout)
    entered = facts.entered
    outcome = _outcome(facts, answer)
    return HandledCall(
        call=facts.arrived.call,
        ended_at=ended_at(facts),
        outcome=outcome,
        agent=agent,
        queue=queue,
        team=team,
        site=facts.arrived.site,
        segment=facts.arrived.segment,
        language=facts.arrived.language,
        legs=max(len(facts.legs), 1),
        attribution=_attribution(facts),
        caller=facts.arrived.caller,
        wait_seconds=None if leg is None else leg.wait_seconds,
        talk_seconds=_talk_seconds(facts, leg),
        ended_by=_ended_by(facts, leg),
        experiment=assignment.experiment,
        layout=assignment.layout,
        layout_version=layout_version,
        layout_probability=assignment.layout_probability,
        allocation=assignment.allocation,
        delay_seconds=assignment.delay_seconds,
        delay_probability=assignment.delay_probability,
        selection_probability=1.0 if entered is None else entered.selection_probability,
        options_heard=None if facts.answer is None else facts.answer.options_heard,
        press_ms=None if answer is None else answer.press_ms,
        key=None if answer is None or outcome is not Outcome.RATED else answer.key,
        category=None if answer is None or outcome is not Outcome.RATED else answer.category,
        keys=facts.presses,
        confirm_probability=_confirm_probability(facts, answer, layout),
        confirm_key=_confirm_key(facts, outcome),
        test=facts.arrived.test,
        asked_seconds=facts.asked_seconds,
    )


def _answer(facts: CallFacts, layout: Layout | None) -> Answer | None:
    """Return the primary answer; a stored valid press is one, also where the service died before it said so."""
    if facts.answer is not None and facts.answer.status is Outcome.RATED:
        return facts.answer
    if facts.exposure is None or layout is None:
        return facts.answer
    keyed = keyed_answer(facts.presses, layout, has_ended=facts.answer is not None)
    if keyed is None:
        return facts.answer
    key, press = keyed
    return Answer(
        call=facts.arrived.call,
        question=PRIMARY_QUESTION,
        status=Outcome.RATED,
        options_heard=0 if facts.answer is None else facts.answer.options_heard,
        key=key,
        category=layout.category_of(key),
        press_ms=press.lo_ms if press.lo_ms == press.hi_ms else None,
    )


def _confirm_probability(facts: CallFacts, answer: Answer | None, layout: Layout | None) -> float | None:
    """Return the chance that the answer was asked once more; None where it was none of those that are."""
    if facts.exposure is None or not facts.exposure.confirm_probability or answer is None or answer.category is None:
        return None
    if layout is not None:
        is_extreme = layout.is_extreme(answer.category)
    else:
        is_extreme = answer.category == 0 or any(each.question == CONFIRMATION for each in facts.further)
    return facts.exposure.confirm_probability if is_extreme else None


def _confirm_key(facts: CallFacts, outcome: Outcome) -> str | None:
    if outcome is not Outcome.RATED:
        return None
    return next((each.key for each in facts.further if each.question == CONFIRMATION), None)


def _outcome(facts: CallFacts, answer: Answer | None) -> Outcome:
    if answer is not None and answer.status is Outcome.RATED:
        return Outcome.RATED
    if facts.entered is not None and facts.entered.declined is not None:
        return facts.entered.declined
    if answer is not None:
        return answer.status
    if facts.entered is not None or not facts.legs:
        return Outcome.UNKNOWN  # asked, and the service cannot say how it ended
    return {
        EndedBy.CALLER: Outcome.CALLER_LEFT_FIRST,
        EndedBy.TRANSFER: Outcome.TRANSFERRED_AWAY,
        EndedBy.AGENT: Outcome.UNAVAILABLE,
    }.get(facts.legs[-1].ended_by or EndedBy.UNKNOWN, Outcome.UNKNOWN)


def _is_named(facts: CallFacts) -> bool:
    return facts.entered is not None and facts.entered.agent_is_named


def _attribution(facts: CallFacts) -> Attribution:
    if _is_named(facts):
        return Attribution.CERTAIN
    asked_at = None if facts.entered is None else facts.entered.entered_at
    agents = {leg.agent for leg in facts.legs if asked_at is None or leg.connected_at <= asked_at}
    if not agents and facts.entered is not None:
        agents.add(facts.entered.agent)
    return Attribution.CERTAIN if len(agents) == 1 and None not in agents else Attribution.UNCERTAIN


def _ended_by(facts: CallFacts, last: Leg | None) -> EndedBy:
    # A caller who reached the rating has not hung up on the agent, whatever a late AgentComplete says.
    if facts.entered is not None:
        return EndedBy.AGENT
    return EndedBy.UNKNOWN if last is None or last.ended_by is None else last.ended_by


def _outlasts_entry(facts: CallFacts, leg: Leg) -> bool:
    """Whether ``leg`` is said to have gone on while its caller was being asked, as a late AgentComplete claims."""
    if facts.entered is None or leg.ended_at is None:
        return False
    return leg.connected_at <= facts.entered.entered_at < leg.ended_at


def _talk_seconds(facts: CallFacts, last: Leg | None) -> float | None:
    if last is None:
        return None
    if facts.entered is not None and _outlasts_entry(facts, last):
        return (facts.entered.entered_at - last.connected_at).total_seconds()
    return last.talk_seconds


def ended_at(facts: CallFacts) -> datetime:
    """Return when the last talk of a handled call ended.

    A leg whose end nobody saw ended when the caller went on or was gone.
    """
    last = facts.legs[-1] if facts.legs else None
    if facts.entered is not None and last is not None and _outlasts_entry(facts, last):
        return facts.entered.entered_at
    if last is not None and last.ended_at is not None:
        return last.ended_at
    if facts.entered is not None:
        return facts.entered.entered_at
    if facts.gone is not None:
        return facts.gone.gone_at
    if last is not None:
        return last.connected_at
    raise ValueError("a call that nobody handled cannot be closed")
