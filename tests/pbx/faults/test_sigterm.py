"""The service is told to end (SIGTERM) under calls: it says so first, takes nobody new, and asks the others on."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from ivr.domain.outcomes import Outcome
from tests.pbx.faults import staging
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.verdict import judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, get, vitals
from tests.pbx.lab import Lab, lab

NEWCOMERS = 6


async def test_ended_under_calls(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    async with lab(tmp_path, experiment=staging.EXPERIMENT, agents=90) as centre:
        points = await staging.points_of(centre)
        before = await vitals(centre)
        plans = staging.plans(points)
        newcomers = staging.newcomers(points, NEWCOMERS, after_seconds=1.0)
        gate = centre.wire.tap = staging.gate(points, plans)
        calling = asyncio.create_task(centre.floor.run_calls([*plans, *newcomers], staging.RATE))
        await gate.everybody(60.0)
        assert centre.service.pid is not None
        os.kill(centre.service.pid, signal.SIGTERM)
        told = await _readiness(centre)
        gate.open(passes=True)
        await centre.service.stop()
        assert centre.service.returncode == 0
        await centre.service.start()
        records = await calling
        verdict = await judge(centre, "told to end (SIGTERM) under calls", records)
        note(verdict.record)
        assert verdict.complaints == ()
        await assert_no_channel(centre)
        await assert_unharmed(centre, before)
    begun = [verdict.rows[record.uniqueid or ""] for record in records[: len(plans)]]
    assert {(row.outcome, row.key) for row in begun} == {(Outcome.RATED, staging.ANSWER)}
    asked_by_dialplan = {record.uniqueid for record in records[len(plans) :]}
    assert asked_by_dialplan == verdict.surveys.keys()
    assert told[0] == 503, "the probe is told at once, while calls are still asked"


async def _readiness(centre: Lab) -> list[int]:
    told = []
    for _ in range(3):
        told.append((await get(centre, "/readyz"))[0])
        await asyncio.sleep(0.1)
    return told
