"""The doctor's round through a manager: it only looks, and whatever answers, it ends."""

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.errors import SettingsRefused
from ivr.telephony.ami.account import AmiAccount
from ivr.telephony.ami.manager_session import ManagerSession
from ivr.telephony.probe.asterisk import Expected, probe_asterisk
from ivr.telephony.probe.findings import Finding, PbxCheck
from ivr.telephony.probe.invitation_entry import BeforeQueue
from ivr.telephony.probe.service_address import service_address
from ivr.telephony.probe.sounds import sounds
from ivr.telephony.probe.view import PbxView
from tests.telephony.ami.fake_manager import FakeManager, fake_manager

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SUCCESS = "Response: Success\nActionID: {id}"
MAY = "\n".join(f"{name}: It does.  (Priv: x)" for name in ("CoreStatus", "CoreShowChannels", "Getvar", "ShowDialPlan"))
OPTIONS = {
    "AST_CONFIG(manager.conf,general,enabled)": "yes",
    "AST_CONFIG(manager.conf,ivr,read)": "call, agent, user, cdr",
    "AST_CONFIG(queues.conf,support,setinterfacevar)": "yes",
}


def asterisk(
    version: str = "22.10.1+dfsg", commands: str = MAY, **answers: tuple[str, ...] | None
) -> dict[str, object]:
    """Return the settings of a fake manager."""
    return {
        "function": lambda expression: OPTIONS.get(expression, "1" if expression.startswith("IFMODULE") else ""),
        "answers": {
            "CoreSettings": (f"{SUCCESS}\nAsteriskVersion: {version}",),
            "ListCommands": (f"{SUCCESS}\n{commands}",),
            "Ping": (f"{SUCCESS}\nPing: Pong\nTimestamp: {NOON.timestamp()}",),
            "QueueStatus": (
                f"{SUCCESS}\nEventList: start\nMessage: Queue status will follow",
                "Event: QueueParams\nActionID: {id}\nQueue: support",
                "Event: QueueMember\nActionID: {id}\nQueue: support\nName: 李娜",
                "Event: QueueStatusComplete\nActionID: {id}\nEventList: Complete\nListItems: 2",
            ),
            "ShowDialPlan": (
                f"{SUCCESS}\nEventList: start\nMessage: DialPlan list will follow",
                "Event: ListDialplan\nActionID: {id}\nContext: internal\nSwitch: Realtime/internal@",
                "Event: ShowDialPlanComplete\nActionID: {id}\nEventList: Complete\nListItems: 1",
            ),
            **answers,
        },
    }


def expected(*queues: str) -> Expected:
    return Expected(
        clock=lambda: NOON,
        zone=UTC,
        pbx="default",
        queues=queues,
        dialplan=(),
        prompts={},
        visit=lambda check, address: Finding.sound(check, str(address)),
        before_queue=BeforeQueue(),
    )


async def probed(manager: FakeManager, *queues: str, secret: str = "right", host: str = "127.0.0.1") -> list[Finding]:
    account = AmiAccount(host, manager.port, "ivr", secret, answer_seconds=0.3)
    return await asyncio.to_thread(probe_asterisk, account, expected(*queues))


def of(findings: list[Finding], check: PbxCheck) -> Finding:
    (finding,) = [finding for finding in findings if finding.check is check]
    return finding


async def test_it_looks_and_changes_nothing() -> None:
    async with fake_manager(**asterisk()) as manager:
        findings = await probed(manager, "support")
        assert manager.said_goodbye == 1
    assert "2026-03-02 10:00:00" in of(findings, PbxCheck.VERSION).detail
    assert {action["Action"] for action in manager.actions} == {
        "Login", "CoreSettings", "CoreStatus", "ListCommands", "Getvar", "QueueStatus", "ShowDialPlan", "Ping",
        "Logoff",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("version", "ok"),
    [
        ("22.10.1+dfsg+~cs6.17.60671434-1", True),
        ("18.6.0", True),
        ("20.19.0~dfsg+~cs6.15", True),
        ("certified/18.9-cert5", True),
        ("certified-20.7-cert1", True),
        ("GIT-21-1a2b3c4d", True),
        ("18.5.1", False),
        ("16.28.0~dfsg-0+deb11u4", False),
        ("certified/16.8-cert14", False),
        ("23.0.0", None),
        ("", None),
        ("unknown", None),
    ],
)
async def test_versions_are_read_as_they_are_written(version: str, *, ok: bool | None) -> None:
    async with fake_manager(**asterisk(version)) as manager:
        assert of(await probed(manager), PbxCheck.VERSION).ok is ok


async def test_a_queue_of_a_database_is_not_called_wrong() -> None:
    unseen = {
        "function": lambda expression: "" if "queues.conf" in expression else OPTIONS.get(expression, "1"),
    }
    async with fake_manager(**(asterisk() | unseen)) as manager:
        assert of(await probed(manager), PbxCheck.QUEUES).ok is None


async def test_a_rating_behind_a_switch_is_not_called_missing() -> None:
    async with fake_manager(**asterisk()) as manager:
        finding = of(await probed(manager), PbxCheck.ENTRY)
    assert finding.ok is None
    assert "switch" in finding.detail


async def test_a_dialplan_that_may_not_be_seen_is_not_called_missing() -> None:
    refused = ("Response: Error\nActionID: {id}\nMessage: Permission denied",)
    async with fake_manager(**asterisk(ShowDialPlan=refused)) as manager:
        findings = await probed(manager)
    assert {of(findings, check).ok for check in (PbxCheck.CONTEXT, PbxCheck.ENTRY, PbxCheck.LEAVE_OPTIONS)} == {None}


async def test_a_wrong_secret_is_told_without_the_secret() -> None:
    async with fake_manager() as manager:
        findings = await probed(manager, secret="hunter2")
    assert [finding.check for finding in findings] == [PbxCheck.ADDRESS, PbxCheck.SIGN_IN]
    assert findings[1].ok is False
    assert "hunter2" not in str(findings)


async def test_a_secret_with_a_line_break_is_never_sent() -> None:
    async with fake_manager() as manager:
        with pytest.raises(SettingsRefused):
            await probed(manager, secret="a\r\nAction: Originate")
        assert manager.actions == []


async def test_nobody_there_and_another_service_are_told() -> None:
    async with fake_manager(greeting=b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n") as manager:
        (finding,) = await probed(manager)
    assert (finding.check, finding.ok) == (PbxCheck.ADDRESS, False)
    assert "not Asterisk's manager" in finding.detail
    (finding,) = await probed(manager)
    assert "refused" in finding.detail


@pytest.mark.parametrize("silent", ["Login", "ListCommands", "QueueStatus", "ShowDialPlan"])
async def test_an_asterisk_that_falls_silent_ends_the_probe(silent: str) -> None:
    threads = threading.active_count()
    async with fake_manager(**asterisk(**{silent: None})) as manager:
        findings = await probed(manager)
    finding = of(findings, PbxCheck.ADDRESS)
    assert finding.ok is False
    assert f"did not answer {silent} within 0.3 s" in finding.detail
    assert threading.active_count() <= threads + 1, "only the event loop's own worker thread may stay"


async def test_what_lies_on_another_machine_is_not_called_wrong() -> None:
    def look(port: int) -> list[Finding]:
        with ManagerSession.sign_in("127.0.0.1", port, "ivr", "right", deadline_seconds=1.0) as session:
            view = PbxView(session, "ivr")
            built = {"en": {"intro": Path("/nowhere/en/ivr-rating/intro.wav")}}
            visit = expected().visit
            return [*sounds(view, built, same_machine=False), *service_address(view, visit, same_machine=False)]

    async with fake_manager(**asterisk()) as manager:
        findings = await asyncio.to_thread(look, manager.port)
    assert [(finding.check, finding.ok) for finding in findings] == [
        (PbxCheck.SOUNDS, None),
        (PbxCheck.SERVICE_ADDRESS, None),
    ]
    assert "nc -vz 127.0.0.1 4573" in findings[1].remedy


async def test_an_address_of_the_service_is_never_shown_with_its_secret() -> None:
    url = "agi://127.0.0.1:4573/the-secret-of-the-two?x"
    values = OPTIONS | {"IVR_AGI": url}
    settings = asterisk() | {"function": lambda expression: values.get(expression, "1")}
    async with fake_manager(**settings) as manager:
        finding = of(await probed(manager), PbxCheck.SERVICE_ADDRESS)
    assert finding.ok is None
    assert "the-secret-of-the-two" not in str(finding)
