"""Asterisk without the service, or with one that hangs: the caller is asked all the same, and is set free."""

import asyncio
import os
import signal
from pathlib import Path

from sqlalchemy import select

from ivr.bootstrap import parts
from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, HangUp, Press
from ivr.store.tables import answers
from tests.pbx.lab import Lab, lab, only

CALLER = "+442079460001"


def _presser(key: str, after_ms: int) -> CallPlan:
    return CallPlan(1, CALLER, "support", Behaviour.PRESSES, 0.5, (Press(key, Anchor.FIRST_FRAME, after_ms),))


def _surveys(centre: Lab) -> list[list[str]]:
    lines = [line.split("|") for line in centre.pbx.queue_log.read_text().splitlines()]
    return [fields for fields in lines if fields[4] == "SURVEY"]


async def test_a_service_that_is_down_costs_no_rating(tmp_path: Path) -> None:
    async with lab(tmp_path) as centre:
        await centre.service.kill()
        (record,) = await centre.floor.run_calls([_presser("2", 3000)], rate=1)
        assert record.keys == "2"
        assert record.left_by == "pbx"
        (survey,) = _surveys(centre)
    _time, uniqueid, queue, _agent, _event, layout, answer, *heard = survey
    assert (uniqueid, queue) == (record.uniqueid, "support")
    assert (layout, answer, heard[0]) == ("sequential-123", "2", "2")


async def test_a_key_right_before_the_caller_leaves_a_fallback_is_kept(tmp_path: Path) -> None:
    plan = CallPlan(
        1,
        CALLER,
        "support",
        Behaviour.PRESSES_AND_LEAVES,
        0.5,
        (Press("3", Anchor.FIRST_FRAME, 2500), HangUp(Anchor.KEY_UP, 5)),
    )
    async with lab(tmp_path) as centre:
        await centre.service.kill()
        (record,) = await centre.floor.run_calls([plan], rate=1)
        surveys = _surveys(centre)
    assert [fields[1] for fields in surveys] == [record.uniqueid]
    assert "3" in surveys[0][6:]


async def test_a_service_that_hangs_lets_its_caller_go(tmp_path: Path) -> None:
    """The guard frees the caller, who has pressed nothing yet and is asked by the dialplan instead."""
    async with lab(tmp_path) as centre:
        assert centre.service.pid is not None
        calling = asyncio.create_task(centre.floor.run_calls([_presser("1", 14_000)], rate=1))
        await asyncio.sleep(4.0)
        os.kill(centre.service.pid, signal.SIGSTOP)
        try:
            (record,) = await calling
            assert (await centre.pbx.command("core show channels count")).startswith("0 active channels")
            (survey,) = _surveys(centre)
        finally:
            os.kill(centre.service.pid, signal.SIGCONT)
    assert record.left_by == "pbx"
    assert record.left_at is not None
    assert record.first_frame_at is not None
    assert (record.left_at - record.first_frame_at).total_seconds() < 45
    assert survey[1] == record.uniqueid
    assert "1" in survey[6:]


async def test_a_call_is_settled_after_the_service_was_killed_in_it(tmp_path: Path) -> None:
    """A key that was acknowledged survives a crash; the call is closed when the service is back."""
    async with lab(tmp_path, experiment=only("sequential-123")) as centre:
        plan = CallPlan(
            1,
            CALLER,
            "support",
            Behaviour.PRESSES,
            0.5,
            (Press("7", Anchor.FIRST_FRAME, 1500), Press("2", Anchor.KEY_UP, 4000)),
        )
        calling = asyncio.create_task(centre.floor.run_calls([plan], rate=1))
        await _answered(centre)
        await centre.service.kill()
        (record,) = await calling
        await centre.service.start()
        async with asyncio.timeout(10):
            while not (rows := await centre.rows()):
                await asyncio.sleep(0.1)
        row = rows[record.uniqueid or ""]
    assert row.outcome is Outcome.RATED
    assert row.key == "2"
    assert "".join(press.key for press in row.keys) == "72"


async def _answered(centre: Lab) -> None:
    """Wait until the key 2 is stored, which is what the caller is thanked for."""
    async with asyncio.timeout(30):
        while True:
            async with parts.opened_store(centre.settings) as store:
                if await store.database.read(lambda c: c.execute(select(answers.c.key)).scalar()) == "2":
                    return
            await asyncio.sleep(0.02)
