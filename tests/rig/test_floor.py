import asyncio
import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from ivr.rig.asterisk import PrivateAsterisk
from ivr.rig.call_centre import staff
from ivr.rig.configuration import PbxPlan
from ivr.rig.floor import Floor, FloorProgress
from ivr.rig.plan import Anchor, Behaviour, CallPlan, HangUp, Press, Speak, Step
from ivr.rig.programs import Program, Programs
from ivr.rig.record import CallRecord
from ivr.rig.sipp import SippFailed

FIRST, AFTER = Anchor.FIRST_FRAME, Anchor.KEY_UP


def call(number: int, behaviour: Behaviour, *steps: Step, **more: object) -> CallPlan:
    return CallPlan(
        number=number,
        caller=f"+49302312{5000 + number}",
        extension=str(more.pop("extension", "support")),
        behaviour=behaviour,
        talk_seconds=0.5,
        steps=steps,
        **more,  # type: ignore[arg-type]
    )


PLANS = (
    call(1, Behaviour.PRESSES, Press("1", FIRST, 700)),
    call(2, Behaviour.PRESSES, Press("5", FIRST, 1900), extension="sales"),
    call(3, Behaviour.PRESSES_EARLY, Press("2", Anchor.AGENT_LEFT, 100), HangUp(FIRST, 1500)),
    call(4, Behaviour.PRESSES_IN_PAUSE, Press("3", Anchor.PAUSE, 450), extension="sales"),
    call(5, Behaviour.PRESSES_AND_LEAVES, Press("4", FIRST, 500), HangUp(AFTER, 100)),
    call(6, Behaviour.LEAVES_IN_SILENCE, HangUp(Anchor.AGENT_LEFT, 150)),
    call(7, Behaviour.LEAVES_IN_INTRO, HangUp(FIRST, 400)),
    call(8, Behaviour.LEAVES_AGENT_FIRST, leaves_agent_first=True),
    call(9, Behaviour.TRANSFERRED, Press("6", FIRST, 600), transfer_to="sales"),
    call(10, Behaviour.PRESSES, Press("*", FIRST, 300), extension="direct-agent05"),
    call(11, Behaviour.PRESSES, Press("#", FIRST, 300)),
    call(12, Behaviour.UNASKED, Press("1", FIRST, 300), extension="unasked-support"),
    call(13, Behaviour.TRANSFERRED_AWAY, Press("1", FIRST, 300), transfer_to="outside"),
    call(14, Behaviour.PRESSES, Speak(FIRST, 200, 400, 200), Press("7", Anchor.SPOKEN, 400)),
    call(15, Behaviour.PRESSES, Press("8", FIRST, 600), extension="invited-sales", before=(Press("2", FIRST, 500),)),
)


async def run(
    tmp_path: Path, stand_in: Path, programs: Programs, plans: Sequence[CallPlan], **more: float
) -> tuple[list[CallRecord], list[list[str]], list[FloorProgress]]:
    heard = tmp_path / "heard.csv"
    pbx_plan = PbxPlan(
        tmp_path / "run", stand_in, "agi://127.0.0.1:4573", agents=staff(), globals={"HEARD": str(heard)}
    )
    progress: list[FloorProgress] = []
    async with PrivateAsterisk(programs.asterisk, pbx_plan) as pbx:
        records = await Floor(pbx, programs.sipp, **more).run_calls(plans, 8, progress.append)
    lines = list(csv.reader(heard.read_text().splitlines())) if heard.exists() else []
    return records, lines, progress


async def test_what_the_callers_sent_is_what_asterisk_heard(tmp_path: Path, stand_in: Path, programs: Programs) -> None:
    records, heard, progress = await run(tmp_path, stand_in, programs, PLANS)
    by_number = {record.plan.number: record for record in records}
    assert [record.plan for record in records] == list(PLANS)
    assert [record.fault for record in records] == [None] * len(PLANS)
    assert len({record.uniqueid for record in records} - {None}) == len(PLANS)
    assert {number: record.keys for number, record in by_number.items()} == {
        1: "1", 2: "5", 3: "2", 4: "3", 5: "4", 6: "", 7: "", 8: "", 9: "6", 10: "*", 11: "#",
        12: "", 13: "", 14: "7", 15: "8",
    }  # fmt: skip
    assert {number for number, record in by_number.items() if not record.done} == {12}
    assert [key.key for key in by_number[15].sent_before] == ["2"]
    assert [round(seconds, 1) for seconds in by_number[14].spoken_seconds] == [0.4]

    keys = {uniqueid: key for uniqueid, _, _, key in heard}
    assert keys[f"{by_number[15].uniqueid}-invited"] == "2"
    for number in (1, 2, 4, 5, 9, 10, 14, 15):
        assert keys[str(by_number[number].uniqueid)] == by_number[number].keys
    queues = {uniqueid: queue for uniqueid, queue, _, _ in heard}
    assert queues[str(by_number[9].uniqueid)] == "sales"
    assert queues[str(by_number[10].uniqueid)] == "support"
    members = {uniqueid: member for uniqueid, _, member, _ in heard}
    for number in (1, 2, 9):
        record = by_number[number]
        assert members[str(record.uniqueid)] == f"PJSIP/{record.legs[-1].agent}"

    for record in records:
        if record.first_frame_at is not None and record.agent_left_at is not None:
            silence = (record.first_frame_at - record.agent_left_at).total_seconds()
            assert 0.4 < silence < 3
            assert record.speech_ms[0][0] >= 0
    press = by_number[2].sent[0]
    assert press.down_ms is not None
    assert press.up_ms is not None
    assert press.down_ms >= 1900
    assert press.up_ms - press.down_ms >= 120
    early = by_number[3].sent[0]
    assert early.up_ms is not None
    assert early.up_ms < 0
    paused = by_number[4]
    assert paused.sent[0].down_ms is not None
    assert paused.sent[0].down_ms >= paused.speech_ms[0][1] + 400

    assert [leg.ended_by for leg in by_number[9].legs] == ["transfer", "agent"]
    assert [leg.ended_by for leg in by_number[13].legs] == ["transfer"]
    assert by_number[12].legs[0].ended_by == "agent"
    assert by_number[10].legs[0].agent == "agent05"
    assert by_number[8].legs[0].ended_by == "caller"
    assert by_number[8].agent_left_at is None
    assert {number: record.left_by for number, record in by_number.items()} == {
        **dict.fromkeys((1, 2, 4, 9, 10, 11, 12, 13, 14, 15), "pbx"),
        **dict.fromkeys((3, 5, 6, 7, 8), "caller"),
    }
    leaver = by_number[5]
    assert leaver.left_at is not None
    assert (leaver.left_at - leaver.sent[0].up_at).total_seconds() < 0.5

    assert progress[-1] == FloorProgress(total=len(PLANS), connected=len(PLANS), rating=0, ended=len(PLANS))


async def test_nothing_hangs_when_asterisk_dies(tmp_path: Path, stand_in: Path, programs: Programs) -> None:
    plan = PbxPlan(tmp_path / "run", stand_in, "agi://127.0.0.1:4573", agents=staff())
    async with PrivateAsterisk(programs.asterisk, plan) as pbx:
        floor = Floor(pbx, programs.sipp, call_seconds=3)
        calls = asyncio.create_task(floor.run_calls([call(n, Behaviour.SILENT) for n in (1, 2, 3)], 5))
        await asyncio.sleep(1.5)
        await pbx.kill()
        async with asyncio.timeout(30):
            records = await calls
    assert {record.fault for record in records} == {"still there after 3 s"}


async def test_a_sipp_that_cannot_work_is_told_in_one_sentence(
    tmp_path: Path, stand_in: Path, programs: Programs
) -> None:
    broken = Programs(programs.asterisk, Program("sipp", (*programs.sipp.command, "-no_such_option")), programs.espeak)
    with pytest.raises(SippFailed, match=r"SIPp \(agents\) ended with status \d+; it said: .*no_such_option"):
        await run(tmp_path, stand_in, broken, PLANS[:1])
