"""The invitation before the queue and the agent's script, on a real Asterisk: heard, answered, stored, and never in
the way of a caller."""

import asyncio
import os
import re
import signal
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.bootstrap import parts
from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, HangUp, Press, Step
from ivr.rig.record import CallRecord
from ivr.store.tables import invitations
from tests.pbx.lab import Lab, lab, only

CALLER = "+442079460001"
LATER = (Press("1", Anchor.FIRST_FRAME, 2000),)
"""What a caller presses who is asked for the rating."""
# Two recordings that are there anyhow: one serves as the invitation, the other as the agent's script.
ARMS = """\
invitations = { "intro" = 1.0 }
scripts = { "invalid" = 1.0 }

[consent."intro"]
yes = "1"
no = "2"
seconds = 2
"""


def _experiment(arms: str) -> str:
    return only("sequential-123").replace('key = "default"', 'key = "default"\ncontrol = "sequential-123"') + arms


def _plan(before: tuple[Step, ...], steps: tuple[Step, ...] = LATER) -> CallPlan:
    return CallPlan(1, CALLER, "invited-support", Behaviour.PRESSES, 3.5, steps, before=before)


async def _invited(centre: Lab) -> list[tuple[str, str | None, bool | None, str]]:
    async with parts.opened_store(centre.settings) as store:
        columns = invitations.c
        statement = select(columns.invitation, columns.consent_key, columns.consent, columns.script)
        found = await store.database.read(lambda connection: connection.execute(statement).all())
    return [tuple(row) for row in found]


def _seconds_in_queue(record: CallRecord) -> float:
    """Return how long it took from Asterisk's answer to the agent's."""
    assert record.connected_at is not None
    return (record.legs[0].answered_at - record.connected_at).total_seconds()


@pytest.mark.parametrize(
    ("key", "consent", "outcome"),
    [("1", True, Outcome.RATED), ("2", False, Outcome.OPTED_OUT), (None, None, Outcome.RATED)],
)
async def test_the_answer_to_the_invitation_is_kept_and_respected(
    tmp_path: Path, key: str | None, consent: bool | None, outcome: Outcome
) -> None:
    before = () if key is None else (Press(key, Anchor.FIRST_FRAME, 1200),)
    async with lab(tmp_path, experiment=_experiment(ARMS)) as centre:
        (record,) = await centre.run([_plan(before)], rate=1)
        invited = await _invited(centre)
        row = (await centre.rows())[record.uniqueid or ""]
        players = re.findall("<([^>]+)> Playing 'ivr-rating/invalid", centre.pbx.log.read_text())
    assert invited == [("intro", key, consent, "invalid")]
    assert row.outcome is outcome
    assert "".join(press.key for press in row.keys) == ("1" if outcome is Outcome.RATED else "")
    # The agent hears the script as soon as the call is taken, all of it, and the caller does not.
    assert record.agent_speech_ms[0][0] < 1000
    assert 1700 < record.agent_speech_ms[-1][1] - record.agent_speech_ms[0][0] < 2100
    (player,) = players
    assert player.startswith("PJSIP/agent")


async def test_without_a_script_the_agent_hears_nothing(tmp_path: Path) -> None:
    arms = 'invitations = { "none" = 1.0 }\nscripts = { "none" = 1.0 }\n'
    async with lab(tmp_path, experiment=_experiment(arms)) as centre:
        (record,) = await centre.run([_plan(())], rate=1)
        assert await _invited(centre) == [("none", None, None, "none")]
    assert record.agent_speech_ms == ()
    assert _seconds_in_queue(record) < 2


async def test_a_caller_who_leaves_in_the_invitation_was_invited_and_is_no_handled_call(tmp_path: Path) -> None:
    plan = _plan((HangUp(Anchor.FIRST_FRAME, 800),))
    async with lab(tmp_path, experiment=_experiment(ARMS)) as centre:
        (record,) = await centre.run([plan], rate=1)
        assert await _invited(centre) == [("intro", None, None, "invalid")]
        async with asyncio.timeout(10), parts.opened_store(centre.settings) as store:
            while await store.database.read(
                lambda connection: connection.exec_driver_sql(
                    "SELECT count(*) FROM calls WHERE state = 'open'"
                ).scalar()
            ):
                await asyncio.sleep(0.1)
        assert await centre.rows() == {}
    assert record.legs == ()


async def test_a_service_that_is_down_sends_the_caller_on_at_once(tmp_path: Path) -> None:
    async with lab(tmp_path, experiment=_experiment(ARMS)) as centre:
        await centre.service.kill()
        (record,) = await centre.floor.run_calls([_plan((), ())], rate=1)
    assert record.fault is None
    assert _seconds_in_queue(record) < 4
    assert record.agent_speech_ms == ()


async def test_a_service_that_hangs_holds_the_caller_for_seconds_only(tmp_path: Path) -> None:
    """And the rating afterwards is asked by the dialplan, with no key of the invitation taken for an answer."""
    async with lab(tmp_path, experiment=_experiment(ARMS)) as centre:
        assert centre.service.pid is not None
        os.kill(centre.service.pid, signal.SIGSTOP)
        try:
            plan = _plan((Press("2", Anchor.AGENT_LEFT, 1500),), (Press("3", Anchor.FIRST_FRAME, 14_000),))
            (record,) = await centre.floor.run_calls([plan], rate=1)
            lines = [line.split("|") for line in centre.pbx.queue_log.read_text().splitlines()]
        finally:
            os.kill(centre.service.pid, signal.SIGCONT)
    assert record.fault is None
    assert 7 < _seconds_in_queue(record) < 13
    (survey,) = [fields for fields in lines if fields[4] == "SURVEY"]
    assert survey[6:] == ["3", "3"]


async def test_whoever_said_no_is_not_asked_by_the_dialplan_either(tmp_path: Path) -> None:
    async with lab(tmp_path, experiment=_experiment(ARMS)) as centre:
        plan = _plan((Press("2", Anchor.FIRST_FRAME, 1200),), ())
        calling = asyncio.create_task(centre.floor.run_calls([plan], rate=1))
        async with asyncio.timeout(20):
            while [invited[2] for invited in await _invited(centre)] != [False]:
                await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)
        await centre.service.kill()
        (record,) = await calling
        lines = [line.split("|") for line in centre.pbx.queue_log.read_text().splitlines()]
    assert (record.fault, record.left_by, record.speech_ms) == (None, "pbx", ())
    assert [fields for fields in lines if fields[4] == "SURVEY"] == []
