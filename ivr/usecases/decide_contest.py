"""Decide a contest: a second person says whether the figures count the call, and why."""

from ivr.domain.access import Scope
from ivr.domain.audit_chain import AuditEvent
from ivr.domain.calls import CallId
from ivr.domain.contests import Actor, ContestCase, ContestDecision, Verdict, reason_of
from ivr.usecases.audit import Audit
from ivr.usecases.contest_rating import is_in_scope
from ivr.usecases.contests import Contests
from ivr.usecases.ports import Clock


async def decide_contest(
    call: CallId,
    verdict: Verdict,
    text: str,
    *,
    seen: int | None,
    who: Actor,
    scope: Scope,
    contests: Contests,
    audit: Audit,
    clock: Clock,
) -> ContestCase | None:
    """Decide about the contested rating of ``call``; None where there is none in the ``scope`` of ``who``.

    ``seen`` is the number of the decision that ``who`` has read, None where there was none.

    Raises:
        ContestRefused: with one sentence, for a reason or a person that cannot be taken, or a decision made meanwhile.
    """
    rated = await contests.call_of(call)
    if rated is None or not is_in_scope(rated, scope, who.person) or await contests.of_call(call) is None:
        return None
    case = await contests.decide(call, ContestDecision(clock(), who, verdict, reason_of(text)), seen=seen)
    number = case.contest.number
    await audit.note(AuditEvent.DECIDED, who.name, rated.agent, call=str(call), contest=number, verdict=verdict.value)
    return case
