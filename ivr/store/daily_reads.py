"""Reading the daily tallies: the counts of pages, for windows of whole days in the tallies' zone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, case, cast, exists, false, func, or_, select

from ivr.domain.calls import EndedBy
from ivr.domain.kpi.mis_keys import ConfirmationCount
from ivr.domain.kpi.tallies import CallDays, DayCount, EndingCount, HearingCount, OutcomeCount, PlaceNames
from ivr.domain.outcomes import Outcome
from ivr.store.cell_writes import LIVE
from ivr.store.tables import daily_tallies, imports, tally_changes, tally_places, tally_results
from ivr.store.tally_writes import read_state
from ivr.store.window_rows import Conditions
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
_ENDED = (_CELLS.agent, _RESULTS.ended_by, _RESULTS.outcome)
_HEARD = (_CELLS.agent, _PLACES.layout, _PLACES.layout_version, _RESULTS.options_heard)
_OF_DAY = (
    _CELLS.day,
    _CELLS.agent,
    _PLACES.layout,
    _PLACES.layout_version,
    _RESULTS.outcome,
    _RESULTS.category,
    _PLACES.allocation,
)


def days_of(connection: Connection, window: ReportWindow) -> Conditions | None:
    """Return which cells are those of ``window``; None where only the rows of the calls can tell.

    Only they can if the window begins or ends within a day, if no tallies are built yet, or if a change of a call is
    noted and not in them. An agent without a name is nobody to the cells.
    """
    state = read_state(connection)
    if state.book is None or window.agent == "":
        return None
    if connection.execute(select(exists(select(tally_changes.c.id)))).scalar():
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
    filters = (
        (_PLACES.queue, window.queue),
        (_PLACES.site, window.site),
        (_PLACES.language, window.language),
        (_CELLS.agent, window.agent),
    )
    conditions.extend(column == wanted for column, wanted in filters if wanted is not None)
    if window.teams is not None:
        conditions.append(_PLACES.team.in_(sorted(window.teams)) if window.teams else false())
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


def ending_counts(connection: Connection, days: Conditions) -> Sequence[EndingCount]:
    """Return the calls of ``days`` counted by agent, who ended the call, and outcome."""
    return [
        EndingCount(agent or None, None if end is None else EndedBy(end), _OUTCOMES.get(outcome), calls)
        for agent, end, outcome, calls in _sums(connection, days, _ENDED)
    ]


def hearing_counts(connection: Connection, days: Conditions) -> Sequence[HearingCount]:
    """Return the rated calls of ``days`` counted by agent, layout, version and options heard."""
    rated = [*days, _RESULTS.outcome == Outcome.RATED.value]
    return [HearingCount(agent or None, *heard) for agent, *heard in _sums(connection, rated, _HEARD)]


def day_counts(connection: Connection, days: Conditions) -> Sequence[DayCount]:
    """Return the calls of ``days`` counted by day, agent, layout, outcome, category and allocation."""
    return [
        DayCount(day, agent or None, layout, version, _OUTCOMES.get(outcome), category, calls, allocation)
        for day, agent, layout, version, outcome, category, allocation, calls in _sums(connection, days, _OF_DAY)
    ]


def call_days(connection: Connection, days: Conditions) -> CallDays | None:
    """Return the first and the last of ``days`` that have calls; None where none has."""
    # A cell of an import may be corrected by one below 0, and a day then has no call left.
    has_calls = func.sum(_CELLS.calls) != 0
    some = select(_CELLS.day).select_from(_JOINED).where(*days).group_by(_CELLS.day).having(has_calls).subquery()
    first, last = connection.execute(select(func.min(some.c.day), func.max(some.c.day))).one()
    return None if first is None else CallDays(date.fromisoformat(first), date.fromisoformat(last))


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


def place_names(connection: Connection, teams: frozenset[str] | None) -> PlaceNames:
    """Return the queues, sites, languages and teams that were ever counted, of ``teams`` where they are given."""
    statement = select(_PLACES.queue, _PLACES.site, _PLACES.language, _PLACES.team).distinct()
    if teams is not None:
        statement = statement.where(_PLACES.team.in_(sorted(teams)) if teams else false())
    return PlaceNames.of(connection.execute(statement))


def _sums(connection: Connection, days: Conditions, columns: Sequence[Any]) -> Sequence[Any]:
    """Return the calls of ``days`` counted by ``columns``, what is not known first."""
    calls = cast(func.sum(_CELLS.calls), BigInteger)
    statement = select(*columns, calls).select_from(_JOINED).where(*days).group_by(*columns).having(calls != 0)
    return connection.execute(statement.order_by(*(column.nulls_first() for column in columns))).all()


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
