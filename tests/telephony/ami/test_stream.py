"""The queue: bounded in events and in bytes, with a mark at the place of what is missing."""

import asyncio
import tracemalloc

import pytest

from ivr.telephony.ami.account import AmiAccount
from ivr.telephony.ami.framing import Framer
from ivr.telephony.ami.reading import WANTED
from ivr.telephony.ami.stream import EventStream, Gap, Item, LinkMade, RawEvents
from tests.telephony.ami.fake_manager import GREETING, wire
from tests.telephony.ami.hostile import AT
from tests.telephony.ami.office import Office

LINK = LinkMade(restarted=False)


def stream(limit: int, limit_bytes: int = 1 << 30) -> tuple[EventStream, Office]:
    office = Office()
    return EventStream(limit, limit_bytes, office), office


def taken(queue: EventStream) -> list[Item]:
    items = []
    while (item := queue.next()) is not None:
        items.append(item)
    return items


def named(*names: str) -> list[bytes]:
    return [name.encode() for name in names]


async def test_what_goes_in_comes_out_in_order() -> None:
    queue, _ = stream(10)
    queue.put(named("a", "b"), AT)
    queue.mark(LINK)
    queue.put(named("c"), AT)
    assert len(queue) == 3
    assert taken(queue) == [RawEvents(named("a", "b"), AT), LINK, RawEvents(named("c"), AT)]
    assert len(queue) == 0


async def test_what_does_not_fit_is_counted_and_marked_in_its_place() -> None:
    queue, office = stream(4)
    queue.put(named("a", "b", "c"), AT)
    queue.put(named("d", "e", "f"), AT)
    queue.put(named("g"), AT)
    queue.mark(LINK)
    assert taken(queue) == [RawEvents(named("a", "b", "c"), AT), RawEvents(named("d"), AT), Gap(3), LINK]
    assert (queue.dropped, office.dropped, office.discarded) == (3, 3, {"queue_full": 3})


async def test_bytes_are_a_limit_as_well() -> None:
    queue, office = stream(100, limit_bytes=10)
    queue.put([b"1234", b"567", b"8901", b"2"], AT)
    assert taken(queue) == [RawEvents([b"1234", b"567"], AT), Gap(2)]
    queue.put([b"123456789"], AT)
    assert taken(queue) == [RawEvents([b"123456789"], AT)]
    assert office.dropped == 2


async def test_an_event_over_the_limit_of_bytes_wakes_the_handler_with_its_gap() -> None:
    queue, _ = stream(100, limit_bytes=10)
    waiting = asyncio.create_task(queue.filled())
    await asyncio.sleep(0)
    queue.put([b"x" * 11], AT)
    await asyncio.wait_for(waiting, 5)
    assert taken(queue) == [Gap(1)]
    queue.put([b"x"], AT)
    assert taken(queue) == [RawEvents([b"x"], AT)]


async def test_a_queue_that_stays_full_has_few_gaps() -> None:
    """Each gap costs a list of live channels: one for every event that found room would never end."""
    queue, _ = stream(800)
    gaps = 0
    for _ in range(8000):
        queue.put(named("x"), AT)
        queue.put(named("y"), AT)
        gaps += isinstance(queue.next(), Gap)
    gaps += sum(isinstance(item, Gap) for item in taken(queue))
    assert 1 <= gaps <= 8000 / 100 + 2
    assert queue.dropped > 7000


@pytest.mark.parametrize("limit", [1, 2, 3, 8])
async def test_a_small_queue_recovers_too(limit: int) -> None:
    queue, _ = stream(limit)
    for _ in range(3):
        queue.put(named(*"abcdefghij"), AT)
        queue.mark(LINK)
        assert [type(item) for item in taken(queue)] == [RawEvents, Gap, LinkMade]


@pytest.mark.parametrize("length", [20, 500, 5000, 60_000])
async def test_a_consumer_that_stands_still_holds_no_more_than_forty_megabytes(length: int) -> None:
    account = AmiAccount("", 0, "", "")
    queue, office = stream(account.queue_limit, account.queue_bytes)
    framer = Framer(WANTED)
    framer.feed(GREETING)
    event = wire("Event: Hangup\nX: " + "x" * length)
    reads, each = 400, max(1, 50_000 // len(event))
    read = event * each
    tracemalloc.start()
    try:
        for _ in range(reads):
            queue.put(framer.feed(read), AT)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(queue) + queue.dropped == reads * each
    assert office.dropped == queue.dropped > 0
    assert peak < 25 * 1024 * 1024, "with the interpreter's own overhead that stays under 40 MB of the process"
