"""Hostile and broken peers on a real connection: what the server answers, and under which reason it counts them.

Beside each of them a well-behaved call is open, and ends well.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from ivr.telephony.agi import server as server_module
from ivr.telephony.agi.admission import Refusal
from ivr.telephony.agi.framing import LONGEST_LINE, LONGEST_REPLY
from ivr.telephony.agi.request import AgiRequest
from ivr.telephony.agi.session import AgiSession
from tests.telephony.agi.fake_asterisk import FakeAsterisk, serving

PATIENCE_SECONDS = 10
COMMAND_SECONDS = 0.3


class Counts:
    """A meter that keeps what was counted, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def agi_refused(self, reason: str) -> None:
        self.told.append(f"refused {reason}")

    def agi_lost(self, reason: str) -> None:
        self.told.append(f"lost {reason}")

    def agi_answered(self, verb: str, seconds: float) -> None:
        assert seconds >= 0

    def agi_gap(self, seconds: float) -> None:
        assert seconds >= 0


@dataclass
class Script:
    """Asks twice and notes what became of it; waits a little first, if told so."""

    waits_seconds: float = 0.0
    requests: list[AgiRequest] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    async def __call__(self, request: AgiRequest, session: AgiSession) -> None:
        self.requests.append(request)
        await asyncio.sleep(self.waits_seconds)
        try:
            for number in (1, 2):
                await session.command(f"NOOP {number}", COMMAND_SECONDS)
        except Exception as fault:
            self.ended.append(type(fault).__name__)
            raise
        self.ended.append("well")


async def well_behaved(_request: AgiRequest, session: AgiSession) -> None:
    await session.command("NOOP", 60)


def header(script: str = "ask", uniqueid: str | None = "1700000000.1", *lines: str) -> bytes:
    channel = () if uniqueid is None else (f"agi_uniqueid: {uniqueid}",)
    return "\n".join(("agi_network: yes", f"agi_network_script: {script}", *channel, *lines, "", "")).encode()


MALFORMED, NO_CHANNEL = f"refused {Refusal.HEADER_MALFORMED}", f"refused {Refusal.NO_CHANNEL}"
UNKNOWN, LATE, EARLY = (
    f"refused {reason}" for reason in (Refusal.UNKNOWN_SCRIPT, Refusal.HEADER_LATE, Refusal.CLOSED_EARLY)
)

# Never served: what the peer sends, and the reason it is counted under.
TURNED_AWAY: dict[str, tuple[bytes, str]] = {
    "an HTTP request": (b"GET / HTTP/1.1\r\nHost: pbx\r\n\r\n", MALFORMED),
    "a TLS hello without a line end": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(11, 200)), LATE),
    "a TLS hello with a line end": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x0a", MALFORMED),
    "an AMI login": (b"Action: Login\r\nUsername: x\r\n\r\n", MALFORMED),
    "an empty line": (b"\n", NO_CHANNEL),
    "half a header": (header()[:-1], LATE),
    "a header of 129 lines": (b"agi_a: b\n" * 129, MALFORMED),
    "a header line of 8 KiB and a byte": (b"agi_a: " + b"x" * (LONGEST_LINE - 6) + b"\n\n", MALFORMED),
    "NULs": (b"\0" * 100 + b"\n", MALFORMED),
    "NULs without end": (b"\0" * (LONGEST_LINE + 1), MALFORMED),
    "a reply before the first command": (header() + b"200 result=0\n", MALFORMED),
    "garbage behind the header": (header() + b"hello\n", MALFORMED),
    "no uniqueid": (header(uniqueid=None), NO_CHANNEL),
    "an empty uniqueid": (header(uniqueid=""), NO_CHANNEL),
    "a uniqueid with NUL": (header(uniqueid="1.1\0"), NO_CHANNEL),
    "a uniqueid with a bell": (header(uniqueid="1\a.1"), NO_CHANNEL),
    "a uniqueid with a lone carriage return": (header(uniqueid="1.1\r2.2"), NO_CHANNEL),
    "a uniqueid longer than Asterisk's": (header(uniqueid="1" * 151), NO_CHANNEL),
    "a script above the root": (header("../ask"), UNKNOWN),
    "a script by a detour": (header("ask/../ask"), UNKNOWN),
    "a script with NUL": (header("ask\0"), UNKNOWN),
    "a script with an encoded NUL": (header("ask%00"), UNKNOWN),
    "a script that is encoded": (header("%61sk"), UNKNOWN),
    "a script in other letters": (header("ASK"), UNKNOWN),
    "no script": (header(""), UNKNOWN),
    "a query alone": (header("?ask"), UNKNOWN),
}

# Served: what the peer sends, and the uniqueid and the arguments that the script is given.
SERVED: dict[str, tuple[bytes, str, Mapping[str, str]]] = {
    "lines that end with CR LF": (header(uniqueid="1.1").replace(b"\n", b"\r\n"), "1.1", {}),
    "a script with a query": (header("/ask?x=../../etc", "1.1"), "1.1", {}),
    "a script between slashes": (header("//ask//", "1.1"), "1.1", {}),
    "a uniqueid with a path in it": (header("ask", "../../etc/passwd"), "../../etc/passwd", {}),
    "a uniqueid of another script": (header("ask", "1.1' OR 1=1; --"), "1.1' OR 1=1; --", {}),
    "a uniqueid that is no UTF-8": (header(uniqueid="x").replace(b"d: x", b"d: \xff\xc3"), "��", {}),
    "an argument of kilobytes": (header("ask", "1.1", "agi_arg_1: queue=" + "x" * 8000), "1.1", {"queue": "x" * 8000}),
    "an argument that cannot be decoded": (header("ask", "1.1", "agi_arg_1: site=%ZZ%4"), "1.1", {"site": "%ZZ%4"}),
    "an argument that is no UTF-8": (header("ask", "1.1", "agi_arg_1: site=%ff%c3"), "1.1", {"site": "��"}),
    "an argument with an encoded NUL": (header("ask", "1.1", "agi_arg_1: site=a%00"), "1.1", {}),
    "an argument with an encoded line end": (header("ask", "1.1", "agi_arg_1: agent=a%0ANOOP"), "1.1", {}),
    "an argument without a name": (header("ask", "1.1", "agi_arg_1: =x", "agi_arg_2: y"), "1.1", {"": "x"}),
    "a hundred arguments": (
        header("ask", "1.1", *(f"agi_arg_{number}: a{number}=b" for number in range(1, 101))),
        "1.1",
        {f"a{number}": "b" for number in range(1, 101)},
    ),
}

OK = b"200 result=0\n"
DROPPED = "ConnectionDropped"

# An open session: what the peer answers to each command, how the script ends, and what is counted.
ANSWERED: dict[str, tuple[tuple[bytes, ...], str, list[str]]] = {
    "as Asterisk does": ((OK, OK), "well", []),
    "with CR LF": ((b"200 result=0\r\n", b"200 result=1\r\n"), "well", []),
    "with a hang-up before it": ((b"HANGUP\n" + OK, OK), "well", []),
    "with trying before it": ((b"100 Trying...\n" + OK, OK), "well", []),
    "with an unknown command": ((b"510 Invalid or unknown command\n", OK), "well", []),
    "twice": ((OK + OK,), DROPPED, ["lost framing"]),
    "twice, once in one more segment": ((OK, OK + OK), "well", ["lost framing"]),
    "after the hang-up once too often": ((b"HANGUP\n" + OK + OK,), DROPPED, ["lost framing"]),
    "without result": ((b"200 OK\n",), DROPPED, ["lost framing"]),
    "with a result out of range": ((b"200 result=99999999999\n",), DROPPED, ["lost framing"]),
    "with an endpos beyond any number": ((b"200 result=0 endpos=" + b"9" * 400 + b"\n",), DROPPED, ["lost framing"]),
    "with a value that never closes": ((b"200 result=1 (((\n",), DROPPED, ["lost deadline"]),
    "with a value that closes too often": ((b"200 result=1 ())))\n", OK), "well", []),
    "with a usage without end": ((b"520-Invalid command syntax.\nUsage:\n",), DROPPED, ["lost deadline"]),
    "with half a line": ((b"200 result=0",), DROPPED, ["lost deadline"]),
    "with a lone carriage return": ((b"200 result=0\r",), DROPPED, ["lost deadline"]),
    "not at all": ((b"",), DROPPED, ["lost deadline"]),
    "with a line that never ends": ((b"2" * (LONGEST_LINE + 1),), DROPPED, ["lost framing"]),
    "with a value of 64 KiB": ((b"200 result=1 (" + b"line\n" * (LONGEST_REPLY // 5 + 1),), DROPPED, ["lost framing"]),
    "with NUL": ((b"\0\n",), DROPPED, ["lost framing"]),
    "with a header": ((header(),), DROPPED, ["lost framing"]),
    "with an HTTP request": ((b"GET / HTTP/1.1\r\n\r\n",), DROPPED, ["lost framing"]),
}


class Bytes:
    """Sends bytes as they are."""

    def __init__(self, asterisk: FakeAsterisk) -> None:
        self.hear = asterisk.hear
        self.hang_up = asterisk.hang_up
        self._writer = asterisk._writer

    async def send(self, data: bytes) -> None:
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ConnectionError:
            return  # closed already, as it should be


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEADER_DEADLINE_SECONDS", 0.3)


async def meet(what: bytes, script: Script, replies: tuple[bytes, ...] = (), *, leaves: bool = False) -> list[str]:
    """Let a peer send ``what`` and then a reply to each command, beside a good call; return what was counted."""
    counts = Counts()
    async with serving({"ask": script, "well": well_behaved}, meter=counts) as (server, dial):
        good = await dial()
        await good.ask("well", uniqueid="9.9")
        assert await good.hear() == "NOOP"
        peer = Bytes(await dial())
        await peer.send(what)
        if leaves:
            await peer.hang_up()
        else:
            await converse(peer, replies)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while server.sessions > 1 or server.unfinished:
                await asyncio.sleep(0.01)
        await good.send("200 result=0\n")
        assert await good.hear() == ""
        told = list(counts.told)
    assert counts.told == told, "the stop counts nothing more"
    return told


async def converse(peer: Bytes, replies: tuple[bytes, ...]) -> None:
    for number, reply in enumerate(replies, start=1):
        assert await peer.hear() == f"NOOP {number}"
        await peer.send(reply)
    assert await peer.hear() == ""


@pytest.mark.parametrize("what", TURNED_AWAY)
async def test_it_is_turned_away_and_counted(what: str) -> None:
    sent, reason = TURNED_AWAY[what]
    script = Script()
    assert await meet(sent, script) == [reason]
    assert script.requests == []


@pytest.mark.parametrize("what", SERVED)
async def test_it_is_served_and_harms_nothing(what: str) -> None:
    sent, uniqueid, arguments = SERVED[what]
    script = Script()
    assert await meet(sent, script, (OK, OK)) == []
    (request,) = script.requests
    assert (request.path.strip("/"), request.uniqueid, request.arguments) == ("ask", uniqueid, arguments)
    assert script.ended == ["well"]


@pytest.mark.parametrize("how", ANSWERED)
async def test_a_session_that_is_answered(how: str) -> None:
    replies, ended, counted = ANSWERED[how]
    script = Script()
    assert await meet(header(), script, replies) == counted
    assert script.ended == [ended]


@pytest.mark.parametrize("sent", [b"", b"agi_", header()[:-1]], ids=["at once", "in a word", "before the end"])
async def test_a_probe_that_closes_is_counted_as_one(sent: bytes) -> None:
    assert await meet(sent, Script(), leaves=True) == [EARLY]


async def test_a_peer_that_leaves_a_session_is_not_our_loss() -> None:
    script = Script()
    assert await meet(header(), script, leaves=True) == []
    assert script.ended in (["ConnectionEnded"], [])


async def test_a_reply_while_the_script_is_busy_ends_the_session() -> None:
    script = Script(waits_seconds=0.2)
    counts = Counts()
    async with serving({"ask": script}, meter=counts) as (_, dial):
        peer = Bytes(await dial())
        await peer.send(header())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not script.requests:
                await asyncio.sleep(0.01)
        await peer.send(b"HANGUP\n" + OK)
        assert await peer.hear() == ""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not script.ended:
                await asyncio.sleep(0.01)
    assert (script.ended, counts.told) == ([DROPPED], ["lost framing"])


async def test_dripping_does_not_buy_time() -> None:
    """A byte now and then keeps no connection open: the patience is with the whole header block."""
    counts = Counts()
    async with serving({"ask": Script()}, meter=counts) as (server, dial):
        peer = Bytes(await dial())
        async with asyncio.timeout(PATIENCE_SECONDS):
            for byte in header() * 100:
                if counts.told:
                    break
                await peer.send(bytes([byte]) if byte != 10 else b"x")
                await asyncio.sleep(0.01)
        assert await peer.hear() == ""
        assert server.unfinished == 0
    assert counts.told == [LATE]


def test_every_reason_that_a_single_peer_can_cause_has_its_input() -> None:
    caused = {reason.removeprefix("refused ") for _, reason in TURNED_AWAY.values()} | {Refusal.CLOSED_EARLY}
    by_crowd_or_settings = {
        *(Refusal.PEER_NOT_ALLOWED, Refusal.CROWDED_OUT, Refusal.WRONG_SECRET),
        *(Refusal.SESSIONS_FULL, Refusal.PEER_FULL, Refusal.STOPPING),
    }
    assert caused == set(Refusal) - by_crowd_or_settings
