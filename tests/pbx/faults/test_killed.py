"""The service is killed, with a caller at every command of the rating."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.pbx.faults import staging
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.verdict import judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, vitals
from tests.pbx.lab import lab

Note = Callable[[FaultRecord], None]


async def test_killed_at_every_command(tmp_path: Path, note: Note) -> None:
    async with lab(tmp_path, experiment=staging.EXPERIMENT, agents=90) as centre:
        points = await staging.points_of(centre)
        before = await vitals(centre)
        plans = staging.plans(points)
        gate = staging.gate(points, plans)
        centre.wire.tap = gate
        calling = asyncio.create_task(centre.floor.run_calls(plans, staging.RATE))
        await gate.everybody(60.0)
        await centre.service.kill()
        gate.open(passes=False)
        await centre.service.start()
        records = await calling
        verdict = await judge(centre, "killed (`kill -9`) at every command", records)
        note(verdict.record)
        assert verdict.complaints == ()
        await assert_no_channel(centre)
        await assert_unharmed(centre, before)
