"""Contest a rating: an agent or a supervisor says why it should not count; nothing changes until somebody decides."""

from ivr.domain.access import Scope
from ivr.domain.audit_chain import AuditEvent
from ivr.domain.calls import CallId
from ivr.domain.contests import Actor, Contest, ContestCase, RatedCall, reason_of
from ivr.usecases.audit import Audit
from ivr.usecases.contests import Contests
from ivr.usecases.ports import Clock


async def contest_rating(
    call: CallId, text: str, *, who: Actor, scope: Scope, contests: Contests, audit: Audit, clock: Clock
) -> ContestCase | None:
    """Contest the rating of ``call``; None where there is no such call in the ``scope`` of ``who``.

    Raises:
        ContestRefused: with one sentence, for a reason or a call that cannot be taken.
    """
    rated = await contests.call_of(call)
    if rated is None or not is_in_scope(rated, scope, who.person):
        return None
    case = await contests.add(Contest(call, clock(), who, reason_of(text)))
    await audit.note(AuditEvent.CONTESTED, who.name, rated.agent, call=str(call), contest=case.contest.number)
    return case


def is_in_scope(call: RatedCall, scope: Scope, person: str | None) -> bool:
    """Say whether ``call`` is in ``scope``, or credited to the very ``person`` who looks."""
    if person is not None and call.agent == person:
        return True
    if scope.teams is not None and call.team not in scope.teams:
        return False
    return scope.agent is None or call.agent == scope.agent
