"""The server over real sockets: health probes, slow and hostile peers, two calls at once, and the stop."""

import asyncio
import socket
from ipaddress import ip_network

import pytest

from ivr.errors import AddressInUse, SettingsRefused
from ivr.telephony.agi import server as server_module
from ivr.telephony.agi.admission import Limits
from ivr.telephony.agi.door import Door
from ivr.telephony.agi.framing import LONGEST_LINE
from ivr.telephony.agi.request import AgiRequest
from ivr.telephony.agi.server import FastAgiServer
from ivr.telephony.agi.session import VERBS, AgiSession
from tests.telephony.agi.fake_asterisk import Dial, FakeAsterisk, serving


async def greet(request: AgiRequest, session: AgiSession) -> None:
    await session.command(f"NOOP {request.uniqueid}", 5)


async def fail(_request: AgiRequest, _session: AgiSession) -> None:
    raise RuntimeError("a fault of one call")


async def test_a_health_probe_leaves_nothing_behind() -> None:
    async with serving({"greet": greet}) as (server, dial):
        for _ in range(20):
            await (await dial()).hang_up()
        asterisk = await dial()
        await asterisk.ask("greet")
        assert await asterisk.hear() == "NOOP 1700000000.1"
        assert server.sessions == 1


async def test_a_header_that_does_not_come_in_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEADER_DEADLINE_SECONDS", 0.01)
    async with serving({"greet": greet}) as (_, dial):
        asterisk = await dial()
        await asterisk.send("agi_network: yes\nagi_")
        assert await asterisk.hear() == ""


async def test_the_deadline_of_the_header_does_not_end_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEADER_DEADLINE_SECONDS", 0.05)
    released = asyncio.Event()

    async def wait(_request: AgiRequest, session: AgiSession) -> None:
        await released.wait()
        await session.command("NOOP", 5)

    async with serving({"wait": wait}) as (_, dial):
        asterisk = await dial()
        await asterisk.ask("wait")
        await asyncio.sleep(0.1)
        released.set()
        assert await asterisk.hear() == "NOOP"


@pytest.mark.parametrize("flood", ["x" * (LONGEST_LINE + 1), "agi_a: b\n" * 4000, "GET / HTTP/1.1\r\n\r\n", "\n"])
async def test_what_is_no_header_is_cut_off(flood: str) -> None:
    async with serving({"greet": greet}) as (server, dial):
        asterisk = await dial()
        await asterisk.send(flood)
        assert await asterisk.hear() == ""
        assert server.sessions == 0


async def test_a_peer_that_floods_an_open_call_is_cut_off() -> None:
    async with serving({"greet": greet}) as (_, dial):
        asterisk = await dial()
        await asterisk.ask("greet")
        assert await asterisk.hear() == "NOOP 1700000000.1"
        await asterisk.send("200 result=0\n" * 1000)
        assert await asterisk.hear() == ""


async def test_a_reply_before_the_first_command_is_refused() -> None:
    async with serving({"greet": greet}) as (_, dial):
        asterisk = await dial()
        await asterisk.send("agi_network_script: greet\nagi_uniqueid: 1.1\n\n200 result=0\n")
        assert await asterisk.hear() == ""


async def test_a_caller_who_hangs_up_with_the_header_is_still_a_call() -> None:
    noticed = asyncio.get_running_loop().create_future()

    async def look(_request: AgiRequest, session: AgiSession) -> None:
        noticed.set_result(session.hung_up)

    async with serving({"look": look}) as (_, dial):
        asterisk = await dial()
        await asterisk.send("agi_network_script: look\nagi_uniqueid: 1.1\n\nHANGUP\n")
        assert await asterisk.hear() == ""
    assert noticed.result() is True


@pytest.mark.parametrize("script", ["unknown", "", "greet/../fail"])
async def test_an_unknown_script_is_refused(script: str) -> None:
    async with serving({"greet": greet, "fail": fail}) as (_, dial):
        asterisk = await dial()
        await asterisk.ask(script)
        assert await asterisk.hear() == ""


async def test_a_request_without_a_channel_is_refused() -> None:
    async with serving({"greet": greet}) as (_, dial):
        asterisk = await dial()
        await asterisk.ask("greet", uniqueid="")
        assert await asterisk.hear() == ""


async def test_one_call_s_fault_does_not_reach_another() -> None:
    async with serving({"greet": greet, "fail": fail}) as (_, dial):
        first, second = await dial(), await dial()
        await first.ask("greet", uniqueid="1.1")
        await second.ask("fail", uniqueid="2.2")
        assert await second.hear() == ""
        assert await first.hear() == "NOOP 1.1"
        third = await dial()
        await third.ask("/greet", uniqueid="3.3")
        assert await third.hear() == "NOOP 3.3"
        await third.send("200 result=0\n")
        await first.send("200 result=0\n")
        assert (await first.hear(), await third.hear()) == ("", "")


async def test_stop_lets_a_running_call_end_and_takes_no_new_one() -> None:
    released = asyncio.Event()

    async def wait(_request: AgiRequest, session: AgiSession) -> None:
        await session.command("NOOP", 5)
        await released.wait()
        await session.command("SET VARIABLE IVR_RESULT done", 5)

    async with serving({"wait": wait}) as (server, dial):
        asterisk, idle = await dial(), await dial()
        await asterisk.ask("wait")
        await asterisk.answer("NOOP", "200 result=1")
        stopping = asyncio.create_task(server.stop())
        assert await idle.hear() == ""
        with pytest.raises(OSError, match="Connect call failed"):
            await dial()
        released.set()
        await asterisk.answer("SET VARIABLE IVR_RESULT done", "200 result=1")
        await stopping
        assert await asterisk.hear() == ""
        assert server.sessions == 0


async def test_a_stopping_server_still_takes_the_last_keys_of_those_who_are_being_asked() -> None:
    brought = asyncio.Event()

    async def wait(_request: AgiRequest, session: AgiSession) -> None:
        await session.command("NOOP", 5)
        await brought.wait()

    async def left(_request: AgiRequest, session: AgiSession) -> None:
        brought.set()
        await session.command("SET VARIABLE IVR_LEFT done", 5)

    server = FastAgiServer({"wait": wait, "left": left}, finishing={"left"}, verbs=VERBS | {"NOOP"})
    dial = Dial(*await server.start("127.0.0.1", 0))
    try:
        asked = await dial()
        await asked.ask("wait")
        await asked.answer("NOOP", "200 result=1")
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        newcomer = await dial()
        await newcomer.ask("wait", uniqueid="2.2")
        assert await newcomer.hear() == ""
        handler = await dial()
        await handler.ask("left")
        await handler.answer("SET VARIABLE IVR_LEFT done", "200 result=1")
        await stopping
        with pytest.raises(OSError, match="Connect call failed"):
            await dial()
    finally:
        await dial.hang_up_all()
        await server.stop()


async def test_a_call_that_outlasts_the_drain_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_DRAIN_SECONDS", 0.01)

    async def hang(_request: AgiRequest, session: AgiSession) -> None:
        await session.command("NOOP", 600)

    async with serving({"hang": hang}) as (server, dial):
        asterisk = await dial()
        await asterisk.ask("hang")
        assert await asterisk.hear() == "NOOP"
        await server.stop()
        assert await asterisk.hear() == ""
        assert server.sessions == 0


async def test_stop_without_a_start_does_nothing() -> None:
    await FastAgiServer({}).stop()


async def test_a_used_port_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressInUse) as fault:
            await FastAgiServer({}).start("127.0.0.1", port)
    assert str(fault.value) == (
        f"FastAGI cannot listen on 127.0.0.1:{port}: the address is in use; "
        "stop the other program, or choose another with IVR_AGI_BIND"
    )


async def test_an_address_of_another_machine_is_refused_with_the_setting_s_name() -> None:
    with pytest.raises(SettingsRefused, match="set IVR_AGI_BIND to an address of this machine"):
        await FastAgiServer({}, door=Door(allowed=[ip_network("192.0.2.0/24")])).start("192.0.2.1", 4573)


class Counts:
    """A meter that keeps what it is told."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        self.lost: list[str] = []
        self.answered: list[str] = []
        self.gaps = 0

    def agi_refused(self, reason: str) -> None:
        self.refused.append(reason)

    def agi_lost(self, reason: str) -> None:
        self.lost.append(reason)

    def agi_answered(self, verb: str, seconds: float) -> None:
        assert seconds >= 0
        self.answered.append(verb)

    def agi_gap(self, seconds: float) -> None:
        assert seconds >= 0
        self.gaps += 1


async def hold(_request: AgiRequest, session: AgiSession) -> None:
    await session.command("NOOP", 5)
    await session.command("NOOP", 5)


async def test_a_call_beyond_the_cap_is_turned_away_at_once_and_the_next_after_one_has_ended_is_not() -> None:
    counts = Counts()
    door = Door(Limits(sessions=1, sessions_of_peer=1))
    async with serving({"hold": hold}, door=door, meter=counts) as (_, dial):
        first, second = await dial(), await dial()
        await first.ask("hold")
        assert await first.hear() == "NOOP"
        await second.ask("hold")
        assert await second.hear() == ""
        assert counts.refused == ["sessions_full"]
        await first.hang_up()
        async with asyncio.timeout(10):
            while await _is_refused(await dial()):
                pass


async def _is_refused(asterisk: FakeAsterisk) -> bool:
    await asterisk.ask("hold")
    return await asterisk.hear() == ""


async def test_last_keys_come_in_beyond_the_cap() -> None:
    server = FastAgiServer(
        {"hold": hold, "left": hold}, finishing={"left"}, door=Door(Limits(sessions=1)), verbs=VERBS | {"NOOP"}
    )
    dial = Dial(*await server.start("127.0.0.1", 0))
    try:
        asked, left = await dial(), await dial()
        await asked.ask("hold")
        assert await asked.hear() == "NOOP"
        await left.ask("left")
        assert await left.hear() == "NOOP"
    finally:
        await dial.hang_up_all()
        await server.stop()


async def test_those_who_wait_longest_with_half_a_header_make_room_for_a_caller() -> None:
    counts = Counts()
    async with serving({"hold": hold}, door=Door(Limits(unfinished=3, unfinished_at_most=3)), meter=counts) as (
        server,
        dial,
    ):
        drips = [await dial() for _ in range(3)]
        for drip in drips:
            await drip.send("agi_network")
        caller = await dial()
        await caller.ask("hold")
        assert await caller.hear() == "NOOP"
        assert await drips[0].hear() == ""
        assert server.unfinished == 2
    assert counts.refused[0] == "crowded_out"


@pytest.mark.parametrize(
    ("path", "served"),
    [
        ("0123456789abcdef/greet", True),
        ("/0123456789abcdef/greet", True),
        ("greet", False),
        ("/greet", False),
        ("0123456789abcdeg/greet", False),
        ("é/greet", False),
        ("", False),
        ("0123456789abcdef", False),
    ],
)
async def test_a_secret_in_the_path_is_asked_for(path: str, *, served: bool) -> None:
    counts = Counts()
    async with serving({"greet": greet}, door=Door(secret="0123456789abcdef"), meter=counts) as (_, dial):
        asterisk = await dial()
        await asterisk.ask(path)
        assert (await asterisk.hear() == "NOOP 1700000000.1") is served
    assert counts.refused == ([] if served else ["unknown_script" if path == "0123456789abcdef" else "wrong_secret"])


async def test_a_peer_outside_the_allowed_networks_gets_no_answer() -> None:
    counts = Counts()
    async with serving({"greet": greet}, door=Door(allowed=[ip_network("192.0.2.0/24")]), meter=counts) as (_, dial):
        asterisk = await dial()
        assert await asterisk.hear() == ""
    assert counts.refused == ["peer_not_allowed"]


async def test_an_address_that_others_reach_is_not_listened_on_without_a_network() -> None:
    with pytest.raises(SettingsRefused, match="set IVR_AGI_ALLOW to the addresses of your Asterisk"):
        await FastAgiServer({}).start("0.0.0.0", 0)


async def test_an_open_address_is_listened_on_where_a_network_is_allowed() -> None:
    server = FastAgiServer({"greet": greet}, door=Door(allowed=[ip_network("127.0.0.0/8")]), verbs=VERBS | {"NOOP"})
    _, port = await server.start("0.0.0.0", 0)
    dial = Dial("127.0.0.1", port)
    try:
        asterisk = await dial()
        await asterisk.ask("greet")
        assert await asterisk.hear() == "NOOP 1700000000.1"
    finally:
        await dial.hang_up_all()
        await server.stop()


async def test_commands_and_the_gaps_between_them_are_measured() -> None:
    counts = Counts()
    async with serving({"hold": hold}, meter=counts) as (_, dial):
        asterisk = await dial()
        await asterisk.ask("hold")
        await asterisk.answer("NOOP", "200 result=0")
        await asterisk.answer("NOOP", "200 result=0")
        assert await asterisk.hear() == ""
    assert (counts.answered, counts.gaps, counts.lost) == (["NOOP", "NOOP"], 1, [])


async def test_a_lost_framing_is_counted_once() -> None:
    counts = Counts()
    async with serving({"hold": hold}, meter=counts) as (_, dial):
        asterisk = await dial()
        await asterisk.ask("hold")
        assert await asterisk.hear() == "NOOP"
        await asterisk.send("what?\nwhat?\n")
        assert await asterisk.hear() == ""
    assert counts.lost == ["framing"]
