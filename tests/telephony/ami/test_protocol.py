"""The link over real sockets: what one round of the loop may read, and answers that do not come."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import uvloop

from ivr.telephony.ami.actions import spell
from ivr.telephony.ami.framing import Framer
from ivr.telephony.ami.protocol import READ_BYTES, AmiProtocol, LinkLost
from ivr.telephony.ami.reading import WANTED
from ivr.telephony.ami.stream import EventStream
from tests.telephony.ami.fake_manager import GREETING, fake_manager, wire
from tests.telephony.ami.office import Office, listener_for, running, until


class Watched(AmiProtocol):
    """Notes in which round of the loop each full buffer came."""

    def __init__(self, office: Office) -> None:
        framer = Framer(WANTED)
        super().__init__(framer, EventStream(10, 1 << 20, office), lambda: datetime.now(UTC), office)
        self.round = 0
        self.full_in: list[int] = []

    def buffer_updated(self, nbytes: int) -> None:
        if nbytes == READ_BYTES:
            self.full_in.append(self.round)
        super().buffer_updated(nbytes)


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_flood_is_read_one_buffer_a_round(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    office = Office()
    flood = wire("Event: VarSet\nValue: " + "v" * 478)
    near, far = socket.socketpair()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_000_000)
    far.setblocking(False)
    sent = 0
    with suppress(BlockingIOError):
        far.sendall(GREETING)
        while True:
            sent += far.send(flood)

    async def read() -> Watched:
        loop = asyncio.get_running_loop()
        _, link = await loop.create_connection(lambda: Watched(office), sock=near)
        while office.discarded["unwanted"] < sent // len(flood):
            link.round += 1
            await asyncio.sleep(0)
        link.abort()
        await link.lost
        return link

    with asyncio.Runner(loop_factory=new_loop) as runner:
        link = runner.run(read())
    far.close()
    assert len(link.full_in) >= 2, "the socket held more than two buffers"
    assert len(set(link.full_in)) == len(link.full_in)


@pytest.mark.parametrize("action", ["Login", "CoreStatus", "CoreShowChannels", "Ping"])
async def test_an_answer_that_does_not_come_ends_the_link_and_a_new_one_is_tried(action: str) -> None:
    office = Office()
    async with fake_manager(answers={action: None}) as manager:
        async with running(listener_for(manager, office, answer_seconds=0.05, ping_every_seconds=0.01)):
            await until(lambda: len(manager.named(action)) >= 3)
        assert manager.links >= 3
    assert office.up[:2] == ([] if action == "Login" else [True, False])


async def test_an_answer_after_the_deadline_is_nobody_s() -> None:
    office = Office()
    async with fake_manager(answers={"Ping": None}) as manager:
        framer = Framer(WANTED)
        loop = asyncio.get_running_loop()
        stream = EventStream(10, 1 << 20, office)
        _, link = await loop.create_connection(
            lambda: AmiProtocol(framer, stream, lambda: datetime.now(UTC), office), "127.0.0.1", manager.port
        )
        late = spell("Ping")
        with pytest.raises(LinkLost, match=r"did not answer Ping within 0\.01 s"):
            await link.ask(late, 0.01)
        manager.send(wire(f"Response: Success\nActionID: {late.id}"))
        answer = await link.ask(spell("CoreStatus"), 5)
        assert answer.value("CoreStartupTime") == "10:00:00"
        assert office.discarded == {"unasked": 1}
        await link.close()
        with pytest.raises(LinkLost):
            await link.ask(spell("Ping"), 5)


async def test_a_link_that_breaks_tells_everybody_who_waits() -> None:
    async with fake_manager(answers={"Ping": None}) as manager:
        office = Office()
        loop = asyncio.get_running_loop()
        stream = EventStream(10, 1 << 20, office)
        _, link = await loop.create_connection(
            lambda: AmiProtocol(Framer(WANTED), stream, lambda: datetime.now(UTC), office), "127.0.0.1", manager.port
        )
        asked = [asyncio.create_task(link.ask(spell("Ping"), 60)) for _ in range(3)]
        await until(lambda: len(manager.named("Ping")) == 3)
        await manager.drop()
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [LinkLost] * 3


async def test_a_sign_in_that_is_neither_taken_nor_refused_is_tried_again() -> None:
    office = Office()
    perhaps = ("Response: Perhaps\nActionID: {id}",)
    async with fake_manager(answers={"Login": perhaps}) as manager, running(listener_for(manager, office)) as task:
        await until(lambda: manager.links >= 2)
        assert not task.done()
    assert office.up == []


async def test_the_time_without_a_link_is_noted_when_it_is_back() -> None:
    office = Office()
    async with fake_manager() as manager, running(listener_for(manager, office)):
        await until(lambda: office.snapshots)
        assert office.gaps == []
        await manager.drop()
        await until(lambda: office.gaps)
    assert len(office.gaps) == 1
    assert 0 < office.gaps[0] < 20
