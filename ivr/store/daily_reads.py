"""Reading the daily tallies: the counts of pages, for windows of whole days in the tallies' zone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Connection, case, cast, exists, func, or_, select

from ivr.domain.kpi.mis_keys import ConfirmationCount
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.outcomes import Outcome
from ivr.store.cell_writes import LIVE
from ivr.store.tables import daily_tallies, imports, tally_changes, tally_places, tally_results
from ivr.store.tally_writes import read_state
from ivr.usecases.report_window import ReportWindow

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = timedelta(microseconds=1)
_CELLS, _PLACES, _RESULTS = daily_tallies.c, tally_places.c, tally_results.c
_JOINED = daily_tallies.join(tally_places, _PLACES.id == _CELLS.place).join(tally_results, _RESULTS.id == _CELLS.result)
_COUNTED = (
    _CELLS.agent,
    _PLACES.team,
    _PLACES.layout,
    _PLACES.layout_version,
    _RESULTS.outcome,
    _RESULTS.category,
)
_CONFIRMED = (_PLACES.layout, _PLACES.layout_version, _RESULTS.category, _RESULTS.confirm_key)
Conditions = list[ColumnElement[bool]]


def days_of(connection: Connection, window: ReportWindow) -> Conditions | None:
    """Return which cells are those of ``window``; None where only the rows of the calls can tell.

    Only they can if the window begins or ends within a day, if no tallies are built yet, or if a change of a call is
    noted and not in them.
    """
    state = read_state(connection)
    if state.book is None or connection.execute(select(exists(select(tally_changes.c.id)))).scalar():
        return None
    zone = ZoneInfo(state.zone)
    if not all(moment is None or _begins_day(moment, zone) for moment in (window.since, window.until)):
        return None
    whole = select(imports.c.id).where(imports.c.complete)
    conditions = [_CELLS.book == state.book, or_(_CELLS.import_id == LIVE, _CELLS.import_id.in_(whole))]
    if window.since is not None:
        conditions.append(_CELLS.day >= _day(window.since, zone).isoformat())
    if window.until is not None:
        conditions.append(_CELLS.day < _day(window.until, zone).isoformat())
    filters = ((_PLACES.queue, window.queue), (_PLACES.site, window.site), (_PLACES.language, window.language))
    conditions.extend(column == wanted for column, wanted in filters if wanted is not None)
    return conditions


def outcome_counts(connection: Connection, days: Conditions) -> Sequence[OutcomeCount]:
    """Return the calls of ``days`` counted by agent, team, layout, outcome and category."""
    sums = [
        cast(func.sum(column), BigInteger)
        for column in (_CELLS.calls, _CELLS.asked, _CELLS.asked_ms, _CELLS.asked_ms_squared)
    ]
    # A cell without calls may hold what corrects the cell of an import; its moments are nobody's.
    some = (
        func.min(case((_CELLS.calls != 0, _CELLS.first_us))),
        func.max(case((_CELLS.calls != 0, _CELLS.last_us))),
    )
    statement = select(*_COUNTED, *sums, *some).select_from(_JOINED).where(*days)
    rows = connection.execute(statement.group_by(*_COUNTED).having(sums[0] != 0))
    # An agent's text is empty where there is none, and comes first either way.
    return sorted((_count(row) for row in rows), key=_order)


def confirmation_counts(connection: Connection, days: Conditions) -> Sequence[ConfirmationCount]:
    """Return the confirmed ratings of ``days`` counted by layout, version, category and the second key."""
    calls = cast(func.sum(_CELLS.calls), BigInteger)
    statement = (
        select(*_CONFIRMED, calls)
        .select_from(_JOINED)
        .where(*days, _RESULTS.outcome == Outcome.RATED.value, _RESULTS.confirm_key.is_not(None))
        .group_by(*_CONFIRMED)
        .having(calls != 0)
        .order_by(*(column.nulls_first() for column in _CONFIRMED))
    )
    return [ConfirmationCount(*row) for row in connection.execute(statement)]


def allocations(connection: Connection, days: Conditions) -> Sequence[str]:
    """Return each distribution that a layout of the calls of ``days`` was drawn from once."""
    statement = (
        select(_PLACES.allocation)
        .select_from(_JOINED)
        .where(*days, _PLACES.allocation.is_not(None))
        .group_by(_PLACES.allocation)
        .having(func.sum(_CELLS.calls) != 0)
    )
    return sorted(connection.execute(statement).scalars())


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def _begins_day(moment: datetime, zone: tzinfo) -> bool:
    try:
        return _day(moment - _MOMENT, zone) < _day(moment, zone)
    except OverflowError:
        return False


def _count(row: Any) -> OutcomeCount:  # noqa: ANN401 - a row of the statement
    agent, team, layout, layout_version, outcome, category, calls, asked, asked_ms, squares, first_us, last_us = row
    return OutcomeCount(
        agent=agent or None,
        team=team,
        layout=layout,
        layout_version=layout_version,
        outcome=_OUTCOMES.get(outcome),
        category=category,
        calls=calls,
        last_ended_at=_EPOCH + last_us * _MOMENT,
        first_ended_at=_EPOCH + first_us * _MOMENT,
        asked=asked,
        asked_seconds=asked_ms / 1_000,
        asked_seconds_squared=squares / 1_000_000,
    )


def _order(count: OutcomeCount) -> tuple[str | int, ...]:
    category = -1 if count.category is None else count.category
    texts = (count.agent, count.team, count.layout, count.layout_version, count.outcome)
    return (*(part for text in texts for part in (text is not None, text or "")), category)
