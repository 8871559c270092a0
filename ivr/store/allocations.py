"""Allocations: what each experiment gave each stratum, from when to when; never changed, only ended.

What is kept is what callers really get: with the holdout, the step of the ramp and the stop counted in.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from ivr.domain.allocation_spans import AllocationSpan
from ivr.domain.experiments import Experiment
from ivr.store.tables import allocations
from ivr.store.writer import Writer


class SqlAllocations:
    """Keeps the history of the experiments' distributions."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def note(self, experiments: Sequence[Experiment], at: datetime) -> None:
        """Note what the ``experiments`` give from ``at`` on; what did not change stays as it stands."""

        def work(connection: Connection) -> None:
            for experiment in experiments:
                for stratum in experiment.strata:
                    layouts, delays = experiment.given_in(stratum, at)
                    given = {"layouts": _text(layouts), "delays": _text(delays)}
                    _note(connection, experiment.key, stratum.name, given, at)

        await self._writer.write(work)


def _note(connection: Connection, experiment: str, stratum: str, given: Mapping[str, str], at: datetime) -> None:
    lasting = (
        allocations.c.experiment == experiment,
        allocations.c.stratum == stratum,
        allocations.c.ends_at.is_(None),
    )
    row = connection.execute(select(allocations).where(*lasting)).one_or_none()
    if row is not None and {"layouts": row.layouts, "delays": row.delays} == given:
        return
    connection.execute(update(allocations).where(*lasting).values(ends_at=at))
    connection.execute(insert(allocations).values(experiment=experiment, stratum=stratum, starts_at=at, **given))


def _text(arms: Mapping[str, float] | Mapping[float, float]) -> str:
    return json.dumps({str(arm): arms[arm] for arm in sorted(arms)})  # type: ignore[index]


def read_allocations(connection: Connection) -> list[AllocationSpan]:
    """Return what every experiment gave each stratum, the oldest first."""
    statement = select(allocations).order_by(allocations.c.starts_at, allocations.c.experiment, allocations.c.stratum)
    return [
        AllocationSpan(
            row.experiment,
            row.stratum,
            row.starts_at,
            row.ends_at,
            json.loads(row.layouts),
            {float(delay): share for delay, share in json.loads(row.delays).items()},
        )
        for row in connection.execute(statement)
    ]
