"""The listener over a real socket: sign-in, dead links, slow and raising handlers, a clean end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
import structlog

from ivr.domain.calls import CallArrived, CallGone, EndedBy, Fact, Leg
from ivr.errors import AmiRefused, DatabaseRefused, SettingsRefused
from ivr.telephony.ami import connection, listener
from ivr.telephony.ami.account import AmiAccount
from ivr.telephony.ami.backoff import Backoff
from ivr.telephony.ami.listener import AmiListener
from tests.telephony.ami.fake_manager import FakeManager, fake_manager, listed, transcript, wire
from tests.telephony.ami.told import PEOPLE

ACCOUNT = AmiAccount(
    "127.0.0.1", 0, "ivr", "right", answer_seconds=0.3, retry_first_seconds=0.01, retry_most_seconds=0.02
)


@dataclass
class Office:
    """What stands behind the listener: takes facts and snapshots, knows who sits where, measures."""

    facts: list[Fact] = field(default_factory=list)
    snapshots: list[frozenset[str]] = field(default_factory=list)
    up: list[bool] = field(default_factory=list)
    dropped: int = 0
    lags: list[float] = field(default_factory=list)
    before: Callable[[], Awaitable[None]] | None = None
    directory_down: bool = False

    async def __call__(self, *facts: Fact) -> None:
        if self.before is not None:
            await self.before()
        self.facts += facts

    async def snapshot(self, live: frozenset[str]) -> None:
        self.snapshots.append(live)

    async def person_at(self, interface: str, at: datetime) -> str | None:
        if self.directory_down:
            raise ConnectionError("the database is away")
        return PEOPLE.get(interface)

    async def team_of(self, person: str, at: datetime) -> str | None:
        raise AssertionError("telephony knows no teams")

    def ami_connected(self, *, connected: bool) -> None:
        self.up.append(connected)

    def ami_dropped(self, events: int) -> None:
        self.dropped += events

    def ami_lagged(self, seconds: float) -> None:
        self.lags.append(seconds)


def listener_for(manager: FakeManager, office: Office, **changes: object) -> AmiListener:
    return AmiListener(
        replace(ACCOUNT, port=manager.port, **changes),  # type: ignore[arg-type]
        pbx="main",
        sink=office,
        on_snapshot=office.snapshot,
        directory=office,
        pseudonym=lambda number: f"h1:{number[-4:]}",
        clock=lambda: datetime.now(UTC),
        meter=office,
    )


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What was logged, whatever another test has made of the logging."""
    capture = structlog.testing.LogCapture()
    for module in (connection, listener):
        monkeypatch.setattr(module, "log", structlog.wrap_logger(structlog.PrintLogger(), processors=[capture]))
    return capture.entries  # type: ignore[return-value]


@asynccontextmanager
async def running(listener: AmiListener) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(listener.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(seen: Callable[[], object]) -> None:
    """Wait for what must come; a test that waits for ever is a failed one."""
    async with asyncio.timeout(20):
        while not seen():
            await asyncio.sleep(0.005)


def call(number: int) -> bytes:
    """Return a short call: joined, connected, completed, gone."""
    caller = f"Channel: PJSIP/trunk-{number:08x}\nUniqueid: 9.{number}\nLinkedid: 9.{number}\nCallerIDNum: 15551234567"
    agent = f"DestChannel: PJSIP/agent1-{number:08x}\nDestUniqueid: 8.{number}\nInterface: PJSIP/agent1"
    return wire(
        f"Event: QueueCallerJoin\n{caller}\nQueue: support",
        f"Event: AgentConnect\n{caller}\n{agent}\nQueue: support\nHoldTime: 1",
        f"Event: AgentComplete\n{caller}\n{agent}\nQueue: support\nHoldTime: 1\nTalkTime: 60\nReason: agent",
        f"Event: Hangup\n{caller}\nCause: 16",
    )


async def test_a_recorded_call_goes_from_the_socket_to_the_sink() -> None:
    office = Office()
    async with fake_manager(live=(listed("5.1"), listed("5.2"))) as manager, running(listener_for(manager, office)):
        await until(lambda: office.snapshots)
        manager.send(transcript("refer_to_queue").partition(b"\r\n\r\n")[2])
        await until(lambda: any(isinstance(fact, CallGone) for fact in office.facts))
    assert office.snapshots == [frozenset({"5.1", "5.2"})]
    assert [type(fact) for fact in office.facts] == [CallArrived, Leg, Leg, Leg, Leg, CallGone]
    assert [fact.ended_by for fact in office.facts if isinstance(fact, Leg) and fact.ended_by] == [
        EndedBy.TRANSFER,
        EndedBy.AGENT,
    ]
    assert office.lags
    assert min(office.lags) >= 0


async def test_it_asks_for_no_more_than_it_needs_and_says_good_bye() -> None:
    office = Office()
    async with fake_manager() as manager:
        async with running(listener_for(manager, office)) as task:
            await until(lambda: office.snapshots)
            assert not task.done()
        await until(lambda: manager.said_goodbye)
        assert manager.named("Login")[0]["Events"] == "call,agent,user"
        assert {action["Action"] for action in manager.actions} == {
            "Login",
            "CoreStatus",
            "CoreShowChannels",
            "Logoff",
        }
    assert office.up == [True, False]


async def test_a_refused_sign_in_is_one_sentence_and_never_tried_again(logs: list[dict[str, object]]) -> None:
    async with fake_manager() as manager:
        with pytest.raises(AmiRefused) as refusal:
            await listener_for(manager, Office(), secret="hunter2").run()
        assert manager.links == 1
        assert len(manager.named("Login")) == 1
    assert "refused the user ivr (Authentication failed); compare IVR_AMI_USER" in str(refusal.value)
    assert "hunter2" not in f"{refusal.value}{logs}"
    assert "right" not in repr(ACCOUNT)


@pytest.mark.parametrize("secret", ["a\r\nAction: Originate", "a\nb", "a\0b"])
async def test_a_secret_with_a_line_break_is_never_sent(secret: str) -> None:
    async with fake_manager() as manager:
        with pytest.raises(SettingsRefused):
            await listener_for(manager, Office(), secret=secret).run()
        assert manager.actions == []


async def test_a_link_that_no_longer_answers_is_noticed_and_made_anew(logs: list[dict[str, object]]) -> None:
    office = Office()
    async with fake_manager(answers={"Ping": None}) as manager:
        listening = listener_for(manager, office, ping_every_seconds=0.02, answer_seconds=0.05)
        async with running(listening):
            await until(lambda: manager.links >= 3)
    assert any(log.get("reason") == "Asterisk did not answer Ping within 0.05 s" for log in logs)
    assert office.up[:4] == [True, False, True, False]


async def test_a_link_that_answers_its_pings_is_kept() -> None:
    async with fake_manager() as manager, running(listener_for(manager, Office(), ping_every_seconds=0.01)):
        await until(lambda: len(manager.named("Ping")) > 5)
        assert manager.links == 1


async def test_a_broken_link_comes_back_with_a_fresh_list() -> None:
    office = Office()
    async with fake_manager(live=(listed("5.1"),)) as manager:
        listening = listener_for(manager, office)
        async with running(listening):
            await until(lambda: office.snapshots)
            manager.live = ()
            await manager.drop()
            await until(lambda: len(office.snapshots) == 2)
            manager.send(call(1))
            await until(lambda: len(office.facts) == 4)
        assert listening.connection.links == 2
        assert listening.connection.restarts == 0
    assert office.snapshots == [frozenset({"5.1"}), frozenset()]


async def test_a_restart_of_the_pbx_is_told_from_a_broken_link() -> None:
    office = Office()
    async with fake_manager() as manager:
        listening = listener_for(manager, office)
        async with running(listening):
            await until(lambda: office.snapshots)
            manager.started = "11:30:00"
            await manager.drop()
            await until(lambda: len(office.snapshots) == 2)
        assert listening.connection.restarts == 1


@pytest.mark.parametrize("greeting", [b"SSH-2.0-OpenSSH_9\r\n", b""])
async def test_another_service_on_the_port_is_no_sign_in(greeting: bytes, logs: list[dict[str, object]]) -> None:
    async with fake_manager(greeting=greeting) as manager:
        async with running(listener_for(manager, Office(), connect_seconds=0.1)):
            await until(lambda: manager.links >= 2)
        assert manager.actions == []
    assert any("manager" in str(log.get("reason")) for log in logs)


async def test_a_sink_that_raises_loses_its_own_facts_and_no_others(logs: list[dict[str, object]]) -> None:
    office = Office()
    failures = iter([True, False, False, False, False])

    async def raise_once() -> None:
        if next(failures):
            raise RuntimeError("the disk is full")

    office.before = raise_once
    async with fake_manager() as manager:
        listening = listener_for(manager, office)
        async with running(listening):
            await until(lambda: office.snapshots)
            manager.send(call(1))
            await until(lambda: office.facts and isinstance(office.facts[-1], CallGone))
        assert listening.handler_failures == 1
        assert manager.links == 1
    assert [type(fact) for fact in office.facts] == [Leg, Leg, CallGone]
    assert "ami_event_failed" in str(logs)
    assert "15551234567" not in str(logs)


async def test_a_ledger_that_refuses_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "RETRY_SECONDS", (0.01, 0.01))
    office = Office()
    refusals = iter([True, True, *[False] * 10])

    async def refuse_twice() -> None:
        if next(refusals):
            raise DatabaseRefused("the disk is full; free some space")

    office.before = refuse_twice
    async with fake_manager() as manager:
        listening = listener_for(manager, office)
        async with running(listening):
            await until(lambda: office.snapshots)
            manager.send(call(1))
            await until(lambda: len(office.facts) == 4)
        assert (listening.refusals, listening.handler_failures) == (2, 0)


async def test_a_ledger_that_refused_too_long_is_followed_by_a_new_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "RETRY_SECONDS", (0.01, 0.01))
    office = Office()
    refusals = iter([*[True] * 3, *[False] * 10])

    async def refuse_three_times() -> None:
        if next(refusals):
            raise DatabaseRefused("the disk is full; free some space")

    office.before = refuse_three_times
    async with fake_manager() as manager:
        listening = listener_for(manager, office)
        async with running(listening):
            await until(lambda: office.snapshots)
            manager.send(call(1))
            await until(lambda: len(office.snapshots) == 2)
        assert listening.handler_failures == 1


async def test_the_end_of_a_channel_that_is_asked_for_a_rating_is_told_whatever_it_did() -> None:
    office = Office()
    channel = "Channel: PJSIP/ana-00000001\nUniqueid: 8.1\nLinkedid: 8.1"
    async with fake_manager() as manager:
        listening = listener_for(manager, office)
        async with running(listening):
            await until(lambda: office.snapshots)
            manager.send(wire(f"Event: Newchannel\n{channel}"))
            listening.expect("8.1")
            manager.send(wire(f"Event: Hangup\n{channel}"))
            await until(lambda: office.facts)
    assert [(type(fact), fact.call.uniqueid) for fact in office.facts] == [(CallGone, "8.1")]


async def test_an_event_without_its_headers_is_skipped() -> None:
    office = Office()
    async with fake_manager() as manager:
        listening = listener_for(manager, office)
        async with running(listening):
            await until(lambda: office.snapshots)
            manager.send(wire("Event: AgentConnect\nQueue: support", "Event: Hangup\nTimestamp: never") + call(1))
            await until(lambda: len(office.facts) == 4)
        assert listening.handler_failures == 2


async def test_a_directory_that_is_away_does_not_stop_the_talk() -> None:
    office = Office(directory_down=True)
    async with fake_manager() as manager, running(listener_for(manager, office)):
        await until(lambda: office.snapshots)
        manager.send(call(1))
        await until(lambda: len(office.facts) == 4)
    assert [fact.agent for fact in office.facts if isinstance(fact, Leg)] == [None, None]


async def test_a_slow_sink_drops_counts_and_asks_again_what_lives() -> None:
    office = Office()
    gate = asyncio.Event()
    office.before = gate.wait
    async with fake_manager() as manager:
        listening = listener_for(manager, office, queue_limit=10, ping_every_seconds=0.01)
        async with running(listening):
            await until(lambda: office.snapshots)
            for number in range(50):
                manager.send(call(number))
            await until(lambda: listening.dropped > 150)
            pings = len(manager.named("Ping"))
            await until(lambda: len(manager.named("Ping")) > pings + 3)
            assert manager.links == 1, "the socket is drained and the link lives while the sink stands still"
            gate.set()
            await until(lambda: len(office.snapshots) >= 2)
            assert office.dropped == listening.dropped
            manager.send(call(99))
            await until(lambda: any(fact.call.uniqueid == "9.99" for fact in office.facts))


async def test_a_list_with_rows_missing_closes_no_live_call() -> None:
    office = Office()
    two = (listed("5.1"), listed("5.2"))
    async with fake_manager(live=two, rows_lost=1) as manager, running(listener_for(manager, office)):
        await until(lambda: manager.named("CoreShowChannels"))
        manager.send(call(1))
        await until(lambda: len(office.facts) == 4)
    assert office.snapshots == []


async def test_an_account_without_reporting_still_hears_events(logs: list[dict[str, object]]) -> None:
    office = Office()
    refused = ("Response: Error\nActionID: {id}\nMessage: Permission denied",)
    answers = {"CoreStatus": refused, "CoreShowChannels": refused}
    async with fake_manager(answers=answers) as manager, running(listener_for(manager, office)):
        await until(lambda: manager.named("CoreShowChannels"))
        manager.send(call(1))
        await until(lambda: len(office.facts) == 4)
    assert {log["action"] for log in logs if log["event"] == "ami_action_refused"} == {"CoreStatus", "CoreShowChannels"}
    assert all("write = reporting" in str(log["remedy"]) for log in logs if log["event"] == "ami_action_refused")


def test_waits_double_to_a_limit_with_jitter() -> None:
    shares = iter([1.0, 1.0, 0.0, 1.0, 1.0, 0.5])
    backoff = Backoff(1, 8, lambda: next(shares))
    assert [backoff.next_seconds() for _ in range(5)] == [1, 2, 2, 8, 8]
    backoff.reset()
    assert backoff.next_seconds() == 0.75
