"""Mishaps on a real Asterisk: what must not become a wrong rating, and what must not lose a right one."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, HangUp, Press, Step
from tests.pbx.lab import DIALPLAN, Lab, lab, only

# A dialplan that makes of a caller what trunks and look-ups make of them, by the last digits of the number.
ODD_CALLERS = """
[ivr-rating]
exten => s,1,GosubIf($["${CALLERID(num):-2}" = "01"]?nameless,1)
 same => n,GosubIf($["${CALLERID(num):-2}" = "02"]?broken,1)
 same => n,GosubIf($["${CALLERID(num):-2}" = "03"]?quoted,1)
 same => n,Gosub(shipped,s,1(${ARG1}))
 same => n,Return()
exten => nameless,1,Set(CALLERID(all)=)
 same => n,Return()
exten => broken,1,Set(CALLERID(name)=${URIDECODE(A%0AB: C%0Aagi_arg_40: agent=nobody)})
 same => n,Return()
exten => quoted,1,Set(CALLERID(name)=Smith\\, "Jo" %41 王)
 same => n,Set(IVR_AGENT=Ána%2c O'Neil)
 same => n,Set(IVR_SITE=north & west)
 same => n,Return()
"""


def _plan(number: int, *steps: Step) -> CallPlan:
    return CallPlan(number, f"+4420794600{number:02d}", "support", Behaviour.PRESSES, 0.4, steps)


def _surveys(centre: Lab) -> dict[str, list[str]]:
    lines = [line.split("|") for line in centre.pbx.queue_log.read_text().splitlines()]
    return {fields[1]: fields[5:] for fields in lines if fields[4] == "SURVEY"}


def _lose_prompt(centre: Lab, prompt: str) -> None:
    sounds = centre.pbx.plan.run_folder / "share/sounds/en/ivr-rating"
    shipped = sounds.resolve()
    sounds.unlink()
    shutil.copytree(shipped, sounds)
    (sounds / f"{prompt}.wav").unlink()


async def test_a_key_of_the_fallback_is_not_taken_for_the_layout_s(tmp_path: Path) -> None:
    """The service cannot play, the dialplan asks with other keys, and the caller leaves before it has gone on."""
    dialplan = tmp_path / "lingering.conf"
    dialplan.write_text(DIALPLAN.read_text().replace(" same => n(keep),", " same => n,Wait(2)\n same => n(keep),"))
    plans = [_plan(number, Press("1", Anchor.FIRST_FRAME, 6000), HangUp(Anchor.KEY_UP, 300)) for number in (1, 2)]
    async with lab(tmp_path, dialplan=dialplan, experiment=only("reversed-123")) as centre:
        _lose_prompt(centre, "press-1-dissatisfied")
        records = await centre.run(plans, rate=4)
        rows, surveys = await centre.rows(), _surveys(centre)
    for record in records:
        row = rows[record.uniqueid or ""]
        assert (row.outcome, row.category, row.keys) == (Outcome.UNAVAILABLE, None, ())
        assert surveys[record.uniqueid or ""][0] == "sequential-123"
        assert "1" in surveys[record.uniqueid or ""][1:]


async def test_a_doubled_wrong_key_leaves_the_caller_another_try(tmp_path: Path) -> None:
    plans = [
        _plan(
            number,
            Press("7", Anchor.FIRST_FRAME, 800, hold_ms=hold_ms),
            Press("7", Anchor.KEY_UP, 40 * number, hold_ms=hold_ms),
            Press("3", Anchor.KEY_UP, 3000),
        )
        for number, hold_ms in enumerate((40, 60, 100, 120), start=1)
    ]
    async with lab(tmp_path, experiment=only("sequential-123")) as centre:
        records = await centre.run(plans, rate=4)
        rows = await centre.rows()
    for record in records:
        row = rows[record.uniqueid or ""]
        assert (row.outcome, row.key) == (Outcome.RATED, "3")
        assert "".join(press.key for press in row.keys) == record.keys == "773"


async def test_whatever_a_caller_is_called_the_rating_is_kept(tmp_path: Path) -> None:
    dialplan = tmp_path / "odd.conf"
    dialplan.write_text(DIALPLAN.read_text().replace("[ivr-rating]", "[shipped]") + ODD_CALLERS)
    plans = [_plan(number, Press("2", Anchor.FIRST_FRAME, 800)) for number in (1, 2, 3)]
    async with lab(tmp_path, dialplan=dialplan, experiment=only("sequential-123")) as centre:
        records = await centre.run(plans, rate=4)
        rows = await centre.rows()
    nameless, broken, quoted = (rows[record.uniqueid or ""] for record in records)
    assert [(row.outcome, row.key) for row in (nameless, broken, quoted)] == [(Outcome.RATED, "2")] * 3
    assert broken.agent == f"PJSIP/{records[1].legs[0].agent}"
    assert (quoted.agent, quoted.site) == ("Ána%2c O'Neil", "north & west")


async def test_a_stopping_service_loses_no_key_of_those_who_leave_meanwhile(tmp_path: Path) -> None:
    plans: Sequence[CallPlan] = [
        _plan(number, Press("3", Anchor.FIRST_FRAME, 3500 + 400 * number), HangUp(Anchor.KEY_UP, 5))
        for number in range(1, 7)
    ]
    async with lab(tmp_path, experiment=only("sequential-123")) as centre:
        calling = asyncio.create_task(centre.floor.run_calls(plans, rate=8))
        async with asyncio.timeout(30):
            while len(centre.wire.calls) < len(plans):
                await asyncio.sleep(0.05)
        await centre.service.stop()
        await centre.service.start()
        records = await calling
        async with asyncio.timeout(10):
            while len(rows := await centre.rows()) < len(plans):
                await asyncio.sleep(0.1)
    assert {record.keys for record in records} == {"3"}
    assert [(rows[record.uniqueid or ""].outcome, rows[record.uniqueid or ""].key) for record in records] == [
        (Outcome.RATED, "3")
    ] * len(plans)


async def test_a_service_that_hangs_on_late_keys_lets_its_caller_go(tmp_path: Path) -> None:
    """The question is done; what takes the keys that came after it accepts, and never says anything."""
    accepted: list[asyncio.StreamWriter] = []
    hanging = await asyncio.start_server(lambda _reader, writer: accepted.append(writer), "127.0.0.1", 0)
    port = hanging.sockets[0].getsockname()[1]
    dialplan = tmp_path / "hanging.conf"
    dialplan.write_text(
        DIALPLAN.read_text()
        .replace("${IVR_AGI}/left,pbx=${URIENCODE(${IVR_PBX})},keys=${URIENCODE(${IVR_KEYS})},gone=0", _left_at(port))
        .replace(" same => n(leave),", " same => n(leave),Set(IVR_KEYS_TAKEN=)\n same => n,")
    )
    async with hanging:
        async with lab(tmp_path, dialplan=dialplan, experiment=only("sequential-123")) as centre:
            (record,) = await centre.run([_plan(1, Press("2", Anchor.FIRST_FRAME, 500))], rate=1)
            surveys = _surveys(centre)
        for writer in accepted:
            writer.close()
    assert len(accepted) == 1, "it is not called again and again"
    assert record.left_by == "pbx"
    assert "2" in surveys[record.uniqueid or ""]


def _left_at(port: int) -> str:
    return f"agi://127.0.0.1:{port}/left,gone=0"
