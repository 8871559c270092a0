"""The listener over a real socket: sign-in, dead links, slow and raising handlers, a clean end."""

import asyncio
from dataclasses import replace

import pytest
import structlog

from ivr.domain.calls import CallArrived, CallGone, EndedBy, Leg
from ivr.errors import AmiRefused, DatabaseRefused, SettingsRefused
from ivr.telephony.ami import connection, handler, settling
from ivr.telephony.ami.backoff import Backoff
from ivr.telephony.ami.stream import EventStream
from tests.telephony.ami.fake_manager import FakeManager, fake_manager, listed, transcript, wire
from tests.telephony.ami.hostile import AT
from tests.telephony.ami.office import ACCOUNT, Office, call, listener_for, running, until


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What was logged, whatever another test has made of the logging."""
    capture = structlog.testing.LogCapture()
    for module in (connection, handler, settling):
        monkeypatch.setattr(module, "log", structlog.wrap_logger(structlog.PrintLogger(), processors=[capture]))
    return capture.entries  # type: ignore[return-value]


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


async def test_another_service_on_the_port_is_named_in_the_log(logs: list[dict[str, object]]) -> None:
    async with fake_manager(greeting=b"SSH-2.0-OpenSSH_9\r\n") as manager, running(listener_for(manager, Office())):
        await until(lambda: manager.links >= 2)
    assert any("is not Asterisk's manager" in str(log.get("reason")) for log in logs)


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
    monkeypatch.setattr(settling, "RETRY_SECONDS", (0.01, 0.01))
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
    monkeypatch.setattr(settling, "RETRY_SECONDS", (0.01, 0.01))
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
        assert (office.discarded["malformed"], listening.handler_failures) == (2, 0)


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


async def waits_of(manager: FakeManager, logs: list[dict[str, object]], **changes: object) -> list[object]:
    """Return the first five waits before a new link, without chance."""
    office = Office()
    account = replace(ACCOUNT, port=manager.port, retry_most_seconds=0.08, **changes)  # type: ignore[arg-type]
    stream = EventStream(10, 1 << 20, office)
    link = connection.AmiConnection(account, stream, clock=lambda: AT, meter=office, jitter=lambda: 1.0)
    task = asyncio.create_task(link.run())

    def waits() -> list[object]:
        return [log["retry_in_seconds"] for log in logs if log["event"] == "ami_link_down"]

    while len(waits()) < 5:
        pings = len(manager.named("Ping"))
        if manager.answers.get("Ping", ()) is not None:
            await until(lambda pings=pings: len(manager.named("Ping")) > pings + 2)
            await manager.drop()
        downs = len(waits())
        await until(lambda downs=downs: len(waits()) > downs)
    task.cancel()
    await asyncio.wait({task})
    return waits()[:5]


async def test_links_that_die_young_are_tried_ever_more_rarely(logs: list[dict[str, object]]) -> None:
    async with fake_manager(answers={"Ping": None}) as manager:
        waits = await waits_of(manager, logs, ping_every_seconds=0.01, answer_seconds=0.03)
    assert waits == [0.01, 0.02, 0.04, 0.08, 0.08]


async def test_a_link_that_has_answered_a_ping_is_made_anew_at_once(logs: list[dict[str, object]]) -> None:
    async with fake_manager() as manager:
        assert await waits_of(manager, logs, ping_every_seconds=0.01) == [0.01] * 5
