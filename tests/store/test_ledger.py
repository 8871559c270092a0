from dataclasses import replace
from datetime import timedelta
from itertools import count, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ivr.domain.calls import (
    AskingEnded,
    CallArrived,
    CallFacts,
    CallId,
    EndedBy,
    HandledCall,
    Leg,
    Press,
    RatingEntered,
)
from ivr.domain.outcomes import Outcome
from ivr.store.call_rows import is_handled, with_presses
from ivr.store.database import Database
from ivr.store.ledger import SqlLedger
from ivr.store.tables import calls

from .samples import CALLER, START, facts, full_row, plain_row

CALL = CallId("default", "1700000000.1")
_numbers = count()


def whole(call: CallId) -> CallFacts:
    arrived, first, second, entered, exposure, early, late, answer, gone = facts(call)
    return CallFacts(arrived, (first, second), entered, exposure, (early, late), answer, gone)


async def test_what_was_recorded_is_read_back(ledger: SqlLedger) -> None:
    await ledger.record(*facts(CALL))
    assert await ledger.facts_of(CALL) == whole(CALL)


async def test_an_unknown_call_has_no_facts(ledger: SqlLedger) -> None:
    assert await ledger.facts_of(CALL) is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_facts_in_any_order_and_number_say_the_same(ledger: SqlLedger, data: st.DataObject) -> None:
    call = CallId("default", f"call.{next(_numbers)}")
    once = facts(call)
    again = data.draw(st.lists(st.sampled_from(range(len(once))), max_size=6))
    order = data.draw(st.permutations([*range(len(once)), *again]))
    cuts = data.draw(st.sets(st.integers(1, len(order) - 1), max_size=4))
    bounds = [0, *sorted(cuts), len(order)]
    for start, end in pairwise(bounds):
        await ledger.record(*(once[index] for index in order[start:end]))
    assert await ledger.facts_of(call) == whole(call)


async def test_later_facts_fill_what_was_none_and_change_nothing_else(ledger: SqlLedger) -> None:
    _, leg, *_ = facts(CALL)
    assert isinstance(leg, Leg)
    talking = replace(leg, ended_at=None, ended_by=None, talk_seconds=None)
    await ledger.record(CallArrived(CALL, site="berlin"), talking)
    await ledger.record(CallArrived(CALL, site="paris", caller=CALLER, test=True), leg)
    await ledger.record(CallArrived(CALL), replace(leg, agent="eve", ended_by=EndedBy.CALLER))
    known = await ledger.facts_of(CALL)
    assert known is not None
    assert known.arrived == CallArrived(CALL, caller=CALLER, site="berlin", test=True)
    assert known.legs == (leg,)


async def test_a_press_is_never_overwritten(ledger: SqlLedger) -> None:
    await ledger.record(Press(CALL, 1, "5", 100, 100))
    await ledger.record(Press(CALL, 1, "1", 200, 200), Press(CALL, 2, "1", None, None))
    known = await ledger.facts_of(CALL)
    assert known is not None
    assert known.presses == (Press(CALL, 1, "5", 100, 100), Press(CALL, 2, "1", None, None))


async def test_the_first_rating_entry_says_whether_the_caller_was_asked(ledger: SqlLedger) -> None:
    asked = RatingEntered(CALL, START, "ann", None, 0.25, None)
    await ledger.record(asked)
    await ledger.record(RatingEntered(CALL, START + timedelta(5), "bob", "sales", 1.0, Outcome.THROTTLED))
    known = await ledger.facts_of(CALL)
    assert known is not None
    assert known.entered == replace(asked, queue="sales")


async def test_the_same_uniqueid_on_two_asterisks_is_two_calls(ledger: SqlLedger) -> None:
    other = CallId("second", CALL.uniqueid)
    await ledger.record(Press(CALL, 1, "5", 1, 1), Press(other, 1, "1", 2, 2))
    known = await ledger.facts_of(other)
    assert known is not None
    assert known.presses == (Press(other, 1, "1", 2, 2),)


async def test_calls_are_open_until_they_are_closed_or_discarded(ledger: SqlLedger) -> None:
    row = plain_row(1)
    never_handled = CallId("default", "z")
    await ledger.record(CallArrived(row.call), CallArrived(never_handled))
    assert await ledger.open_calls() == [row.call, never_handled]
    await ledger.close(row)
    await ledger.discard(never_handled)
    assert await ledger.open_calls() == []


async def test_a_discarded_channel_is_open_again_once_an_agent_answered(ledger: SqlLedger) -> None:
    arrived, leg, *_, gone = facts(CALL)
    await ledger.record(arrived)
    await ledger.discard(CALL)
    await ledger.record(gone)
    assert await ledger.open_calls() == []
    await ledger.record(leg)
    assert await ledger.open_calls() == [CALL]


async def test_a_closed_call_is_not_discarded(ledger: SqlLedger, database: Database) -> None:
    await ledger.close(plain_row(1))
    await ledger.discard(plain_row(1).call)
    assert closed_rows(database) == [plain_row(1)]


async def test_a_closed_row_is_read_back_to_the_last_digit(ledger: SqlLedger, database: Database) -> None:
    await ledger.close(full_row(CALL))
    assert closed_rows(database) == [full_row(CALL)]


async def test_closing_again_replaces_the_row_and_keeps_the_facts(ledger: SqlLedger, database: Database) -> None:
    await ledger.record(*facts(CALL))
    await ledger.close(replace(full_row(CALL), keys=()))
    final = replace(plain_row(1), call=CALL, site="berlin", segment="billing", language="de", caller=CALLER)
    await ledger.close(final)
    assert closed_rows(database) == [replace(final, keys=whole(CALL).presses)]
    assert await ledger.facts_of(CALL) == whole(CALL)


async def test_a_closing_that_missed_how_long_was_asked_does_not_erase_it(
    ledger: SqlLedger, database: Database
) -> None:
    await ledger.record(*facts(CALL))
    missed = replace(full_row(CALL), asked_seconds=None)
    await ledger.record(AskingEnded(CALL, 17.5))
    for _ in range(2):
        await ledger.close(missed)
        known = await ledger.facts_of(CALL)
        assert known is not None
        assert known.asked_seconds == 17.5
    assert [row.asked_seconds for row in closed_rows(database)] == [17.5]
    await ledger.close(replace(missed, asked_seconds=18.5))
    assert [row.asked_seconds for row in closed_rows(database)] == [18.5]


async def test_a_call_can_be_closed_before_any_fact(ledger: SqlLedger, database: Database) -> None:
    await ledger.close(full_row(CALL))
    await ledger.record(*facts(CALL))
    assert await ledger.open_calls() == []
    assert [row.outcome for row in closed_rows(database)] == [Outcome.RATED]


def closed_rows(database: Database) -> list[HandledCall]:
    return database.read_now(
        lambda connection: with_presses(connection, connection.execute(select(calls).where(is_handled())).all())
    )
