"""Experiment counts: the closed calls of one experiment, counted by SQL for its figures.

Test calls, excluded calls and files that are still being imported are never counted. Everything is read as of one
moment. No caller's hash leaves the database: callers are counted, and told apart by the last two letters of their hash,
which is a replicate group.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, distinct, func, literal, select

from ivr.domain.kpi.experiment_cells import ArmCell, CountedExperiment, DayCell, DrawnCell, ReplicateCell
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.store.database import Database
from ivr.store.tables import calls
from ivr.store.window_rows import Conditions, counted_rows
from ivr.usecases.report_window import ALL_CALLS, ReportWindow

_KNOWN_OUTCOMES = frozenset(outcome.value for outcome in Outcome)
_STARTED = sorted(outcome.value for outcome, disposition in DISPOSITIONS.items() if disposition.started)
_HEARD = (calls.c.layout, calls.c.layout_version)
_ENDED = (calls.c.outcome, calls.c.category)
_DRAWN = (calls.c.allocation, calls.c.layout, calls.c.delay_seconds, calls.c.delay_probability)
_PLACE = (calls.c.site, calls.c.queue)


class SqlExperimentCounts:
    """Implements :class:`ivr.usecases.ports.ExperimentCounts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def experiments(self) -> Sequence[str]:
        """Return the experiments that counted calls carry, ordered by name."""
        chosen = (*counted_rows(ALL_CALLS), calls.c.experiment.is_not(None))
        statement = select(calls.c.experiment).distinct().where(*chosen)
        return await self._database.read_report(lambda connection: sorted(connection.execute(statement).scalars()))

    async def of(self, experiment: str, window: ReportWindow) -> CountedExperiment:
        """Return the window's calls of ``experiment``, counted."""
        chosen = [*counted_rows(window), calls.c.experiment == experiment]

        def query(connection: Connection) -> CountedExperiment:
            first, last = connection.execute(
                select(func.min(calls.c.ended_at), func.max(calls.c.ended_at)).where(*chosen)
            ).one()
            return CountedExperiment(
                arms=_arms(connection, chosen),
                days=_days(connection, chosen, self._database.dialect),
                drawn=_drawn(connection, chosen),
                replicates=_replicates(connection, chosen),
                several=_several(connection, chosen),
                first_ended_at=first,
                last_ended_at=last,
            )

        return await self._database.read_report(query)


def _arms(connection: Connection, chosen: Conditions) -> list[ArmCell]:
    columns = (*_PLACE, *_DRAWN, calls.c.layout_version, *_ENDED)
    found = connection.execute(
        select(*columns, func.count().label("counted")).where(*chosen).group_by(*columns).order_by(*_ordered(columns))
    )
    return [
        ArmCell(
            row.site,
            row.queue,
            row.allocation,
            row.layout,
            row.layout_version,
            row.delay_seconds,
            row.delay_probability,
            _outcome(row),
            row.category,
            row.counted,
        )
        for row in found
    ]


def _days(connection: Connection, chosen: Conditions, dialect: str) -> list[DayCell]:
    # SQLite keeps moments in UTC as text; PostgreSQL would tell the day in the session's zone.
    moment = calls.c.ended_at if dialect == "sqlite" else func.timezone("UTC", calls.c.ended_at)
    day = func.date(moment).label("day")
    columns = (calls.c.allocation, *_HEARD, *_ENDED)
    found = connection.execute(
        select(day, *columns, func.count().label("counted"))
        .where(*chosen)
        .group_by(day, *columns)
        .order_by(day, *_ordered(columns))
    )
    return [
        DayCell(str(row.day), row.allocation, row.layout, row.layout_version, _outcome(row), row.category, row.counted)
        for row in found
    ]


def _drawn(connection: Connection, chosen: Conditions) -> list[DrawnCell]:
    callers = _first_draws(connection, chosen)
    started = _first_draws(connection, [*chosen, calls.c.outcome.in_(_STARTED)])
    draws = sorted(callers.keys() | started.keys(), key=str)
    return [DrawnCell(draw[0], draw[1], draw[2], draw[3], callers.get(draw, 0), started.get(draw, 0)) for draw in draws]


_Draw = tuple[str | None, str | None, float | None, float | None]


def _first_draws(connection: Connection, chosen: Conditions) -> dict[_Draw, int]:
    """Count callers by the draw of their first call, each once: what comes later was not drawn anew."""
    turn = func.row_number().over(partition_by=_caller(), order_by=(calls.c.ended_at, calls.c.pbx, calls.c.uniqueid))
    each = select(*_DRAWN, turn.label("turn")).where(*chosen).subquery()
    columns = tuple(each.c[column.name] for column in _DRAWN)
    found = connection.execute(
        select(*columns, func.count().label("counted")).where(each.c.turn == 1).group_by(*columns)
    )
    return {(row.allocation, row.layout, row.delay_seconds, row.delay_probability): row.counted for row in found}


def _several(connection: Connection, chosen: Conditions) -> int:
    """Count the callers who were given more than one layout out of one allocation."""
    wavering = (
        select(literal(1))
        .where(*chosen, calls.c.allocation.is_not(None), calls.c.caller.is_not(None))
        .group_by(calls.c.allocation, calls.c.caller)
        .having(func.count(distinct(calls.c.layout)) > 1)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(wavering)).scalar_one()


def _replicates(connection: Connection, chosen: Conditions) -> list[ReplicateCell]:
    caller = _caller()
    group = func.substr(caller, func.length(caller) - 1, 2).label("replicate")
    columns = (*_HEARD, *_ENDED)
    found = connection.execute(
        select(group, *columns, func.count().label("counted"))
        .where(*chosen)
        .group_by(group, *columns)
        .order_by(group, *_ordered(columns))
    )
    return [
        ReplicateCell(row.replicate, row.layout, row.layout_version, _outcome(row), row.category, row.counted)
        for row in found
    ]


def _caller() -> ColumnElement[str]:
    """Name who called; a call of an unknown caller stands for itself."""
    return func.coalesce(calls.c.caller, calls.c.pbx + literal("/") + calls.c.uniqueid)


def _ordered(columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [column.nulls_first() for column in columns]


def _outcome(row: Row[*tuple[Any, ...]]) -> Outcome | None:
    return Outcome(row.outcome) if row.outcome in _KNOWN_OUTCOMES else None
