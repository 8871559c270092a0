import asyncio
import os
import sys
from pathlib import Path

import pytest

from ivr.rig.asterisk import PbxNotStarted, PrivateAsterisk
from ivr.rig.call_centre import staff
from ivr.rig.configuration import PbxPlan
from ivr.rig.programs import Program, Programs
from ivr.rig.sip_message import sip_ping

PARENT = """\
import asyncio, sys
from pathlib import Path
from ivr.rig.asterisk import PrivateAsterisk
from ivr.rig.configuration import PbxPlan
from ivr.rig.programs import Program

async def main(run, rating, tree, *command):
    program = Program("asterisk", command, tree=Path(tree) if tree else None)
    pbx = PrivateAsterisk(program, PbxPlan(Path(run), Path(rating), "agi://127.0.0.1:4573"))
    await pbx.start()
    print(pbx.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main(*sys.argv[1:]))
"""


def plan(run: Path, rating: Path, **more: object) -> PbxPlan:
    return PbxPlan(run, rating, "agi://127.0.0.1:4573", agents=staff(), **more)  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def ami(pbx: PrivateAsterisk, secret: str, *actions: str) -> str:
    reader, writer = await asyncio.open_connection(pbx.ami.host, pbx.ami.port)
    login = f"Action: Login\r\nUsername: {pbx.ami.user}\r\nSecret: {secret}\r\nEvents: off\r\n\r\n"
    for text in (login, *actions, "Action: Logoff\r\n\r\n"):
        writer.write(text.encode())
    try:
        return (await asyncio.wait_for(reader.read(), 10)).decode()
    finally:
        writer.close()


async def test_it_starts_from_its_own_folder_with_queues_prompts_and_rights(
    tmp_path: Path, stand_in: Path, programs: Programs
) -> None:
    prompts = tmp_path / "prompts/sounds"
    (prompts / "en/ivr-rating").mkdir(parents=True)
    (prompts / "en/ivr-rating/intro.wav").write_bytes(b"")
    run = tmp_path / "run"
    async with PrivateAsterisk(programs.asterisk, plan(run, stand_in, prompts=prompts, globals={"MORE": "x"})) as pbx:
        pid = pbx.pid
        queues = await pbx.command("queue show")
        assert queues.count("(PJSIP/agent") == sum(len(agent.queues) for agent in staff())
        assert "rating of" in await pbx.command("dialplan show ivr-rating")
        shown = await pbx.command("dialplan show globals")
        assert "IVR_AGI=agi://127.0.0.1:4573" in shown
        assert "MORE=x" in shown
        settings = await pbx.command("core show settings")
        for kind in ("Configuration", "Data", "Spool", "Log", "VarLib"):
            line = next(line for line in settings.splitlines() if line.strip().startswith(f"{kind} directory"))
            assert str(run) in line
        for absent in ("func_shell", "app_system", "res_musiconhold"):
            assert "0 modules loaded" in await pbx.command(f"module show like {absent}")
        assert (run / "share/sounds/en/demo-congrats.gsm").is_file()
        assert (run / "share/sounds/en/ivr-rating/intro.wav").is_file()

        assert "Authentication failed" in await ami(pbx, "wrong")
        answer = await ami(
            pbx,
            pbx.ami.secret,
            "Action: CoreStatus\r\nActionID: s\r\n\r\n",
            "Action: Command\r\nActionID: c\r\nCommand: core show version\r\n\r\n",
            "Action: Setvar\r\nActionID: v\r\nVariable: A\r\nValue: b\r\n\r\n",
        )
        assert "CoreStartupDate" in answer
        assert answer.count("Permission denied") == 2
    assert not alive(pid)
    assert await sip_ping(pbx.ports.sip, 0.2) is None


async def test_it_restarts_and_comes_back_after_a_crash_on_the_same_ports(
    tmp_path: Path, stand_in: Path, programs: Programs
) -> None:
    async with PrivateAsterisk(programs.asterisk, plan(tmp_path / "run", stand_in)) as pbx:
        ports, first = pbx.ports, pbx.pid
        await pbx.restart()
        second = pbx.pid
        assert second != first
        await pbx.kill()
        assert not pbx.running
        assert not alive(second)
        await pbx.start()
        assert pbx.ports == ports
        assert "Not in use" in await pbx.command("queue show support")
        third = pbx.pid
    assert not any(alive(pid) for pid in (first, second, third))


async def test_two_run_side_by_side(tmp_path: Path, stand_in: Path, programs: Programs) -> None:
    # The second lies so deep that its control socket would not fit beside it.
    deep = tmp_path / ("deep" * 20) / "run"
    async with (
        PrivateAsterisk(programs.asterisk, plan(tmp_path / "run", stand_in)) as one,
        PrivateAsterisk(programs.asterisk, plan(deep, stand_in)) as two,
    ):
        names = {await sip_ping(pbx.ports.sip, 1) for pbx in (one, two)}
        assert len(names) == 2
        assert None not in names
        assert "Asterisk" in await two.command("core show version")


async def test_a_start_that_fails_is_told_with_the_last_words(tmp_path: Path, stand_in: Path) -> None:
    broken = Program("asterisk", (sys.executable, "-c", "print('no such module'); raise SystemExit(3)"))
    with pytest.raises(PbxNotStarted, match=r"ended with status 3.*no such module"):
        await PrivateAsterisk(broken, plan(tmp_path / "run", stand_in)).start()


async def test_a_parent_that_is_killed_leaves_no_asterisk(tmp_path: Path, stand_in: Path, programs: Programs) -> None:
    tree = "" if programs.asterisk.tree is None else str(programs.asterisk.tree)
    words = [str(tmp_path / "run"), str(stand_in), tree, *programs.asterisk.command]
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, *words, cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await asyncio.wait_for(parent.stdout.readline(), 60))
    assert alive(pid)
    parent.kill()
    await parent.wait()
    for _ in range(100):
        if not alive(pid):
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"Asterisk {pid} outlived its parent")
