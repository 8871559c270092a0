"""Lists of calls: a page at a time, from the newest to the oldest, along the index by agent or by moment alone.

A filter that no index serves could make a page look through millions of calls for its fifty. So a slice looks through
:data:`ivr.usecases.call_lists.LOOKED_THROUGH` calls at most, and says where it has come to. Calls that figures leave
out have an index of their own.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, false, func, not_, or_, select, true, tuple_

from ivr.domain.calls import CallId, Comment, EndedBy
from ivr.domain.outcomes import Outcome
from ivr.store.call_rows import is_handled, with_presses
from ivr.store.database import Database
from ivr.store.fact_reads import FactReads
from ivr.store.tables import calls, comments
from ivr.store.window_rows import Conditions, in_window
from ivr.usecases.call_lists import (
    LOOKED_THROUGH,
    CallFilter,
    CallSlice,
    Exclusion,
    Heard,
    ListedCall,
    OptionCount,
    Position,
    StoredCall,
)
from ivr.usecases.report_window import ReportWindow

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_LISTED = (
    calls.c.pbx,
    calls.c.uniqueid,
    calls.c.ended_at,
    calls.c.agent,
    calls.c.queue,
    calls.c.outcome,
    calls.c.category,
    calls.c.layout,
    calls.c.layout_version,
    calls.c.ended_by,
    calls.c.options_heard,
    calls.c.excluded,
)
_KEY = (calls.c.ended_at, calls.c.pbx, calls.c.uniqueid)


class SqlCallReads:
    """Implements :class:`ivr.usecases.call_lists.CallReads`."""

    def __init__(self, database: Database, *, looked_through: int = LOOKED_THROUGH) -> None:
        self._database = database
        self._looked_through = looked_through
        self._facts = FactReads(database.dialect)

    async def listed(
        self,
        window: ReportWindow,
        chosen: CallFilter,
        options: Sequence[OptionCount],
        *,
        after: Position | None,
        limit: int,
        rated_of: frozenset[str | None] | None = None,
    ) -> CallSlice:
        """Return at most ``limit`` calls behind ``after``; test calls are never among them.

        ``rated_of``: only these agents' ratings are; None leaves nobody's out.
        """
        span = [*_along(window), *_behind(after)]
        # Of the index alone: where the calls end that this slice looks through.
        end = select(calls.c.ended_at).where(*span).order_by(calls.c.ended_at.desc()).limit(1)
        conditions = [*in_window(window), *_chosen(chosen, options), *_listable(rated_of), *_behind(after)]

        def query(connection: Connection) -> CallSlice:
            has_index = chosen.excluded is Exclusion.ONLY
            cut_at = None if has_index else connection.execute(end.offset(self._looked_through)).scalar()
            reached = [] if cut_at is None else [calls.c.ended_at >= cut_at]
            statement = select(*_LISTED).where(*conditions, *reached)
            ordered = statement.order_by(*(column.desc() for column in _KEY)).limit(limit + 1)
            found = [_listed(row) for row in connection.execute(ordered)]
            if len(found) > limit:
                last = found[limit - 1]
                return CallSlice(found[:limit], Position(last.ended_at, last.call))
            return CallSlice(found, None if cut_at is None else Position(cut_at), is_cut=cut_at is not None)

        return await self._database.read_report(query)

    async def count(self, window: ReportWindow, chosen: CallFilter, options: Sequence[OptionCount]) -> int:
        """Return how many calls are chosen, counted from the rows; only for the calls of one agent."""
        statement = select(func.count()).select_from(calls).where(*in_window(window), *_chosen(chosen, options))
        return await self._database.read_report(lambda connection: connection.execute(statement).scalar_one())

    async def find(self, call: CallId) -> StoredCall | None:
        """Return a closed call; None where there is none."""
        is_it = and_(calls.c.pbx == call.pbx, calls.c.uniqueid == call.uniqueid)
        closed = select(calls).where(is_handled(), calls.c.outcome.is_not(None), is_it)
        spoken = select(comments).where(comments.c.pbx == call.pbx, comments.c.uniqueid == call.uniqueid)

        def query(connection: Connection) -> StoredCall | None:
            rows = connection.execute(closed).all()
            if not rows:
                return None
            (row,) = with_presses(connection, rows)
            said = [_comment(call, each) for each in connection.execute(spoken.order_by(comments.c.recorded_at))]
            connection.rollback()  # the facts are read in a transaction of their own
            facts = self._facts.read(connection, call)
            invitation = self._facts.read_invitation(connection, call)
            if facts is None:
                return None
            return StoredCall(row, facts, invitation, tuple(said), is_imported=rows[0].import_id is not None)

        return await self._database.read_report(query)


def _along(window: ReportWindow) -> Conditions:
    """Return what of the window an index tells by itself."""
    return in_window(ReportWindow(window.since, window.until, agent=window.agent))


def _behind(after: Position | None) -> Conditions:
    if after is None:
        return []
    if after.call is None:
        return [calls.c.ended_at < after.ended_at]
    # Said twice: of the row of three alone SQLite would not know where in the index to begin.
    key = tuple_(*_KEY) < tuple_(after.ended_at, after.call.pbx, after.call.uniqueid)
    return [calls.c.ended_at <= after.ended_at, key]


def _chosen(chosen: CallFilter, options: Sequence[OptionCount]) -> Conditions:
    conditions: Conditions = [is_handled(), not_(calls.c.test)]
    if chosen.excluded is not Exclusion.ALSO:
        is_only = chosen.excluded is Exclusion.ONLY
        conditions.append(calls.c.excluded if is_only else not_(calls.c.excluded))
    if chosen.outcomes:
        conditions.append(calls.c.outcome.in_(sorted(each.value for each in chosen.outcomes)))
    named = (
        (calls.c.category, chosen.category),
        (calls.c.ended_by, None if chosen.ended_by is None else chosen.ended_by.value),
        (calls.c.layout, chosen.layout),
        (calls.c.layout_version, chosen.version),
    )
    conditions.extend(column == wanted for column, wanted in named if wanted is not None)
    if chosen.heard is not None:
        conditions.append(calls.c.outcome == Outcome.RATED.value)
        conditions.append(_heard(options, is_all=chosen.heard is Heard.ALL))
    return conditions


def _listable(rated_of: frozenset[str | None] | None) -> Conditions:
    """Say that a call is no rating, or one of these agents'."""
    if rated_of is None:
        return []
    is_theirs: list[ColumnElement[bool]] = [calls.c.agent.in_(sorted(each for each in rated_of if each is not None))]
    if None in rated_of:
        is_theirs.append(calls.c.agent.is_(None))
    return [or_(calls.c.outcome.is_distinct_from(Outcome.RATED.value), *is_theirs)]


def _heard(options: Sequence[OptionCount], *, is_all: bool) -> ColumnElement[bool]:
    """Say that the caller heard all options of what was played, or not all; what is not known is neither."""
    parts: list[ColumnElement[bool]] = []
    for each in options:
        heard = calls.c.options_heard >= each.options if is_all else calls.c.options_heard < each.options
        parts.append(and_(calls.c.layout == each.layout, _of_version(each, options), heard))
    return or_(false(), *parts)


def _of_version(each: OptionCount, options: Sequence[OptionCount]) -> ColumnElement[bool]:
    if each.version is not None:
        return calls.c.layout_version == each.version
    named = [other.version for other in options if other.layout == each.layout and other.version is not None]
    if not named:
        return true()
    return or_(calls.c.layout_version.is_(None), calls.c.layout_version.not_in(named))


def _listed(row: Row[*tuple[Any, ...]]) -> ListedCall:
    return ListedCall(
        CallId(row.pbx, row.uniqueid),
        row.ended_at,
        row.agent,
        row.queue,
        _OUTCOMES.get(row.outcome),
        row.category,
        row.layout,
        row.layout_version,
        None if row.ended_by is None else EndedBy(row.ended_by),
        row.options_heard,
        bool(row.excluded),
    )


def _comment(call: CallId, row: Row[*tuple[Any, ...]]) -> Comment:
    return Comment(call, row.question, row.file, row.format, row.seconds, row.recorded_at, row.keep_until)
