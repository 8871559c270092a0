"""The ledger's disk fails under calls: another program holds its lock, and its disk is full."""

import asyncio
import resource
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from ivr.domain.outcomes import Outcome
from ivr.rig.child import Child
from tests.pbx.faults import staging
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.verdict import Verdict, judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, get, vitals
from tests.pbx.lab import Lab, lab

# All in all as long as the ledger waits for a lock, and longer than the guard of a caller who comes meanwhile.
BEFORE_SECONDS, FAULT_SECONDS = 0.5, 9.5
NEWCOMERS = 6

HOLD_LOCK = """\
import sqlite3, sys, time
ledger = sqlite3.connect(sys.argv[1], isolation_level=None)
ledger.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(3600)
"""

Fault = Callable[[Lab], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def locked(centre: Lab) -> AsyncIterator[None]:
    """Another process holds the ledger's write lock."""
    folder = centre.pbx.plan.run_folder.parent
    output = folder / "lock.out"
    ledger = centre.settings.database_url.removeprefix("sqlite:///")
    holder = await Child.start(
        "lock", [sys.executable, "-c", HOLD_LOCK, ledger], environment=centre.environment, folder=folder, output=output
    )
    try:
        async with asyncio.timeout(10):
            while "held" not in output.read_text():
                await asyncio.sleep(0.05)
        yield
    finally:
        await holder.kill()


@asynccontextmanager
async def full(centre: Lab) -> AsyncIterator[None]:
    """The service can write no file any more, neither its ledger nor its log: what a full disk is to it."""
    pid = centre.service.pid
    assert pid is not None
    limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


async def test_the_ledger_s_disk_fails(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    async with asyncio.TaskGroup() as drills:
        tasks = (
            drills.create_task(_drill(tmp_path / "locked", "the ledger locked by another program for 10 s", locked)),
            drills.create_task(_drill(tmp_path / "full", "the disk full for 10 s", full)),
        )
    verdicts = [task.result() for task in tasks]
    for verdict in verdicts:
        note(verdict.record)
    for verdict in verdicts:
        assert verdict.complaints == ()


async def _drill(folder: Path, fault: str, strike: Fault) -> Verdict:
    async with lab(folder, experiment=staging.EXPERIMENT, agents=90) as centre:
        points = await staging.points_of(centre)
        before = await vitals(centre)
        plans = staging.plans(points)
        gate = centre.wire.tap = staging.gate(points, plans)
        newcomers = staging.newcomers(points, NEWCOMERS, after_seconds=0.0)
        calling = asyncio.create_task(centre.floor.run_calls([*plans, *newcomers], staging.RATE))
        await gate.everybody(60.0)
        async with strike(centre):
            await asyncio.sleep(BEFORE_SECONDS)
            gate.open(passes=True)
            await asyncio.sleep(FAULT_SECONDS)
        records = await calling
        verdict = await judge(centre, fault, records)
        assert (await get(centre, "/readyz"))[0] == 200
        centre.wire.tap = None
        (again,) = await centre.run([staging.plan(90, staging.WHOLE_FLOW)], rate=1)
        assert (await centre.rows())[again.uniqueid or ""].outcome is Outcome.RATED, "it goes on by itself"
        await assert_no_channel(centre)
        await assert_unharmed(centre, before)
    return verdict
