"""Reading the rows of the calls: the counts of pages, for windows that the daily tallies cannot tell of."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from ivr.domain.calls import EndedBy
from ivr.domain.kpi.local_days import local_days
from ivr.domain.kpi.mis_keys import ConfirmationCount
from ivr.domain.kpi.tallies import CallDays, DayCount, EndingCount, HearingCount, OutcomeCount, PlaceNames
from ivr.domain.outcomes import Outcome
from ivr.store.tables import calls
from ivr.store.tally_writes import tally_zone
from ivr.store.window_rows import Conditions, counted_rows
from ivr.usecases.report_window import ReportWindow

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_GROUP = (
    calls.c.agent,
    calls.c.team,
    calls.c.layout,
    calls.c.layout_version,
    calls.c.outcome,
    calls.c.category,
)
_CONFIRMED = (calls.c.layout, calls.c.layout_version, calls.c.category, calls.c.confirm_key)
_ENDED = (calls.c.agent, calls.c.ended_by, calls.c.outcome)
_HEARD = (calls.c.agent, calls.c.layout, calls.c.layout_version, calls.c.options_heard)
_OF_DAY = (
    calls.c.agent,
    calls.c.layout,
    calls.c.layout_version,
    calls.c.outcome,
    calls.c.category,
    calls.c.allocation,
)
_PLACES = (calls.c.queue, calls.c.site, calls.c.language, calls.c.team)
_AT_ONCE = 10_000


def outcome_counts(connection: Connection, rows: Conditions) -> Sequence[OutcomeCount]:
    """Return the calls of ``rows`` counted by agent, team, layout, outcome and category."""
    statement = (
        select(
            *_GROUP,
            func.count().label("counted"),
            func.max(calls.c.ended_at).label("last_ended_at"),
            func.min(calls.c.ended_at).label("first_ended_at"),
            func.count(calls.c.asked_seconds).label("asked"),
            func.coalesce(func.sum(calls.c.asked_seconds), 0.0).label("asked_seconds"),
            func.coalesce(func.sum(calls.c.asked_seconds * calls.c.asked_seconds), 0.0).label("squares"),
        )
        .where(*rows)
        .group_by(*_GROUP)
        .order_by(*(column.nulls_first() for column in _GROUP))
    )
    return [_count(row) for row in connection.execute(statement)]


def confirmation_counts(connection: Connection, rows: Conditions) -> Sequence[ConfirmationCount]:
    """Return the confirmed ratings of ``rows`` counted by layout, version, category and the second key."""
    statement = (
        select(*_CONFIRMED, func.count().label("counted"))
        .where(*rows, calls.c.outcome == Outcome.RATED.value, calls.c.confirm_key.is_not(None))
        .group_by(*_CONFIRMED)
        .order_by(*(column.nulls_first() for column in _CONFIRMED))
    )
    return [
        ConfirmationCount(row.layout, row.layout_version, row.category, row.confirm_key, row.counted)
        for row in connection.execute(statement)
    ]


def ending_counts(connection: Connection, rows: Conditions) -> Sequence[EndingCount]:
    """Return the calls of ``rows`` counted by agent, who ended the call, and outcome."""
    statement = (
        select(*_ENDED, func.count())
        .where(*rows)
        .group_by(*_ENDED)
        .order_by(*(column.nulls_first() for column in _ENDED))
    )
    return [
        EndingCount(agent, None if end is None else EndedBy(end), _OUTCOMES.get(outcome), counted)
        for agent, end, outcome, counted in connection.execute(statement)
    ]


def hearing_counts(connection: Connection, rows: Conditions) -> Sequence[HearingCount]:
    """Return the rated calls of ``rows`` counted by agent, layout, version and options heard."""
    statement = (
        select(*_HEARD, func.count())
        .where(*rows, calls.c.outcome == Outcome.RATED.value)
        .group_by(*_HEARD)
        .order_by(*(column.nulls_first() for column in _HEARD))
    )
    return [HearingCount(*row) for row in connection.execute(statement)]


def day_counts(connection: Connection, rows: Conditions) -> Sequence[DayCount]:
    """Return the calls of ``rows`` counted by day, agent, layout, outcome, category and allocation."""
    days = local_days(tally_zone(connection))
    # Neither database's SQL knows the days of a zone as Python does, so the rows are counted here.
    statement = select(calls.c.ended_at, *_OF_DAY).where(*rows, calls.c.ended_at.is_not(None))
    found = connection.execute(statement.execution_options(yield_per=_AT_ONCE))
    counted = Counter((days.day(row[0].timestamp()), *row[1:]) for row in found)
    return [
        DayCount(day, agent, layout, version, _OUTCOMES.get(outcome), category, many, allocation)
        for (day, agent, layout, version, outcome, category, allocation), many in sorted(
            counted.items(), key=_nothing_first
        )
    ]


def call_days(connection: Connection, rows: Conditions) -> CallDays | None:
    """Return the days of the first and the last of the calls of ``rows``; None where there are none."""
    ends = connection.execute(select(func.min(calls.c.ended_at), func.max(calls.c.ended_at)).where(*rows)).one()
    return CallDays.of(ends, tally_zone(connection))


def allocations(connection: Connection, rows: Conditions) -> Sequence[str]:
    """Return each distribution that a layout of the calls of ``rows`` was drawn from once."""
    statement = select(calls.c.allocation).distinct().where(*rows, calls.c.allocation.is_not(None))
    return sorted(connection.execute(statement).scalars())


def place_names(connection: Connection, window: ReportWindow) -> PlaceNames:
    """Return the queues, sites, languages and teams of the counted calls of ``window``."""
    statement = select(*_PLACES).distinct().where(*counted_rows(window))
    return PlaceNames.of(connection.execute(statement))


def _count(row: Row[*tuple[Any, ...]]) -> OutcomeCount:
    return OutcomeCount(
        agent=row.agent,
        team=row.team,
        layout=row.layout,
        layout_version=row.layout_version,
        outcome=_OUTCOMES.get(row.outcome),
        category=row.category,
        calls=row.counted,
        last_ended_at=row.last_ended_at,
        first_ended_at=row.first_ended_at,
        asked=row.asked,
        asked_seconds=row.asked_seconds,
        asked_seconds_squared=row.squares,
    )


def _nothing_first(item: tuple[tuple[Any, ...], int]) -> list[tuple[bool, Any]]:
    return [(part is not None, 0 if part is None else part) for part in item[0]]
