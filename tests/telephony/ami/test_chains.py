"""Chains: whatever the order of calls and the pace of the ledger, each call's facts come in order and none is lost."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.calls import CallArrived, CallGone, CallId, Fact
from ivr.errors import DatabaseRefused
from ivr.telephony.ami import settling
from ivr.telephony.ami.chains import Chains
from ivr.telephony.ami.settling import Settling
from tests.telephony.ami.office import until

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def fact(call: str, number: int = 0) -> Fact:
    """Return a fact of ``call`` that can be told from its others."""
    return CallArrived(CallId("main", call), linkedid=str(number))


async def no_list() -> None:
    """Ask for nothing."""


@dataclass
class SlowLedger:
    """Stores facts after some rounds of the loop, or refuses them then: ``paces`` has a pair for each attempt."""

    paces: list[tuple[int, bool]] = field(default_factory=list)
    stored: dict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    beside: int = 0
    most_beside: int = 0

    async def __call__(self, *facts: Fact) -> None:
        rounds, refuses = self.paces.pop() if self.paces else (0, False)
        self.beside += 1
        self.most_beside = max(self.most_beside, self.beside)
        for _ in range(rounds):
            await asyncio.sleep(0)
        self.beside -= 1
        if refuses:
            raise DatabaseRefused("the disk is full; free some space")
        self.stored[facts[0].call.uniqueid] += facts


@dataclass
class Gated:
    """Holds back the facts of the calls that are named, until they are let go."""

    held: dict[str, asyncio.Event]
    stored: list[Fact] = field(default_factory=list)

    async def __call__(self, *facts: Fact) -> None:
        gate = self.held.get(facts[0].call.uniqueid)
        if gate is not None:
            await gate.wait()
        self.stored += facts


def chained(ledger: SlowLedger | Gated, limit: int = 4) -> tuple[Chains, Settling]:
    settled = Settling(no_list)

    async def store(facts: Sequence[Fact]) -> None:
        await settled.settle(lambda: ledger(*facts))

    return Chains(store, limit), settled


@asynccontextmanager
async def stopped_in_the_end(chains: Chains) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await chains.stop(0)


CALLS = st.lists(st.sampled_from("abcdef"), max_size=60)
PACES = st.lists(st.tuples(st.integers(0, 6), st.sampled_from([False, False, True])), max_size=60)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "RETRY_SECONDS", (0.0,) * 60)


@given(calls=CALLS, paces=PACES, limit=st.integers(1, 8), drains=st.sets(st.integers(0, 59)))
def test_any_calls_at_any_pace_keep_their_order_and_lose_nothing(
    calls: list[str], paces: list[tuple[int, bool]], limit: int, drains: set[int]
) -> None:
    told: dict[str, list[Fact]] = defaultdict(list)
    ledger = SlowLedger(list(paces))

    async def tell() -> None:
        chains, settled = chained(ledger, limit)
        for number, call in enumerate(calls):
            told[call].append(fact(call, number))
            chains.add([told[call][-1]])
            assert chains.in_flight <= limit
            if chains.is_full:
                await chains.room()
            assert chains.in_flight < limit
            if number in drains:
                await chains.drained()
                assert ledger.stored == told
        await chains.stop()
        assert (chains.in_flight, settled.failures) == (0, 0)
        assert settled.refusals <= sum(refuses for _, refuses in paces)

    asyncio.run(tell())
    assert ledger.stored == told
    assert ledger.most_beside <= limit


async def test_calls_are_stored_beside_each_other_and_one_call_s_facts_are_not() -> None:
    for calls, beside in (("abcd", 4), ("aaaa", 1), ("abab", 2)):
        ledger = SlowLedger([(5, False)] * 4)
        chains, _ = chained(ledger)
        for number, call in enumerate(calls):
            chains.add([fact(call, number)])
        await chains.drained()
        assert ledger.most_beside == beside


async def test_a_call_that_is_refused_holds_up_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "RETRY_SECONDS", (3600.0,))
    ledger = SlowLedger([(0, True)])
    chains, settled = chained(ledger)
    async with stopped_in_the_end(chains):
        chains.add([fact("a", 1)])
        chains.add([fact("a", 2)])
        await until(lambda: settled.refusals)
        for number in range(20):
            chains.add([fact("b", number)])
            if chains.is_full:
                await chains.room()
        await until(lambda: len(ledger.stored["b"]) == 20)
        assert (chains.in_flight, ledger.stored["a"]) == (2, [])
        settled.hurry()
        await chains.drained()
    assert ledger.stored["a"] == [fact("a", 1), fact("a", 2)]


async def test_nothing_is_added_beyond_the_limit_until_a_link_is_stored() -> None:
    gates = {call: asyncio.Event() for call in "ab"}
    chains, _ = chained(Gated(gates), limit=2)
    async with stopped_in_the_end(chains):
        chains.add([fact("a")])
        assert not chains.is_full
        chains.add([fact("b")])
        waiting = asyncio.create_task(chains.room())
        for _ in range(10):
            await asyncio.sleep(0)
        assert not waiting.done()
        gates["b"].set()
        await waiting
        assert chains.in_flight == 1


async def test_a_stop_waits_for_what_was_taken_the_refused_once_more_and_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settling, "RETRY_SECONDS", (3600.0, 3600.0))
    ledger = SlowLedger([(3, False), (3, False), (0, True), (0, True)])
    chains, settled = chained(ledger)
    chains.add([fact("a", 1)])
    chains.add([fact("b", 2)])
    chains.add([fact("b", 3), CallGone(CallId("main", "b"), AT)])
    await until(lambda: settled.refusals == 2)
    settled.hurry()
    await chains.stop()
    assert ledger.stored == {"a": [fact("a", 1)], "b": [fact("b", 2), fact("b", 3), CallGone(CallId("main", "b"), AT)]}
    assert settled.failures == 0


async def test_a_stop_does_not_wait_for_ever() -> None:
    ledger = Gated({"a": asyncio.Event()})
    chains, settled = chained(ledger)
    chains.add([fact("a", 1)])
    chains.add([fact("b", 2)])
    await chains.stop(0.01)
    assert ledger.stored == [fact("b", 2)]
    assert {task.get_name() for task in asyncio.all_tasks()}.isdisjoint({"ami-facts"})
    assert settled.failures == 0


async def test_what_is_given_up_is_followed_by_its_call_s_next_and_by_one_new_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settling, "RETRY_SECONDS", (0.0,))
    lists = 0

    async def ask() -> None:
        nonlocal lists
        lists += 1

    ledger = SlowLedger([(0, True)] * 2)
    settled = Settling(ask)

    async def store(facts: Sequence[Fact]) -> None:
        await settled.settle(lambda: ledger(*facts))

    chains = Chains(store)
    for number in range(3):
        chains.add([fact("a", number)])
    await chains.drained()
    assert ledger.stored == {"a": [fact("a", 1), fact("a", 2)]}
    assert (settled.failures, lists) == (1, 1)
