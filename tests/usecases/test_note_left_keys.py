"""The last keys of a call: what is stored stays, what is missing is added, gaps too."""

import pytest

from ivr.domain.calls import Exposure, Press, RatingEntered
from ivr.domain.outcomes import Outcome
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.last_keys import LastKeys
from ivr.usecases.note_left_keys import NoteLeftKeys
from tests.memory_ledger import LedgerFailed, MemoryDirectory, MemoryLedger
from tests.specimens import CALL, NOON, assignment, at, offering, version


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def note(ledger: MemoryLedger) -> NoteLeftKeys:
    closing = CloseCalls(
        ledger=ledger,
        directory=MemoryDirectory(),
        offering=offering(),
        queues=frozenset(),
        clock=lambda: NOON,
    )
    return NoteLeftKeys(ledger=ledger, last_keys=LastKeys(), closing=closing)


async def presses(ledger: MemoryLedger) -> list[tuple[int, str, int | None]]:
    facts = await ledger.facts_of(CALL)
    return [] if facts is None else [(press.number, press.key, press.lo_ms) for press in facts.presses]


async def test_only_what_is_missing_is_added(note: NoteLeftKeys, ledger: MemoryLedger) -> None:
    await ledger.record(Press(CALL, 1, "7", 10, 10))
    for _ in range(2):
        await note(CALL, "71", gone=False)
    assert await presses(ledger) == [(1, "7", 10), (2, "1", None)]


async def test_a_press_that_could_not_be_stored_leaves_a_gap_that_is_filled(
    note: NoteLeftKeys, ledger: MemoryLedger
) -> None:
    await ledger.record(Press(CALL, 2, "1", 20, 20))
    await note(CALL, "71", gone=False)
    assert await presses(ledger) == [(1, "7", None), (2, "1", 20)]


async def test_a_call_that_nobody_knows_is_noted_and_settled_as_not_handled(
    note: NoteLeftKeys, ledger: MemoryLedger
) -> None:
    await note(CALL, "1", gone=True)
    assert await presses(ledger) == [(1, "1", None)]
    assert (ledger.rows, ledger.discarded) == ({}, {CALL})


async def test_without_keys_only_the_end_is_noted(note: NoteLeftKeys, ledger: MemoryLedger) -> None:
    await note(CALL, "", gone=False)
    assert ledger.history == []
    await note(CALL, "", gone=True)
    assert ledger.history == ["CallGone"]


@pytest.mark.parametrize("gone", [False, True])
async def test_keys_that_came_late_close_the_call_anew(note: NoteLeftKeys, ledger: MemoryLedger, *, gone: bool) -> None:
    await ledger.record(RatingEntered(CALL, at(0), "ana", "sales", 1.0))
    await ledger.record(Exposure(CALL, assignment(), version().version, at(0)))
    await note(CALL, "", gone=False)
    assert await ledger.open_calls() == [CALL]
    await note(CALL, "3", gone=gone)
    assert (ledger.rows[CALL].outcome, ledger.rows[CALL].key) == (Outcome.RATED, "3")


async def test_a_failing_ledger_is_told_to_the_handler(note: NoteLeftKeys, ledger: MemoryLedger) -> None:
    ledger.fails = lambda fact: isinstance(fact, Press)
    with pytest.raises(LedgerFailed):
        await note(CALL, "1", gone=True)
    assert ledger.rows == {}
