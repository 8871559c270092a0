"""The machine's clock steps, an hour back and then two forth, while callers are asked."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from ivr.domain.outcomes import Outcome
from tests.pbx.faults import staging
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.verdict import judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, vitals
from tests.pbx.lab import lab

# The service as it is, but for the house's one clock: what a step of the system's clock would be to it.
SERVE = """\
import sys
from datetime import timedelta
from pathlib import Path

from ivr.bootstrap import parts

step, now = Path(sys.argv.pop()), parts.now
parts.now = lambda: now() + timedelta(seconds=float(step.read_text()))

from ivr.cli import main

main()
"""


async def test_the_clock_steps(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    step = tmp_path / "step"
    step.write_text("0")
    serve = (sys.executable, "-c", SERVE, "serve", str(step))
    async with lab(tmp_path, experiment=staging.EXPERIMENT, agents=90, serve=serve) as centre:
        points = await staging.points_of(centre)
        before = await vitals(centre)
        plans = staging.plans(points)
        gate = centre.wire.tap = staging.gate(points, plans)
        calling = asyncio.create_task(centre.floor.run_calls(plans, staging.RATE))
        await gate.everybody(60.0)
        _replace(step, "-3600")
        gate.open(passes=True)
        await asyncio.sleep(2.0)
        _replace(step, "3600")
        records = await calling
        verdict = await judge(centre, "the clock steps back and forth by an hour", records)
        note(verdict.record)
        assert verdict.complaints == ()
        await assert_no_channel(centre)
        await assert_unharmed(centre, before)
    asked = [verdict.rows[record.uniqueid or ""] for record in records]
    assert {(row.outcome, row.key) for row in asked} == {(Outcome.RATED, staging.ANSWER)}


def _replace(step: Path, text: str) -> None:
    # In one go: the service reads it at any moment.
    fresh = step.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(step)
