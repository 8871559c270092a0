"""The handler: gives others their turn under a flood, and outlives whatever stands behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import count, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.calls import CallArrived, CallGone, Fact, Leg
from ivr.errors import DatabaseRefused
from ivr.telephony.ami import settling
from ivr.telephony.ami.chains import LINKS
from ivr.telephony.ami.handler import EventHandler
from ivr.telephony.ami.stream import EventStream, Gap, LinkMade, ListAsked
from ivr.telephony.ami.turn import Turn
from tests.telephony.ami.fake_manager import wire
from tests.telephony.ami.hostile import AT
from tests.telephony.ami.office import Office, call, until
from tests.telephony.ami.told import tracker


async def nobody_is_asked() -> None:
    """Stand for a link that is there."""


@asynccontextmanager
async def handling(
    office: Office,
    ask: Callable[[], Awaitable[None]] = nobody_is_asked,
    turn: Turn | None = None,
    links: int = LINKS,
) -> AsyncIterator[tuple[EventStream, EventHandler]]:
    stream = EventStream(100_000, 1 << 30, office)
    handler = EventHandler(
        stream,
        tracker(),
        sink=office,
        on_snapshot=office.snapshot,
        directory=office,
        ask_for_channels=ask,
        clock=lambda: AT + timedelta(seconds=3),
        meter=office,
        turn=turn,
        links=links,
    )
    task = asyncio.create_task(handler.run())
    try:
        yield stream, handler
        assert not task.done(), "the handler must outlive everything"
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def frames(data: bytes) -> list[bytes]:
    return data.split(b"\r\n\r\n")[:-1]


FLOOD = frames(wire("Event: BridgeEnter\nUniqueid: 1.1")) * 1000


async def test_a_flood_leaves_others_their_turn() -> None:
    milliseconds = count()
    turn = Turn(0.005, lambda: next(milliseconds) / 1000)  # each look at the clock takes a millisecond
    async with handling(Office(), turn=turn) as (stream, handler):
        stream.put(FLOOD, AT)
        turns = 0
        while handler.handled < len(FLOOD):
            await asyncio.sleep(0)
            turns += 1
        assert 150 <= turns <= 300
        assert handler.waiting == 0


async def test_events_that_wait_are_counted_those_in_hand_too() -> None:
    office = Office()
    gate = asyncio.Event()
    office.before = gate.wait
    async with handling(office, links=2) as (stream, handler):
        stream.put(frames(call(1)), AT)
        stream.put(FLOOD, AT)
        await until(lambda: handler.handled)
        assert (handler.handled, handler.in_flight, handler.waiting) == (2, 2, 2 + len(FLOOD))
        gate.set()
        await until(lambda: handler.waiting == 0)
        assert handler.handled == 4 + len(FLOOD)


async def test_the_lag_is_noted_once_for_a_read() -> None:
    office = Office()
    async with handling(office, turn=Turn(1e9)) as (stream, handler):
        stream.put(FLOOD, AT)
        stream.put(FLOOD, AT)
        await until(lambda: handler.handled == 2 * len(FLOOD))
    assert office.lags == [3.0, 3.0]


async def test_a_sink_that_is_cancelled_from_within_does_not_end_the_handler() -> None:
    office = Office()
    cancellations = iter([True, *[False] * 10])

    async def be_cancelled() -> None:
        if next(cancellations):
            raise asyncio.CancelledError

    office.before = be_cancelled
    async with handling(office) as (stream, handler):
        stream.put(frames(call(1)), AT)
        await until(lambda: len(office.facts) == 3)
        assert handler.failures == 1


async def test_a_link_that_breaks_while_it_is_asked_costs_no_event() -> None:
    office = Office()

    async def fail() -> None:
        raise RuntimeError("the transport is gone")

    async with handling(office, ask=fail) as (stream, handler):
        stream.mark(Gap(3))
        stream.mark(LinkMade(restarted=False))
        stream.put(frames(call(1)), AT)
        await until(lambda: len(office.facts) == 4)
        assert handler.failures == 1


async def test_events_that_cannot_be_read_are_counted_and_do_not_fill_the_log() -> None:
    office = Office()
    async with handling(office) as (stream, handler):
        for number in range(500):
            stream.put([b"Event: Hangup\r\nX: %d" % number], AT)
        await until(lambda: handler.waiting == 0)
        assert office.discarded == {"malformed": 500}
        assert len(handler._complained_of) == 1
        for letters in product(*zip("hangup", "HANGUP", strict=True)):
            stream.put([b"Event: " + "".join(letters).encode()], AT)
        await until(lambda: handler.waiting == 0)
        assert office.discarded == {"malformed": 564}
        assert len(handler._complained_of) == 50


@given(st.randoms(use_true_random=False), st.integers(1, 8))
def test_calls_in_any_mixture_are_told_each_in_its_order(chance: Random, links: int) -> None:
    alone = [frames(call(number)) for number in range(6)]
    turns = [number for number, events in enumerate(alone) for _ in events]
    chance.shuffle(turns)
    left = [iter(events) for events in alone]
    mixed = [next(left[number]) for number in turns]

    async def told(events: list[bytes], links: int) -> dict[str, list[Fact]]:
        office = Office()

        async def dawdle() -> None:
            for _ in range(chance.randrange(5)):
                await asyncio.sleep(0)

        office.before = dawdle
        async with handling(office, links=links) as (stream, handler):
            stream.put(events, AT)
            await until(lambda: handler.handled == len(events))
        # Stopped at once: what is in flight is stored all the same.
        by_call: dict[str, list[Fact]] = {}
        for fact in office.facts:
            by_call.setdefault(fact.call.uniqueid, []).append(fact)
        return by_call

    assert asyncio.run(told(mixed, links)) == asyncio.run(told([event for each in alone for event in each], 1))


async def test_a_call_whose_facts_are_on_their_way_holds_up_no_other() -> None:
    gate = asyncio.Event()

    class Partial(Office):
        async def __call__(self, *facts: Fact) -> None:
            if facts[0].call.uniqueid == "9.1":
                await gate.wait()
            await super().__call__(*facts)

    office = Partial()
    async with handling(office) as (stream, handler):
        for number in range(50):
            stream.put(frames(call(number)), AT)
        await until(lambda: len(office.facts) == 49 * 4)
        assert (handler.waiting, handler.in_flight) == (0, 4)
        gate.set()
        await until(lambda: handler.in_flight == 0)
    assert len(office.facts) == 50 * 4


async def test_a_list_of_channels_waits_for_what_came_before_and_is_waited_for() -> None:
    order: list[str] = []
    gate, closing = asyncio.Event(), asyncio.Event()

    class Ordered(Office):
        async def __call__(self, *facts: Fact) -> None:
            await gate.wait()
            order.append(f"{type(facts[-1]).__name__} {facts[-1].call.uniqueid}")

        async def snapshot(self, live: frozenset[str]) -> None:
            order.append("closing")
            await closing.wait()
            order.append("closed")

    async with handling(Ordered()) as (stream, handler):
        stream.put(frames(call(1)), AT)
        stream.mark(ListAsked("7", AT))
        stream.put(frames(wire("Event: CoreShowChannelsComplete\nActionID: 7\nListItems: 0") + call(2)), AT)
        await until(lambda: handler.handled == 4)
        for _ in range(20):
            await asyncio.sleep(0)
        assert order == []
        gate.set()
        await until(lambda: order[-1:] == ["closing"])
        for _ in range(20):
            await asyncio.sleep(0)
        assert (order[-2:], handler.handled) == (["CallGone 9.1", "closing"], 4)
        closing.set()
        await until(lambda: order[-1] == "CallGone 9.2")
    assert order == [
        *("CallArrived 9.1", "Leg 9.1", "Leg 9.1", "CallGone 9.1"),
        *("closing", "closed"),
        *("CallArrived 9.2", "Leg 9.2", "Leg 9.2", "CallGone 9.2"),
    ]


async def test_a_stop_stores_what_was_followed_even_where_the_handler_waits_for_room() -> None:
    office = Office()
    gate = asyncio.Event()
    office.before = gate.wait
    async with handling(office, links=2) as (stream, handler):
        stream.put(frames(call(1)), AT)
        await until(lambda: handler.handled == 2)
        asyncio.get_running_loop().call_later(0.01, gate.set)
    assert [type(fact) for fact in office.facts] == [CallArrived, Leg]


async def test_a_stop_has_a_refused_fact_tried_once_more_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "RETRY_SECONDS", (3600.0,))
    office = Office()
    refusals = iter([True, *[False] * 10])

    async def refuse_once() -> None:
        if next(refusals):
            raise DatabaseRefused("the disk is full; free some space")

    office.before = refuse_once
    async with handling(office) as (stream, handler):
        stream.put(frames(call(1)), AT)
        await until(lambda: handler.refusals == 1 and handler.handled == 4)
        assert office.facts == []
    assert [type(fact) for fact in office.facts] == [CallArrived, Leg, Leg, CallGone]
    assert handler.failures == 0
