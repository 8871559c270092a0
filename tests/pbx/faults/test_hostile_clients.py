"""Hostile clients besiege the AGI port while real callers are asked."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from ivr.domain.outcomes import Outcome
from tests.pbx.faults import staging
from tests.pbx.faults.hostile import besiege
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.verdict import judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, vitals
from tests.pbx.lab import lab

CALLERS = 24
RATE = 2.0


async def test_besieged(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    async with lab(tmp_path, experiment=staging.EXPERIMENT, agents=40) as centre:
        before = await vitals(centre)
        stop = asyncio.Event()
        siege = asyncio.create_task(besiege(int(centre.environment["IVR_AGI_BIND"].rpartition(":")[2]), stop))
        await asyncio.sleep(1.0)
        plans = [staging.plan(number, staging.WHOLE_FLOW) for number in range(1, CALLERS + 1)]
        records = await centre.floor.run_calls(plans, RATE)
        stop.set()
        came = await siege
        verdict = await judge(centre, "hostile AGI clients beside calls", records, notes=f"{came} clients")
        note(verdict.record)
        assert verdict.complaints == ()
        await assert_no_channel(centre)
        await assert_unharmed(centre, before)
    asked = [verdict.rows[record.uniqueid or ""] for record in records]
    assert {(row.outcome, row.key) for row in asked} == {(Outcome.RATED, staging.ANSWER)}
    assert verdict.surveys == {}, "no caller was turned away for a client's sake"
    liars = [row for uniqueid, row in verdict.rows.items() if uniqueid.startswith("hostile")]
    assert all(row.key is None for row in liars), "nonsense is no rating"
