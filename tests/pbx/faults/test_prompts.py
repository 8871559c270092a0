"""A recording vanishes from Asterisk's folder while callers are asked."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from ivr.domain.outcomes import Outcome
from tests.pbx.faults import staging
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.verdict import judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, vitals
from tests.pbx.lab import Lab, lab


async def test_a_prompt_vanishes(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    async with lab(tmp_path, experiment=staging.EXPERIMENT, agents=90) as centre:
        points = await staging.points_of(centre)
        before = await vitals(centre)
        sounds = _own_sounds(centre)
        plans = staging.plans(points)
        gate = centre.wire.tap = staging.gate(points, plans)
        calling = asyncio.create_task(centre.floor.run_calls(plans, staging.RATE))
        await gate.everybody(60.0)
        lost = [sounds / f"{name}.wav" for name in ("press-2-so-so", "thanks")]
        for recording in lost:
            recording.rename(recording.with_suffix(".away"))
        gate.open(passes=True)
        records = await calling
        verdict = await judge(centre, "two recordings vanish under calls", records)
        note(verdict.record)
        assert verdict.complaints == ()
        for recording in lost:
            recording.with_suffix(".away").rename(recording)
        centre.wire.tap = None
        (again,) = await centre.run([staging.plan(90, staging.WHOLE_FLOW)], rate=1)
        rows = await centre.rows()
        await assert_no_channel(centre)
        await assert_unharmed(centre, before)
    assert {row.outcome for row in verdict.rows.values()} == {Outcome.RATED, Outcome.UNAVAILABLE}
    assert rows[again.uniqueid or ""].outcome is Outcome.RATED, "back in place, it is played again"


def _own_sounds(centre: Lab) -> Path:
    """Give this Asterisk its own copy of the recordings; what it plays otherwise is everybody's."""
    sounds = centre.pbx.plan.run_folder / "share/sounds/en/ivr-rating"
    shipped = sounds.resolve()
    sounds.unlink()
    shutil.copytree(shipped, sounds)
    return sounds
