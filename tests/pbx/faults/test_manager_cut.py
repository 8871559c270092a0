"""The way to Asterisk's manager is cut for half a minute under calls, by a reset and by silence."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import select

from ivr.bootstrap import parts
from ivr.rig.plan import Anchor, CallPlan, HangUp, Press, Step
from ivr.store.tables import calls
from tests.pbx.faults import staging
from tests.pbx.faults.cable import Cable
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.verdict import Verdict, judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, vitals
from tests.pbx.lab import Lab, lab

CUT_SECONDS = 30.0
RATE = 1.0
HABITS: tuple[tuple[Step, ...], ...] = (
    (Press("1", Anchor.FIRST_FRAME, 2000),),
    (Press("3", Anchor.FIRST_FRAME, 2500), HangUp(Anchor.KEY_UP, 5)),
    (HangUp(Anchor.FIRST_FRAME, 1800),),
    (Press("7", Anchor.FIRST_FRAME, 1500), Press("2", Anchor.KEY_UP, 3000)),
)


def _plans() -> list[CallPlan]:
    """Some are rated before the cut, some in it, some talk through it."""
    plans = []
    for number in range(1, 29):
        talk_seconds = 40.0 - number if number % 4 == 0 else 0.5 + (number % 3)
        plans.append(staging.plan(number, HABITS[number % len(HABITS)], talk_seconds))
    return plans


async def _reset(cable: Cable) -> None:
    await cable.cut()


async def _silence(cable: Cable) -> None:
    cable.freeze()


async def _drill(folder: Path, fault: str, break_it: Callable[[Cable], Awaitable[None]]) -> Verdict:
    async with (
        Cable() as cable,
        lab(folder, experiment=staging.EXPERIMENT, agents=60, manager=cable.lead) as centre,
    ):
        before = await vitals(centre)
        calling = asyncio.create_task(centre.floor.run_calls(_plans(), RATE))
        await asyncio.sleep(4.0)
        await break_it(cable)
        await asyncio.sleep(CUT_SECONDS)
        await cable.mend()
        records = await calling
        verdict = await judge(centre, fault, records)
        handled = {record.uniqueid for record in records if record.legs}
        rows = await _rows(centre)
        assert {uniqueid: rows[uniqueid or ""] for uniqueid in handled} == dict.fromkeys(handled, 1)
        await assert_no_channel(centre)
        await assert_unharmed(centre, before)
    return verdict


async def test_the_manager_is_cut_off(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    async with asyncio.TaskGroup() as drills:
        tasks = (
            drills.create_task(
                _drill(tmp_path / "reset", "the manager's connection reset and refused for 30 s", _reset)
            ),
            drills.create_task(_drill(tmp_path / "silence", "the manager's connection silent for 30 s", _silence)),
        )
    for verdict in [task.result() for task in tasks]:
        note(verdict.record)
        assert verdict.complaints == ()
        assert verdict.record.sent == verdict.record.stored
        assert verdict.surveys == {}


async def _rows(centre: Lab) -> Counter[str]:
    async with parts.opened_store(centre.settings) as store:
        statement = select(calls.c.uniqueid).where(calls.c.state == "closed")
        return Counter(await store.database.read(lambda connection: connection.execute(statement).scalars().all()))
