"""The service is killed in the very moment of an answer: what it acknowledged is in the ledger, whatever comes next."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from ivr.rig.plan import Anchor, Press
from tests.pbx.faults import staging
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.verdict import acknowledged, judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, vitals
from tests.pbx.lab import Lab, lab
from tests.pbx.wire import WiredCall

CALLERS = 16
# How many answers of a round are acknowledged before the service is killed.
ROUNDS = (1, 6, 12)


class KillAtAnswer:
    """Kills the service as the ``count``-th caller is about to be thanked; a tap of the wire."""

    def __init__(self, centre: Lab, count: int) -> None:
        self._centre = centre
        self._count = count
        self._answered: set[str] = set()
        self.killed = asyncio.Event()

    async def command(self, call: WiredCall, number: int) -> bool:
        if acknowledged(call) is not None:
            self._answered.add(call.uniqueid)
        if len(self._answered) >= self._count and not self.killed.is_set():
            assert self._centre.service.pid is not None
            os.kill(self._centre.service.pid, signal.SIGKILL)
            self.killed.set()
        return True

    async def reply(self, call: WiredCall, number: int) -> bool:
        return True


async def test_killed_as_callers_answer(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    async with lab(tmp_path, experiment=staging.EXPERIMENT, agents=40) as centre:
        before = await vitals(centre)
        records = []
        for round_number, count in enumerate(ROUNDS):
            tap = centre.wire.tap = KillAtAnswer(centre, count)
            # All press at the same moment: their commits crowd together, and some are under way at the kill.
            plans = [
                staging.plan(
                    round_number * CALLERS + number,
                    (Press("2", Anchor.FIRST_FRAME, 1500),),
                    0.4 + (CALLERS - number) / staging.RATE,
                )
                for number in range(1, CALLERS + 1)
            ]
            calling = asyncio.create_task(centre.floor.run_calls(plans, staging.RATE))
            async with asyncio.timeout(30):
                await tap.killed.wait()
            await centre.service.kill()
            await centre.service.start()
            records += await calling
        answers = [acknowledged(call) for call in centre.wire.calls.values()]
        verdict = await judge(
            centre, "killed as callers answer", records, notes=f"{len(answers) - answers.count(None)} acknowledged"
        )
        note(verdict.record)
        assert verdict.complaints == ()
        await assert_no_channel(centre)
        await assert_unharmed(centre, before)
    assert 0 < answers.count(None) < len(records), "the kills fell among the answers"
