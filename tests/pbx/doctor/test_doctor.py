"""``ivr doctor`` on a real Asterisk: everything in order, then each thing broken, one at a time."""

import asyncio
import json
import os
import resource
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import PurePosixPath

import pytest
import pytest_asyncio

from ivr.bootstrap.demo import service_environment
from ivr.bootstrap.house_checks import HouseCheck
from ivr.domain.closing import DIRECT_QUEUE
from ivr.rig.asterisk import PrivateAsterisk
from ivr.rig.call_centre import QUEUES, staff
from ivr.rig.configuration import PbxPlan
from ivr.rig.demo import DemoAddresses
from ivr.rig.ports import free_port
from ivr.rig.programs import find_programs
from ivr.rig.service import ServiceProcess
from ivr.settings import HOME, load_settings
from ivr.telephony.probe.findings import PbxCheck
from tests.pbx.doctor.at_asterisk import BREAKAGES_AT_ASTERISK
from tests.pbx.doctor.here import BREAKAGES_HERE
from tests.pbx.doctor.patient import SECRET, Breakage, Patient
from tests.pbx.lab import ivr_command

pytestmark = pytest.mark.asyncio(loop_scope="module")
BREAKAGES = (*BREAKAGES_HERE, *BREAKAGES_AT_ASTERISK)
CHECKS = [*HouseCheck, *PbxCheck]
ORDER = [str(check) for check in CHECKS]
PAGE = HOME / "docs" / "doctor.md"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def patient(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Patient]:
    folder = tmp_path_factory.mktemp("doctor")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")  # Asterisk's, as the settings' own default
        programs = await asyncio.to_thread(find_programs, lambda _line: None)
        agi_port, web_port = (free_port(socket.SOCK_STREAM) for _ in range(2))
        settings = load_settings().model_copy(
            update={
                "database_url": f"sqlite:///{folder / 'ivr.db'}",
                "pepper_file": folder / "pepper",
                "comments_dir": PurePosixPath(folder / "comments"),
                "queues": (*QUEUES, DIRECT_QUEUE),
                "experiments_dir": folder / "experiments",
            }
        )
        (folder / "comments").mkdir()
        (folder / "experiments").mkdir()
        # Some callers get a layout that records a comment, else the comments' folder is not looked at.
        shipped = (HOME / "config/experiments/default.toml").read_text()
        experiment = shipped.replace('"paced-123" = 0.15', '"paced-123" = 0.1, "sequential-123-more" = 0.05')
        assert experiment != shipped
        (folder / "experiments" / "default.toml").write_text(experiment)
        plan = PbxPlan(
            run_folder=folder / "asterisk",
            rating_dialplan=HOME / "dialplans" / "ivr-rating.conf",
            agi_url=f"agi://127.0.0.1:{agi_port}/{SECRET}",
            prompts=settings.sounds_dir,
            agents=staff(4),
            globals={"IVR_PBX": settings.pbx},
        )
        async with PrivateAsterisk(programs.asterisk, plan) as pbx:
            environment = service_environment(settings, DemoAddresses(agi_port, web_port, pbx.ami))
            environment["IVR_AGI_SECRET"] = SECRET
            service = ServiceProcess(environment, folder, web_port)
            await service.start()
            _allow_files(service)
            try:
                yield Patient(pbx, service, programs.asterisk, folder, environment, agi_port, web_port)
            finally:
                await service.stop()


def _allow_files(service: ServiceProcess) -> None:
    """Give the service what its unit would, whatever this machine's shells have."""
    assert service.pid is not None
    _soft, hard = resource.prlimit(service.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))


async def test_every_line_is_ok_where_everything_is_in_order(patient: Patient) -> None:
    findings = await patient.examined()
    assert [finding for finding in findings if finding.ok is not True] == []
    assert {finding.check for finding in findings} == set(CHECKS), "a check has no line"
    assert SECRET not in str(findings)


async def test_no_check_is_without_a_breakage() -> None:
    assert {breakage.check for breakage in BREAKAGES} == set(CHECKS)


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.name)
async def test_what_is_broken_is_the_line_that_says_so(patient: Patient, breakage: Breakage) -> None:
    async with breakage.during(patient):
        findings = await patient.examined()
    amiss = [finding for finding in findings if finding.ok is not True]
    assert {finding.check for finding in amiss} == {breakage.check} | breakage.also, amiss
    assert set(CHECKS) - {finding.check for finding in findings} == breakage.unseen
    telling = [finding for finding in amiss if finding.check is breakage.check]
    assert {finding.ok for finding in telling} == {breakage.ok}, telling
    assert any(breakage.says in finding.detail and breakage.remedy in finding.remedy for finding in telling), telling
    assert all(finding.remedy for finding in amiss), amiss
    secrets = (SECRET, patient.pbx.ami.secret, "hunter2", "this-is-not-the-secret")
    assert not [secret for secret in secrets if secret in str(findings)]


async def _run(patient: Patient, *arguments: str, **changes: str) -> tuple[int, str, str]:
    done = await asyncio.to_thread(
        subprocess.run,
        ivr_command(*arguments),
        capture_output=True,
        text=True,
        env=patient.environment | changes,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


async def test_the_command_says_one_line_a_check_and_ends_with_0_or_1(patient: Patient) -> None:
    status, said, errors = await _run(patient, "doctor")
    assert (status, errors) == (0, "")
    assert [line.partition(": ")[0] for line in said.splitlines()] == [f"ok     {check}" for check in ORDER]
    status, said, errors = await _run(patient, "doctor", IVR_QUEUES="support,a\x1b[2Jb")
    assert (status, errors) == (1, "")
    (wrong,) = [line for line in said.splitlines() if not line.startswith("ok ")]
    remedy = "write it in IVR_QUEUES as in queues.conf (there: billing, support, sales)"
    assert wrong == f"WRONG  queues: Asterisk has no queue a?[2Jb -> {remedy}"


async def test_the_command_speaks_json_too(patient: Patient) -> None:
    status, said, _errors = await _run(patient, "doctor", "--json", IVR_QUEUES="suport")
    records = json.loads(said)
    assert status == 1
    assert [record["check"] for record in records] == ORDER
    (wrong,) = [record for record in records if record["state"] != "ok"]
    assert (wrong["check"], wrong["state"]) == ("queues", "wrong")
    assert set(wrong) == {"check", "state", "detail", "remedy"}


async def test_a_wrong_secret_or_a_taken_port_ends_the_start_in_one_sentence(patient: Patient) -> None:
    free = {"IVR_AGI_BIND": "127.0.0.1:0", "IVR_WEB_BIND": "127.0.0.1:0"}

    async def refused(**changes: str) -> str:
        status, _said, errors = await _run(patient, "serve", **changes)
        (sentence,) = [line for line in errors.splitlines() if not line.startswith("{")]
        assert status == 1
        return sentence

    sentence = await refused(IVR_WEB_BIND=free["IVR_WEB_BIND"])
    assert "in use" in sentence
    assert "IVR_AGI_BIND" in sentence
    assert "IVR_WEB_BIND" in await refused(IVR_AGI_BIND=free["IVR_AGI_BIND"])
    sentence = await refused(**free, IVR_AMI_SECRET="wrong one")
    assert "manager.conf" in sentence
    assert "wrong one" not in sentence
    assert os.environ.get("IVR_AMI_SECRET") is None


def _plain(text: str) -> str:
    return text.replace("`", "").replace("\\|", "|")


async def test_the_page_of_the_doctor_is_true() -> None:
    rows = [[cell.strip() for cell in _plain(line).split(" | ")] for line in PAGE.read_text().splitlines()]
    table = {row[0].removeprefix("| "): row[1:] for row in rows if len(row) == 4 and not row[0].startswith("| line")}
    assert list(table) == ORDER, "one row a line, in the order of the doctor's round"
    for check, (state, _meaning, remedies) in table.items():
        breakages = [breakage for breakage in BREAKAGES if breakage.check == check]
        assert state == ("WRONG" if any(breakage.ok is False for breakage in breakages) else "note"), check
        for breakage in breakages:
            assert breakage.remedy in remedies, f"{check}: what helps against {breakage.name}"
