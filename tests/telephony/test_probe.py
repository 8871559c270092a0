"""The doctor's probe: what is amiss is named with its remedy, and whatever answers, it ends."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from ivr.errors import SettingsRefused
from ivr.telephony.probe import Finding, probe_ami
from tests.telephony.ami.fake_manager import FakeManager, fake_manager

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOUND = {
    "AST_CONFIG(manager.conf,ivr,read)": "call, agent, user, cdr",
    "AST_CONFIG(manager.conf,general,timestampevents)": "yes",
    "AST_CONFIG(queues.conf,support,setinterfacevar)": "yes",
    "AST_CONFIG(queues.conf,support,strategy)": "ringall",
    "DIALPLAN_EXISTS(ivr-rating,s,1)": "1",
    "IFMODULE(func_shell.so)": "0",
    "IFMODULE(app_system.so)": "0",
}
LEAST = "CoreStatus: Show PBX core status variables.  (Priv: system,reporting,all)\nCoreShowChannels: List.  (Priv: x)"


def asterisk(function: dict[str, str] | None = None, commands: str = LEAST, ping: float = 0.0) -> dict[str, object]:
    """Return the settings of a fake manager that is as it should be, but for what is given."""
    values = {**SOUND, **(function or {})}
    return {
        "function": lambda expression: values.get(expression, "1" if expression.startswith("IFMODULE") else ""),
        "answers": {
            "CoreSettings": ("Response: Success\nActionID: {id}\nAsteriskVersion: 22.10.1+dfsg",),
            "ListCommands": (f"Response: Success\nActionID: {{id}}\n{commands}",),
            "Ping": (f"Response: Success\nActionID: {{id}}\nPing: Pong\nTimestamp: {NOON.timestamp() + ping}",),
            "QueueStatus": (
                "Response: Success\nActionID: {id}\nEventList: start\nMessage: Queue status will follow",
                "Event: QueueParams\nActionID: {id}\nQueue: support",
                "Event: QueueMember\nActionID: {id}\nQueue: support\nName: 李娜",
                "Event: QueueStatusComplete\nActionID: {id}\nEventList: Complete\nListItems: 2",
            ),
        },
    }


async def probed(manager: FakeManager, *, secret: str = "right", queues: tuple[str, ...] = ()) -> list[Finding]:
    return await asyncio.to_thread(
        probe_ami,
        "127.0.0.1",
        manager.port,
        "ivr",
        secret,
        clock=lambda: NOON,
        queues=queues,
        deadline_seconds=0.3,
    )


def of(findings: list[Finding], check: str) -> Finding:
    (finding,) = [finding for finding in findings if finding.check == check]
    return finding


async def test_a_sound_asterisk_has_no_fault() -> None:
    async with fake_manager(**asterisk()) as manager:
        findings = await probed(manager, queues=("support",))
        assert manager.said_goodbye == 1
    assert {finding.ok for finding in findings} == {True}, findings
    assert "22.10.1" in of(findings, "Asterisk version").detail
    assert "2026-03-02 10:00:00" in of(findings, "Asterisk version").detail
    names = {action["Action"] for action in manager.actions}
    assert names == {
        "Login",
        "CoreSettings",
        "CoreStatus",
        "ListCommands",
        "Getvar",
        "QueueStatus",
        "Ping",
        "Logoff",
    }, "it looks and changes nothing"


@pytest.mark.parametrize(
    ("change", "check", "ok", "words"),
    [
        ({"commands": LEAST + "\nOriginate: x\nCommand: y"}, "AMI write rights", False, "Originate, Command"),
        ({"commands": "Ping: x"}, "AMI write rights", False, "may not use CoreStatus, CoreShowChannels"),
        ({"function": {"AST_CONFIG(manager.conf,ivr,read)": "user"}}, "AMI read rights", False, "agent, call"),
        ({"function": {"AST_CONFIG(manager.conf,ivr,read)": "all"}}, "AMI read rights", None, "wider"),
        ({"function": {"AST_CONFIG(manager.conf,ivr,read)": ""}}, "AMI read rights", None, "could not be seen"),
        ({"function": {"AST_CONFIG(manager.conf,general,timestampevents)": ""}}, "AMI timestamps", None, "no time"),
        ({"function": {"IFMODULE(app_dtmfstore.so)": "0"}}, "module app_dtmfstore.so", False, "such a key is lost"),
        ({"function": {"IFMODULE(func_shell.so)": "1"}}, "module func_shell.so", None, "shell"),
        ({"function": {"IFMODULE(func_module.so)": ""}}, "Asterisk modules", None, "func_module"),
        ({"function": {"AST_CONFIG(queues.conf,support,setinterfacevar)": ""}}, "queue support", False, "who answered"),
        ({"function": {"DIALPLAN_EXISTS(ivr-rating,s,1)": "0"}}, "dialplan ivr-rating", False, "no context"),
        ({"ping": 90.0}, "clock", False, "+90.000 s"),
    ],
)
async def test_each_fault_is_named_with_a_remedy(
    change: dict[str, object], check: str, *, ok: bool | None, words: str
) -> None:
    async with fake_manager(**asterisk(**change)) as manager:  # type: ignore[arg-type]
        findings = await probed(manager)
    finding = of(findings, check)
    assert finding.ok is ok
    assert words in finding.detail
    assert finding.remedy
    assert {other.ok for other in findings if other is not finding} == {True}


async def test_a_realtime_queue_is_not_called_wrong() -> None:
    unseen = {"AST_CONFIG(queues.conf,support,setinterfacevar)": "", "AST_CONFIG(queues.conf,support,strategy)": ""}
    async with fake_manager(**asterisk(unseen)) as manager:
        assert of(await probed(manager), "queue support").ok is None


async def test_a_queue_that_asterisk_lacks_is_named() -> None:
    async with fake_manager(**asterisk()) as manager:
        finding = of(await probed(manager, queues=("suport",)), "queue suport")
    assert finding.ok is False
    assert "support" in finding.remedy


async def test_a_wrong_secret_is_one_finding() -> None:
    async with fake_manager() as manager:
        (finding,) = await probed(manager, secret="hunter2")
    assert (finding.check, finding.ok) == ("AMI sign-in", False)
    assert "Authentication failed" in finding.detail
    assert "hunter2" not in str(finding)


async def test_a_secret_with_a_line_break_is_never_sent() -> None:
    async with fake_manager() as manager:
        with pytest.raises(SettingsRefused):
            await probed(manager, secret="a\r\nAction: Originate")
        assert manager.actions == []


async def test_nobody_there_and_another_service_are_told() -> None:
    async with fake_manager(greeting=b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n") as manager:
        (finding,) = await probed(manager)
    assert (finding.check, finding.ok) == ("AMI address", False)
    assert "not Asterisk's manager" in finding.detail
    (finding,) = await probed(manager)
    assert "refused" in finding.detail


@pytest.mark.parametrize("silent", ["Login", "ListCommands", "QueueStatus"])
async def test_an_asterisk_that_falls_silent_ends_the_probe(silent: str) -> None:
    settings = asterisk()
    settings["answers"][silent] = None  # type: ignore[index]
    threads = threading.active_count()
    async with fake_manager(**settings) as manager:
        findings = await probed(manager)
    assert findings[-1].ok is False
    assert f"did not answer {silent} within 0.3 s" in findings[-1].detail
    assert threading.active_count() <= threads + 1, "only the event loop's own worker thread may stay"
