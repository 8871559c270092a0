"""Reading contests with their decisions and what their calls say."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, exists, false, func, select

from ivr.domain.access import Scope
from ivr.domain.calls import CallId
from ivr.domain.contests import Actor, Contest, ContestCase, ContestDecision, RatedCall, Verdict
from ivr.domain.outcomes import Outcome
from ivr.store.call_rows import is_handled, is_one_of
from ivr.store.database import Database
from ivr.store.tables import calls, contest_decisions, contests
from ivr.store.window_rows import in_window
from ivr.usecases.contests import ContestCounts, ContestedCall
from ivr.usecases.report_window import ReportWindow

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_WITH_CALLS = contests.join(calls, (calls.c.pbx == contests.c.pbx) & (calls.c.uniqueid == contests.c.uniqueid))
_IS_DECIDED = exists(select(contest_decisions.c.id).where(contest_decisions.c.contest == contests.c.id))
_OF_CALL = (calls.c.agent, calls.c.team, calls.c.outcome, calls.c.test, calls.c.excluded)
_BESIDE = (calls.c.ended_at, calls.c.category, calls.c.layout, calls.c.layout_version)


class SqlContestReads:
    """Implements :class:`ivr.usecases.contests.ContestReads`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_call(self, call: CallId) -> ContestCase | None:
        """Return the contest of ``call``; None where its rating was never contested."""
        return await self._database.read_report(lambda connection: find_case(connection, call))

    async def of_calls(self, calls: Sequence[CallId]) -> Sequence[ContestCase]:
        """Return the contests of some calls, a few dozen at most."""
        if not calls:
            return ()
        statement = select(contests).where(is_one_of(contests, calls))
        return await self._database.read_report(
            lambda connection: _cases(connection, connection.execute(statement).all())
        )

    async def listed(
        self, scope: Scope, *, is_open: bool, limit: int, before: int | None = None
    ) -> Sequence[ContestedCall]:
        """Return contests in ``scope``, open or decided ones, the newest first, those below the number ``before``."""
        chosen = [is_handled(), ~_IS_DECIDED if is_open else _IS_DECIDED, *_in(scope)]
        if before is not None:
            chosen.append(contests.c.id < before)
        statement = select(contests, *_OF_CALL, *_BESIDE).select_from(_WITH_CALLS).where(*chosen)
        ordered = statement.order_by(contests.c.id.desc()).limit(limit)
        return await self._database.read_report(lambda connection: _listed(connection, ordered))

    async def counts(self, window: ReportWindow) -> ContestCounts:
        """Return how many ratings of ``window`` are contested."""
        last = (
            select(contest_decisions.c.verdict)
            .where(contest_decisions.c.contest == contests.c.id)
            .order_by(contest_decisions.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        verdict = case((last.is_(None), ""), else_=last).label("verdict")
        # Contests are few and calls are many, which a join's planner does not know.
        of_call = calls.c.pbx == contests.c.pbx, calls.c.uniqueid == contests.c.uniqueid
        is_chosen = exists().where(*of_call, is_handled(), *in_window(window))
        chosen = select(verdict).select_from(contests).where(is_chosen).subquery()
        statement = select(chosen.c.verdict, func.count()).group_by(chosen.c.verdict)
        found = await self._database.read_report(lambda connection: connection.execute(statement).all())
        counted = {row.verdict: int(row[1]) for row in found}
        return ContestCounts(counted.get("", 0), counted.get(Verdict.EXCLUDE, 0), counted.get(Verdict.KEEP, 0))


def find_case(connection: Connection, call: CallId) -> ContestCase | None:
    """Return the contest of ``call`` with its decisions, or None."""
    statement = select(contests).where(contests.c.pbx == call.pbx, contests.c.uniqueid == call.uniqueid)
    return next(iter(_cases(connection, connection.execute(statement).all())), None)


def find_rated(connection: Connection, call: CallId, *, hold: bool = False) -> RatedCall | None:
    """Return what a closed, visible call says; ``hold`` keeps others from it until the transaction ends."""
    statement = select(*_OF_CALL).where(is_handled(), calls.c.pbx == call.pbx, calls.c.uniqueid == call.uniqueid)
    row = connection.execute(statement.with_for_update() if hold else statement).one_or_none()
    return None if row is None else _rated(row)


def _listed(connection: Connection, statement: Select[*tuple[Any, ...]]) -> list[ContestedCall]:
    rows = connection.execute(statement).all()
    return [
        ContestedCall(found, _rated(row), row.ended_at, row.category, row.layout, row.layout_version)
        for row, found in zip(rows, _cases(connection, rows), strict=True)
    ]


def _cases(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[ContestCase]:
    decided = _decisions(connection, [row.id for row in rows])
    return [
        ContestCase(
            Contest(CallId(row.pbx, row.uniqueid), row.at, Actor(row.who, row.person), row.reason, row.id),
            tuple(decided.get(row.id, ())),
        )
        for row in rows
    ]


def _decisions(connection: Connection, numbers: Iterable[int]) -> dict[int, list[ContestDecision]]:
    statement = select(contest_decisions).where(contest_decisions.c.contest.in_(list(numbers)))
    found = connection.execute(statement.order_by(contest_decisions.c.contest, contest_decisions.c.id))
    return {
        number: [
            ContestDecision(row.at, Actor(row.who, row.person), Verdict(row.verdict), row.reason, row.id)
            for row in some
        ]
        for number, some in groupby(found, lambda row: row.contest)
    }


def _in(scope: Scope) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if scope.teams is not None:
        conditions.append(calls.c.team.in_(sorted(scope.teams)) if scope.teams else false())
    if scope.agent is not None:
        conditions.append(calls.c.agent == scope.agent)
    return conditions


def _rated(row: Row[*tuple[Any, ...]]) -> RatedCall:
    return RatedCall(row.agent, row.team, _OUTCOMES.get(row.outcome), bool(row.test), bool(row.excluded))
