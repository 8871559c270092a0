"""The service is stopped (SIGSTOP) with a caller at every command: it hangs, as a full disk or a debugger makes it.

It goes on before the guard has run out, or after it, or it is killed as a supervisor's watchdog would, and started.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from ivr.domain.outcomes import Outcome
from tests.pbx.faults import staging
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.staging import Point
from tests.pbx.faults.verdict import Verdict, judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, vitals
from tests.pbx.lab import Lab, lab

WATCHDOG_SECONDS = 10.0


async def test_stopped_at_every_command(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    async with asyncio.TaskGroup() as drills:
        waiting = drills.create_task(
            _drills(
                tmp_path / "waited",
                ("stopped (SIGSTOP) for 3 s at every command", 3.0),
                ("stopped for 12 s at every command", 12.0),
            )
        )
        watching = drills.create_task(
            _drills(tmp_path / "watched", ("stopped at every command, killed by the watchdog after 10 s", None))
        )
    waited, (watched,) = waiting.result(), watching.result()
    for verdict in (*waited, watched):
        note(verdict.record)
    for verdict in (*waited, watched):
        assert verdict.complaints == ()
    shortly = waited[0]
    asked_on = {(row.outcome, row.key) for uniqueid, row in shortly.rows.items() if uniqueid not in shortly.surveys}
    assert asked_on == {(Outcome.RATED, staging.ANSWER)}, "whom the guard has not taken back is asked to the end"
    assert len(shortly.surveys) < shortly.record.calls / 2, "3 s are within the guard"


async def _drills(folder: Path, *faults: tuple[str, float | None]) -> list[Verdict]:
    async with lab(folder, experiment=staging.EXPERIMENT, agents=90) as centre:
        points = await staging.points_of(centre)
        before = await vitals(centre)
        verdicts = []
        for fault, seconds in faults:
            verdicts.append(await _stopped(centre, points, fault, seconds))
            await assert_no_channel(centre)
            await assert_unharmed(centre, before)
    return verdicts


async def _stopped(centre: Lab, points: Sequence[Point], fault: str, seconds: float | None) -> Verdict:
    plans = staging.plans(points)
    gate = centre.wire.tap = staging.gate(points, plans)
    calling = asyncio.create_task(centre.floor.run_calls(plans, staging.RATE))
    await gate.everybody(60.0)
    pid = centre.service.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    gate.deliver_answers()
    try:
        await asyncio.sleep(WATCHDOG_SECONDS if seconds is None else seconds)
    finally:
        if seconds is None:
            await centre.service.kill()
            gate.open(passes=False)
            await centre.service.start()
        else:
            gate.open(passes=True)
            os.kill(pid, signal.SIGCONT)
    records = await calling
    centre.wire.tap = None
    return await judge(centre, fault, records)
