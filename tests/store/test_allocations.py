from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from ivr.domain.experiments import Experiment, PrimaryMetric, RampStep, StopRule, Stratum, Unit
from ivr.store.allocations import SqlAllocations
from ivr.store.database import Database
from ivr.store.tables import allocations
from ivr.store.writer import Writer

from .samples import START

EVEN = Stratum("*", {"sparse-531": 0.5, "paced-123": 0.5}, {0.0: 0.9, 2.5: 0.1})
EXPERIMENT = Experiment("default", "salt", Unit.CALLER, (EVEN,), PrimaryMetric.RESPONSE_RATE, 100, StopRule.NONE)


async def test_the_history_of_a_distribution_is_kept(database: Database, writer: Writer) -> None:
    history = SqlAllocations(writer)
    later = START + timedelta(days=1)
    await history.note([EXPERIMENT], START)
    await history.note([EXPERIMENT], later)
    only = replace(EVEN, layouts={"sparse-531": 1.0})
    await history.note([replace(EXPERIMENT, strata=(only,))], later)
    statement = select(allocations).order_by(allocations.c.starts_at)
    first, second = database.read_now(lambda connection: connection.execute(statement).all())
    delays = '{"0.0": 0.9, "2.5": 0.1}'
    assert tuple(first) == ("default", "*", START, later, '{"paced-123": 0.5, "sparse-531": 0.5}', delays)
    assert tuple(second) == ("default", "*", later, None, '{"sparse-531": 1.0}', delays)


async def test_what_callers_really_get_is_kept(database: Database, writer: Writer) -> None:
    history, hour = SqlAllocations(writer), timedelta(hours=1)
    trial = replace(EXPERIMENT, control="sparse-531", ramp=(RampStep(START + hour, 0.5),), stopped_at=START + 2 * hour)
    for moment in range(4):
        await history.note([trial], START + moment * hour)
    statement = select(allocations).order_by(allocations.c.starts_at)
    kept = [tuple(row)[2:] for row in database.read_now(lambda connection: connection.execute(statement).all())]
    control = '{"sparse-531": 1.0}', '{"0.0": 1.0}'
    half = '{"paced-123": 0.25, "sparse-531": 0.75}', '{"0.0": 0.95, "2.5": 0.05}'
    assert kept == [
        (START, START + hour, *control),
        (START + hour, START + 2 * hour, *half),
        (START + 2 * hour, None, *control),
    ]
