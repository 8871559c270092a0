"""Writing contests: what was said is added, and the call counts or does not from the same commit on."""

from sqlalchemy import Connection, insert, update

from ivr.domain.calls import CallId
from ivr.domain.contests import (
    Contest,
    ContestCase,
    ContestDecision,
    RatedCall,
    Verdict,
    why_not_contested,
    why_not_decided,
    why_not_decided_by,
)
from ivr.errors import ContestRefused
from ivr.store.contest_reads import SqlContestReads, find_case, find_rated
from ivr.store.database import Database
from ivr.store.tables import calls, contest_decisions, contests
from ivr.store.tally_writes import TallyWrites
from ivr.store.writer import Writer

_GONE = "This call is not in the ledger any more."


class SqlContests(SqlContestReads):
    """Implements :class:`ivr.usecases.contests.Contests`."""

    def __init__(self, database: Database, writer: Writer) -> None:
        super().__init__(database)
        self._writer = writer
        self._tallies = TallyWrites(database.dialect)

    async def call_of(self, call: CallId) -> RatedCall | None:
        """Return what the ledger has of ``call`` now; None where it is not there or not closed."""
        return await self._database.read_report(lambda connection: find_rated(connection, call))

    async def add(self, contest: Contest) -> ContestCase:
        """Store ``contest``, durable on return; raises ContestRefused as the call stands then."""

        def work(connection: Connection) -> ContestCase:
            rated, case = _held(connection, contest.call)
            refused = why_not_contested(rated, case)
            if refused is not None:
                raise ContestRefused(refused)
            who = contest.who
            connection.execute(
                insert(contests).values(
                    pbx=contest.call.pbx,
                    uniqueid=contest.call.uniqueid,
                    at=contest.at,
                    who=who.name,
                    person=who.person,
                    reason=contest.reason,
                )
            )
            return _stored(connection, contest.call)

        return await self._writer.write(work)

    async def decide(self, call: CallId, decision: ContestDecision, *, seen: int | None) -> ContestCase:
        """Store ``decision`` and have the figures follow it, in one transaction; raises ContestRefused."""

        def work(connection: Connection) -> ContestCase:
            rated, case = _held(connection, call)
            if case is None:
                raise ContestRefused("Nobody has contested this rating, so there is nothing to decide.")
            who, verdict = decision.who, decision.verdict
            refused = why_not_decided_by(who, rated, case) or why_not_decided(case, verdict, seen)
            if refused is not None:
                raise ContestRefused(refused)
            connection.execute(
                insert(contest_decisions).values(
                    contest=case.contest.number,
                    at=decision.at,
                    who=who.name,
                    person=who.person,
                    verdict=verdict.value,
                    reason=decision.reason,
                )
            )
            connection.execute(
                update(calls)
                .where(calls.c.pbx == call.pbx, calls.c.uniqueid == call.uniqueid)
                .values(excluded=verdict is Verdict.EXCLUDE)
            )
            self._tallies.settle(connection)
            return _stored(connection, call)

        return await self._writer.write(work, touches_calls=True)


def _held(connection: Connection, call: CallId) -> tuple[RatedCall, ContestCase | None]:
    """Return how things stand, and hold others off until the transaction ends; SQLite has one writer anyhow."""
    rated = find_rated(connection, call, hold=True)
    if rated is None:
        raise ContestRefused(_GONE)
    return rated, find_case(connection, call)


def _stored(connection: Connection, call: CallId) -> ContestCase:
    case = find_case(connection, call)
    if case is None:
        raise AssertionError("what was just stored is there")
    return case
