"""Facts from the manager interface: stored, closed at the end, closed anew by what comes late."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.calls import CallArrived, CallGone, CallId, EndedBy, Fact, Leg
from ivr.domain.outcomes import Outcome
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.note_calls import NoteCalls
from tests.memory_ledger import LedgerFailed, MemoryDirectory, MemoryLedger
from tests.specimens import CALL, at, offering

OTHER = CallId("default", "1700000000.9")
CONNECTED = Leg(CALL, "1700000000.2", "ana", "PJSIP/ana", "sales", at(10), wait_seconds=8.0)
COMPLETED = Leg(
    CALL, "1700000000.2", "ana", "PJSIP/ana", "sales", at(10), at(60), EndedBy.CALLER, 8.0, talk_seconds=50.0
)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def note(ledger: MemoryLedger) -> NoteCalls:
    closing = CloseCalls(
        ledger=ledger,
        directory=MemoryDirectory(),
        offering=offering(),
        queues=frozenset(),
        clock=lambda: at(99),
    )
    return NoteCalls(ledger=ledger, closing=closing)


async def test_a_call_is_closed_when_its_channel_is_gone(note: NoteCalls, ledger: MemoryLedger) -> None:
    for fact in (CallArrived(CALL), CONNECTED, COMPLETED):
        await note(fact)
        assert ledger.rows == {}
    await note(CallGone(CALL, at(61)))
    row = ledger.rows[CALL]
    assert (row.outcome, row.ended_at, row.talk_seconds) == (Outcome.CALLER_LEFT_FIRST, at(60), 50.0)


async def test_a_leg_that_ends_after_its_caller_closes_the_call_anew(note: NoteCalls, ledger: MemoryLedger) -> None:
    await note(CallArrived(CALL), CONNECTED)
    await note(CallGone(CALL, at(60)))
    assert ledger.rows[CALL].outcome is Outcome.UNKNOWN
    await note(COMPLETED)
    assert (ledger.rows[CALL].outcome, ledger.rows[CALL].talk_seconds) == (Outcome.CALLER_LEFT_FIRST, 50.0)


async def test_facts_of_several_calls_close_only_the_one_that_ended(note: NoteCalls, ledger: MemoryLedger) -> None:
    await note(CONNECTED, CallArrived(OTHER), CallGone(CALL, at(60)))
    assert list(ledger.rows) == [CALL]
    assert await ledger.open_calls() == [OTHER]


async def test_calls_that_are_noted_beside_each_other_close_each_for_itself(
    note: NoteCalls, ledger: MemoryLedger
) -> None:
    async def follow(call: CallId, talk_seconds: float) -> None:
        await note(CallArrived(call), replace(CONNECTED, call=call))
        await note(CallGone(call, at(61)))
        await note(replace(COMPLETED, call=call, talk_seconds=talk_seconds))

    calls = [CallId("default", f"1700000000.{number}") for number in range(10, 20)]
    await asyncio.gather(*(follow(call, float(number)) for number, call in enumerate(calls)))
    assert {call: row.talk_seconds for call, row in ledger.rows.items()} == {
        call: float(number) for number, call in enumerate(calls)
    }
    assert {row.outcome for row in ledger.rows.values()} == {Outcome.CALLER_LEFT_FIRST}


async def test_a_batch_that_could_not_be_stored_closes_nothing(note: NoteCalls, ledger: MemoryLedger) -> None:
    ledger.fails = lambda fact: isinstance(fact, CallGone)
    with pytest.raises(LedgerFailed):
        await note(CONNECTED, CallGone(CALL, at(60)))
    assert (ledger.history, ledger.rows) == ([], {})


async def test_what_is_remembered_of_ended_calls_is_bounded(
    note: NoteCalls, ledger: MemoryLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NoteCalls, "_REMEMBERED", 2)
    facts: list[Fact] = [CallGone(CallId("default", str(number)), at(60)) for number in range(5)]
    for fact in facts:
        await note(fact)
    assert len(note._gone) == 2


async def test_an_end_that_is_told_twice_is_one_end(note: NoteCalls, ledger: MemoryLedger) -> None:
    await note(COMPLETED, CallGone(CALL, at(61)))
    row = ledger.rows[CALL]
    await note(CallGone(CALL, at(80)))
    assert ledger.rows == {CALL: row}
