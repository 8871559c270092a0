from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from ivr.domain.calls import CallArrived, CallId, HandledCall
from ivr.domain.kpi.mis_keys import ConfirmationCount
from ivr.domain.kpi.tallies import CallDays
from ivr.domain.outcomes import Outcome
from ivr.errors import DatabaseRefused
from ivr.store.database import Database
from ivr.store.export_calls import handled_calls
from ivr.store.ledger import SqlLedger
from ivr.store.tallies import SqlTallies
from ivr.usecases.report_window import ALL_CALLS, ReportWindow

from .samples import START, all_counts, all_handled, facts, plain_row


async def test_closed_calls_are_counted_by_outcome_and_category(ledger: SqlLedger, tallies: SqlTallies) -> None:
    for number in range(9):
        await ledger.close(plain_row(number, Outcome.RATED))
    for number in range(9, 14):
        await ledger.close(plain_row(number, Outcome.NO_KEY, agent=None))
    counts = await all_counts(tallies)
    seen = {(count.agent, count.outcome, count.category): count.calls for count in counts}
    assert seen == {
        ("ann", Outcome.RATED, 0): 3,
        ("ann", Outcome.RATED, 1): 3,
        ("ann", Outcome.RATED, 2): 3,
        (None, Outcome.NO_KEY, None): 5,
    }
    assert max(count.last_ended_at for count in counts) == START + timedelta(seconds=13)
    assert await all_handled(tallies) == 14


async def test_a_call_closed_anew_moves_from_one_count_to_the_other(ledger: SqlLedger, tallies: SqlTallies) -> None:
    await ledger.close(plain_row(1, Outcome.UNKNOWN))
    await ledger.close(plain_row(1, Outcome.RATED))
    assert [(count.outcome, count.calls) for count in await all_counts(tallies)] == [(Outcome.RATED, 1)]


async def test_test_and_excluded_calls_are_never_counted(ledger: SqlLedger, tallies: SqlTallies) -> None:
    await ledger.close(replace(plain_row(1), test=True))
    await ledger.close(replace(plain_row(2), excluded=True))
    assert await all_counts(tallies) == []
    assert await all_handled(tallies) == 0


async def test_the_seconds_of_the_asked_are_summed_where_they_are_known(ledger: SqlLedger, tallies: SqlTallies) -> None:
    for number, seconds in enumerate([2.0, None, 5.5]):
        await ledger.close(replace(plain_row(number, Outcome.NO_KEY), asked_seconds=seconds))
    await ledger.close(plain_row(3, Outcome.TOO_SHORT))
    counts = {count.outcome: count for count in await all_counts(tallies)}
    asked, other = counts[Outcome.NO_KEY], counts[Outcome.TOO_SHORT]
    assert (asked.calls, asked.asked, asked.asked_seconds, asked.asked_seconds_squared) == (3, 2, 7.5, 34.25)
    assert (other.calls, other.asked, other.asked_seconds, other.asked_seconds_squared) == (1, 0, 0.0, 0.0)


async def test_confirmed_ratings_are_counted_by_what_was_keyed_twice(ledger: SqlLedger, tallies: SqlTallies) -> None:
    def confirmed(number: int, key: str | None, version: str | None = "v1", **more: Any) -> HandledCall:
        row = replace(plain_row(3 * number, Outcome.RATED), layout="sparse-531", layout_version=version)
        return replace(row, confirm_key=key, **more)

    closed = [confirmed(number, key) for number, key in enumerate(["1", "1", "5", None])]
    closed += [confirmed(4, "1", "v2"), confirmed(5, "1", None), confirmed(6, "1", queue="else")]
    closed += [
        confirmed(7, "1", test=True),
        confirmed(8, "1", excluded=True),
        confirmed(9, "1", outcome=Outcome.NO_KEY),
    ]
    for row in closed:
        await ledger.close(row)
    assert await tallies.confirmation_counts(replace(ALL_CALLS, queue="sales")) == [
        ConfirmationCount("sparse-531", None, 0, "1", 1),
        ConfirmationCount("sparse-531", "v1", 0, "1", 2),
        ConfirmationCount("sparse-531", "v1", 0, "5", 1),
        ConfirmationCount("sparse-531", "v2", 0, "1", 1),
    ]
    until = ReportWindow(START, START + timedelta(seconds=3))
    assert await tallies.confirmation_counts(until) == [ConfirmationCount("sparse-531", "v1", 0, "1", 1)]


async def test_the_window_has_its_start_and_not_its_end(ledger: SqlLedger, tallies: SqlTallies) -> None:
    for number in range(5):
        await ledger.close(plain_row(number))
    window = ReportWindow(START + timedelta(seconds=1), START + timedelta(seconds=3))
    assert await tallies.handled_calls(window) == 2
    assert [count.calls for count in await tallies.outcome_counts(window)] == [2]


@pytest.mark.parametrize("column", ["queue", "site", "language"])
async def test_a_filter_selects(column: str, ledger: SqlLedger, tallies: SqlTallies) -> None:
    await ledger.close(replace(plain_row(1), **{column: "this"}))
    await ledger.close(replace(plain_row(2), **{column: "that"}))
    await ledger.close(plain_row(3))
    wanted = replace(ALL_CALLS, **{column: "this"})
    assert await tallies.handled_calls(wanted) == 1
    assert [count.calls for count in await tallies.outcome_counts(wanted)] == [1]


async def test_calls_in_progress_have_an_answered_leg_and_no_closing(ledger: SqlLedger, tallies: SqlTallies) -> None:
    ringing, talking, over, canary = (CallId("default", name) for name in ("a", "b", "c", "d"))
    await ledger.record(CallArrived(ringing), *facts(talking)[:2], *facts(over))
    await ledger.record(CallArrived(canary, test=True), facts(canary)[1])
    await ledger.close(replace(plain_row(1), call=over))
    assert await tallies.calls_in_progress() == 1


async def test_a_call_without_an_outcome_shows_as_a_leak(
    ledger: SqlLedger, tallies: SqlTallies, database: Database
) -> None:
    await ledger.close(plain_row(1))
    await ledger.close(plain_row(2, Outcome.RATED))
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE calls SET outcome = NULL WHERE uniqueid = 'call.1'"))
    assert {(count.outcome, count.calls) for count in await all_counts(tallies)} == {(None, 1), (Outcome.RATED, 1)}
    assert await all_handled(tallies) == 2
    with pytest.raises(DatabaseRefused, match=r"default/call\.1 is closed without an outcome"):
        database.read_now(lambda connection: list(handled_calls(connection)))


async def test_each_allocation_is_told_once(ledger: SqlLedger, tallies: SqlTallies) -> None:
    for number, allocation in enumerate(["b:0.5 a:0.5", None, "c:1", "b:0.5 a:0.5"]):
        await ledger.close(replace(plain_row(number), allocation=allocation))
    await ledger.close(replace(plain_row(9), allocation="d:1", test=True))
    assert await tallies.allocations(ALL_CALLS) == ["b:0.5 a:0.5", "c:1"]
    assert await tallies.allocations(replace(ALL_CALLS, until=START + timedelta(seconds=2))) == ["b:0.5 a:0.5"]


@pytest.mark.parametrize("partly", [timedelta(0), timedelta(seconds=1)])
async def test_the_days_of_the_first_and_the_last_call_are_those_of_the_site(
    ledger: SqlLedger, tallies: SqlTallies, partly: timedelta
) -> None:
    """From the tallies of days, and from the rows where a window begins within one."""
    everything = ReportWindow(since=datetime(2026, 1, 1, tzinfo=UTC) + partly)
    assert await tallies.call_days(everything) is None
    for number, ended_at in enumerate([START, START + timedelta(days=3), START + timedelta(days=9)]):
        queue = "sales" if number < 2 else "support"
        await ledger.close(replace(plain_row(number, Outcome.RATED), ended_at=ended_at, queue=queue))
    first = START.date()
    assert await tallies.call_days(everything) == CallDays(first, first + timedelta(days=9))
    assert await tallies.call_days(replace(everything, queue="sales")) == CallDays(first, first + timedelta(days=3))
    assert await tallies.call_days(replace(everything, teams=frozenset())) is None
    await ledger.close(replace(plain_row(2, Outcome.RATED), ended_at=START + timedelta(days=2)))
    assert await tallies.call_days(everything) == CallDays(first, first + timedelta(days=3))
