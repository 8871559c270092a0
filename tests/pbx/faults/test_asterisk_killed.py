"""Asterisk itself is killed under calls and started again: the service notices, settles, and serves the next."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Press
from ivr.rig.record import CallRecord, SentKey
from tests.pbx.faults import staging
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.verdict import judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, vitals
from tests.pbx.lab import Lab, lab


async def test_asterisk_is_killed(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    async with lab(tmp_path, experiment=staging.EXPERIMENT, agents=90) as centre:
        points = await staging.points_of(centre)
        before = await vitals(centre)
        plans = staging.plans(points)
        gate = centre.wire.tap = staging.gate(points, plans)
        calling = asyncio.create_task(centre.floor.run_calls(plans, staging.RATE))
        await gate.everybody(60.0)
        killed_at = time.time()
        await centre.pbx.kill()
        gate.open(passes=True)
        await asyncio.sleep(1.0)
        await centre.pbx.restart()
        for plan in plans:
            # Nobody tells them that the line is dead; they notice.
            centre.floor.hang_up(plan.name)
        records = await calling

        def unheard(record: CallRecord, press: SentKey) -> bool:
            # Asterisk kept the key in its memory, or was dead already.
            told = _told(centre, record)
            return press.up_at.timestamp() >= killed_at or record.sent.index(press) >= len(told)

        verdict = await judge(centre, "Asterisk killed (`kill -9`) and started again", records, excuse=unheard)
        note(verdict.record)
        assert verdict.complaints == ()
        assert any(json.loads(line)["event"] == "pbx_restarted" for line in centre.service.log.read_text().splitlines())

        centre.wire.tap = None
        next_plans = [staging.plan(60 + n, (Press("1", Anchor.FIRST_FRAME, 2000),)) for n in range(6)]
        next_calls = await judge(centre, "", await centre.floor.run_calls(next_plans, staging.RATE))
        assert next_calls.complaints == ()
        served = [next_calls.rows[uniqueid] for uniqueid in next_calls.rows.keys() - verdict.rows.keys()]
        assert [(row.outcome, row.key) for row in served] == [(Outcome.RATED, "1")] * len(next_plans)
        await assert_no_channel(centre)
        await assert_unharmed(centre, before)


def _told(centre: Lab, record: CallRecord) -> str:
    """Return the keys that Asterisk had told the service of."""
    commands = centre.wire.calls[record.uniqueid or ""].commands
    replies = [c.reply.partition("(")[2] for c in commands if c.text == "GET VARIABLE IVR_KEYS" and c.reply]
    return replies[-1].rstrip(")") if replies else ""
