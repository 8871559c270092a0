"""What the ledger knows of a caller, and of the calls that were asked; on both databases."""

from datetime import timedelta

from sqlalchemy import text

from ivr.domain.asking_rules import CallerPast, Throttle
from ivr.domain.calls import CallArrived, CallId, RatingEntered
from ivr.domain.do_not_ask import DoNotAskEntry
from ivr.domain.outcomes import Outcome
from ivr.store.asked_calls import SqlAskedCalls
from ivr.store.database import Database
from ivr.store.do_not_ask import SqlDoNotAsk
from ivr.store.known_callers import SqlKnownCallers
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer
from ivr.usecases.asked_counts import AskedCall, AskedTotals

from .samples import CALLER, START, plain_row

OTHER = "h1:" + "cd" * 32
DAY = timedelta(days=1)
WEEK = Throttle(2, 7)


def call(number: int) -> CallId:
    return CallId("default", f"1772452800.{number}")


async def enter(
    ledger: SqlLedger,
    number: int,
    days: float,
    *,
    caller: str | None = CALLER,
    declined: Outcome | None = None,
    test: bool = False,
    agent: str | None = "ana",
    queue: str | None = "sales",
) -> None:
    """Store a call that reached the rating so many days after the start."""
    await ledger.record(
        CallArrived(call(number), caller=caller, site="berlin", test=test),
        RatingEntered(call(number), START + days * DAY, agent, queue, 1.0, declined),
    )


async def test_nothing_is_known_of_a_stranger(database: Database) -> None:
    known = SqlKnownCallers(database)
    assert await known.past_of(CALLER, START, None) == CallerPast()
    assert await known.past_of(CALLER, START, WEEK) == CallerPast()


async def test_the_calls_of_the_throttle_s_span_are_found_the_latest_first(
    database: Database, ledger: SqlLedger
) -> None:
    for number, days in enumerate([0, 3, 4, 5, 6]):
        await enter(ledger, number, days)
    await enter(ledger, 9, 6, caller=OTHER)
    past = await SqlKnownCallers(database).past_of(CALLER, START + 7 * DAY, WEEK)
    # One more than the two that count.
    assert past.asked == {call(number): START + days * DAY for number, days in ((2, 4), (3, 5), (4, 6))}
    assert past.refuses is False


async def test_the_span_ends_where_its_days_have_passed(database: Database, ledger: SqlLedger) -> None:
    await enter(ledger, 1, 0)
    known = SqlKnownCallers(database)
    assert (await known.past_of(CALLER, START + 7 * DAY, WEEK)).asked == {}
    assert (await known.past_of(CALLER, START + 7 * DAY - timedelta(microseconds=1), WEEK)).asked == {call(1): START}


async def test_only_calls_that_were_asked_count_and_no_test_calls(database: Database, ledger: SqlLedger) -> None:
    await enter(ledger, 1, 1, declined=Outcome.THROTTLED)
    await enter(ledger, 2, 1, test=True)
    await ledger.record(CallArrived(call(3), caller=CALLER))
    await ledger.close(plain_row(4, Outcome.RATED))
    known, asked_calls = SqlKnownCallers(database), SqlAskedCalls(database)
    assert (await known.past_of(CALLER, START + 2 * DAY, WEEK)).asked == {}
    assert await asked_calls.asked_since(START) == []
    assert await asked_calls.asked_before(START + 9 * DAY, None) == AskedTotals()


async def test_the_last_word_holds(database: Database, writer: Writer) -> None:
    known, words = SqlKnownCallers(database), SqlDoNotAsk(database, writer)
    for hours, is_refusal in enumerate([True, False, True]):
        entry = DoNotAskEntry(CALLER, START + timedelta(hours=hours), is_refusal, "keypad", call=call(hours))
        assert await words.append([entry]) == 1
        for throttle in (None, WEEK):
            assert (await known.past_of(CALLER, START, throttle)).refuses is is_refusal
            assert (await known.past_of(OTHER, START, throttle)).refuses is False


async def test_a_caller_is_looked_up_by_index_alone(database: Database, ledger: SqlLedger) -> None:
    await enter(ledger, 1, 0)
    known = SqlKnownCallers(database)
    statement = known._past._text
    with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (CALLER, CALLER, "2026", 3)).fetchall()
            steps = " ".join(str(row) for row in plan)
            assert "ix_calls_asked (caller=? AND entered_at>?)" in steps
            assert "ix_do_not_ask_caller_id" in steps
            assert "USE TEMP B-TREE" not in steps
            return
        connection.execute(text("SET enable_seqscan TO off"))
        places = {"caller": CALLER, "since": START, "at_most": 3}
        bound = [places.get(name) or 1 for name, _ in known._past._binders]
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", tuple(bound)).fetchall()
        steps = " ".join(str(row) for row in plan)
        assert "ix_calls_asked" in steps
        assert "ix_do_not_ask_caller_id" in steps


async def test_asked_calls_are_found_from_a_moment_on_and_counted_before_it(
    database: Database, ledger: SqlLedger
) -> None:
    for number, days in enumerate([0, 1, 2, 3]):
        await enter(ledger, number, days, agent="ben" if number == 1 else "ana")
    await enter(ledger, 8, 0.5, agent=None, queue=None, caller=None)
    asked_calls = SqlAskedCalls(database)
    found = await asked_calls.asked_since(START + 2 * DAY)
    assert sorted(found, key=lambda each: each.at) == [
        AskedCall(call(2), START + 2 * DAY, "ana", "sales", "berlin"),
        AskedCall(call(3), START + 3 * DAY, "ana", "sales", "berlin"),
    ]
    assert await asked_calls.asked_before(START + 2 * DAY, None) == AskedTotals({"ana": 1, "ben": 1}, {"sales": 2})
    since = START + timedelta(hours=1)
    assert await asked_calls.asked_before(START + 3 * DAY, since) == AskedTotals({"ana": 1, "ben": 1}, {"sales": 2})
