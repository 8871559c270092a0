"""Contests on both databases: who may, what figures count afterwards, and that nothing said is ever lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ivr.domain.access import EVERYBODY, Scope
from ivr.domain.calls import CallArrived, CallId
from ivr.domain.contests import Actor, Contest, ContestDecision, Verdict
from ivr.domain.outcomes import Outcome
from ivr.errors import ContestRefused
from ivr.store.contests import SqlContests
from ivr.store.database import open_database
from ivr.store.export_calls import export_calls
from ivr.store.export_rows import ExportFormat
from ivr.store.import_calls import import_calls
from ivr.store.tallies import SqlTallies
from ivr.store.writer import Writer
from ivr.usecases.contests import ContestCounts
from ivr.usecases.report_window import ALL_CALLS, ReportWindow

from .counted_rows import require_equal_to_rows
from .samples import START, plain_row

ANN, SAM, EVE = Actor("ann", "ann"), Actor("sam"), Actor("eve")
WHY = "the caller spoke of another agent"


@pytest.fixture
def contests(database, writer):
    return SqlContests(database, writer)


def rated(number, **changes):
    return replace(plain_row(number, Outcome.RATED), team="north", **changes)


def contest_of(number, who=ANN):
    return Contest(CallId("default", f"call.{number}"), START + timedelta(days=1), who, WHY)


def decision_of(verdict, who=SAM):
    return ContestDecision(START + timedelta(days=2), who, verdict, "the recording says so")


async def counted(tallies):
    of = sum(each.calls for each in await tallies.outcome_counts(ALL_CALLS))
    excluded = sum(each.calls for each in await tallies.excluded_counts(ALL_CALLS))
    return of, excluded


async def test_a_decision_takes_the_call_out_of_the_figures_and_a_later_one_puts_it_back(ledger, contests, tallies):
    for number in (1, 2):
        await ledger.close(rated(number))
    case = await contests.add(contest_of(1))
    assert case.is_open
    assert await counted(tallies) == (2, 0)
    out = await contests.decide(case.contest.call, decision_of(Verdict.EXCLUDE), seen=None)
    assert await counted(tallies) == (1, 1)
    back = await contests.decide(case.contest.call, decision_of(Verdict.KEEP, EVE), seen=out.last.number)
    assert await counted(tallies) == (2, 0)
    assert [each.verdict for each in back.decisions] == [Verdict.EXCLUDE, Verdict.KEEP]
    assert await contests.of_call(case.contest.call) == back


async def test_the_tallies_hold_to_the_last_cell_after_decisions(database, ledger, contests, tallies):
    for number in range(1, 6):
        await ledger.close(rated(number))
        await contests.add(contest_of(number))
        await contests.decide(CallId("default", f"call.{number}"), decision_of(Verdict.EXCLUDE), seen=None)
    assert (await counted(tallies))[1] == 5
    await require_equal_to_rows(database)


async def test_a_late_fact_does_not_undo_a_decision(ledger, contests, tallies):
    await ledger.close(rated(1))
    await contests.add(contest_of(1))
    await contests.decide(CallId("default", "call.1"), decision_of(Verdict.EXCLUDE), seen=None)
    await ledger.close(rated(1, talk_seconds=90.0))
    assert await counted(tallies) == (0, 1)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (plain_row(1, Outcome.NO_KEY), "gave no rating"),
        (rated(1, test=True), "test call"),
        (rated(1, excluded=True), "leave this call out already"),
    ],
)
async def test_what_cannot_be_contested_is_refused_in_a_sentence(row, said, ledger, contests):
    await ledger.close(row)
    with pytest.raises(ContestRefused, match=said):
        await contests.add(contest_of(1))
    assert await contests.of_call(row.call) is None


async def test_a_rating_is_contested_once(ledger, contests):
    await ledger.close(rated(1))
    await contests.add(contest_of(1))
    with pytest.raises(ContestRefused, match="contested already, by ann"):
        await contests.add(contest_of(1, SAM))
    await contests.decide(CallId("default", "call.1"), decision_of(Verdict.KEEP), seen=None)
    with pytest.raises(ContestRefused, match="contested and decided already"):
        await contests.add(contest_of(1, SAM))


async def test_of_several_contests_at_once_one_is_taken(ledger, contests):
    await ledger.close(rated(1))
    tries = [contests.add(contest_of(1, Actor(f"user{number}"))) for number in range(8)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(each, Exception) for each in results) == 1
    assert all(isinstance(each, ContestRefused) for each in results if isinstance(each, Exception))


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (ANN, "contested this rating yourself"),
        (Actor("ann2", "ann"), "contested this rating yourself"),
        (Actor("other", "bob"), "about you"),
    ],
)
async def test_neither_the_contester_nor_the_agent_decides(who, said, ledger, contests, tallies):
    await ledger.close(rated(1, agent="bob"))
    await contests.add(contest_of(1))
    with pytest.raises(ContestRefused, match=said):
        await contests.decide(CallId("default", "call.1"), decision_of(Verdict.EXCLUDE, who), seen=None)
    assert await counted(tallies) == (1, 0)


async def test_of_two_decisions_at_once_the_second_is_told_of_the_first(ledger, contests, tallies):
    await ledger.close(rated(1))
    await contests.add(contest_of(1))
    call = CallId("default", "call.1")
    results = await asyncio.gather(
        contests.decide(call, decision_of(Verdict.EXCLUDE), seen=None),
        contests.decide(call, decision_of(Verdict.KEEP, EVE), seen=None),
        return_exceptions=True,
    )
    refused = [each for each in results if isinstance(each, ContestRefused)]
    assert len(refused) == 1
    assert "Meanwhile" in str(refused[0])
    case = await contests.of_call(call)
    assert len(case.decisions) == 1
    assert (await counted(tallies))[1] == (case.last.verdict is Verdict.EXCLUDE)


async def test_the_same_decision_twice_changes_nothing(ledger, contests):
    await ledger.close(rated(1))
    await contests.add(contest_of(1))
    call = CallId("default", "call.1")
    first = await contests.decide(call, decision_of(Verdict.EXCLUDE), seen=None)
    with pytest.raises(ContestRefused, match="decided so already"):
        await contests.decide(call, decision_of(Verdict.EXCLUDE, EVE), seen=first.last.number)


async def test_an_open_call_and_one_that_is_not_there_cannot_be_contested(ledger, contests):
    await ledger.record(CallArrived(CallId("default", "call.1")))
    assert await contests.call_of(CallId("default", "call.1")) is None
    for number in (1, 2):
        with pytest.raises(ContestRefused, match="not in the ledger"):
            await contests.add(contest_of(number))


async def test_lists_keep_to_the_scope_and_go_on_page_by_page(ledger, contests):
    for number in range(1, 5):
        await ledger.close(rated(number, agent="ann" if number < 4 else "bob"))
        await contests.add(contest_of(number, EVE))
    await ledger.close(replace(rated(5), team="south"))
    await contests.add(contest_of(5, EVE))
    await contests.decide(CallId("default", "call.2"), decision_of(Verdict.KEEP), seen=None)

    async def numbers(scope, *, is_open=True, limit=10, before=None):
        found = await contests.listed(scope, is_open=is_open, limit=limit, before=before)
        return [each.case.contest.call.uniqueid for each in found]

    assert await numbers(EVERYBODY) == ["call.5", "call.4", "call.3", "call.1"]
    assert await numbers(EVERYBODY, is_open=False) == ["call.2"]
    assert await numbers(Scope(frozenset({"south"}))) == ["call.5"]
    assert await numbers(Scope(frozenset())) == []
    assert await numbers(Scope(agent="bob")) == ["call.4"]
    first = await contests.listed(EVERYBODY, is_open=True, limit=2)
    assert await numbers(EVERYBODY, limit=2, before=first[-1].case.contest.number) == ["call.3", "call.1"]
    assert await contests.counts(ALL_CALLS) == ContestCounts(open=4, kept=1)
    assert await contests.counts(ReportWindow(agent="bob")) == ContestCounts(open=1)
    some = await contests.of_calls([CallId("default", f"call.{number}") for number in (2, 3, 9)])
    assert sorted(each.contest.call.uniqueid for each in some) == ["call.2", "call.3"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contests SET reason = 'other'",
        "DELETE FROM contests",
        "UPDATE contest_decisions SET verdict = 'keep'",
        "DELETE FROM contest_decisions",
    ],
)
async def test_what_was_said_cannot_be_changed(statement, database, ledger, contests):
    await ledger.close(rated(1))
    await contests.add(contest_of(1))
    await contests.decide(CallId("default", "call.1"), decision_of(Verdict.EXCLUDE), seen=None)
    with (
        pytest.raises(DBAPIError, match="only ever added to"),
        database.engine.connect().execution_options(writes=True) as connection,
    ):
        connection.execute(text(statement))


async def test_an_export_brings_along_what_was_decided_and_an_import_takes_it_in(
    database, writer, ledger, contests, tallies, second_url, tmp_path
):
    for number in (1, 2):
        await ledger.close(rated(number))
        await contests.add(contest_of(number))
    await contests.decide(CallId("default", "call.1"), decision_of(Verdict.EXCLUDE), seen=None)
    file = tmp_path / "calls.csv"
    with file.open("wb") as target:
        export_calls(database, target, ExportFormat.CSV)
    # Here it is there already and the same; in another ledger it counts as it did here.
    await import_calls(file, database=database, writer=writer, pseudonym=str)
    assert await counted(tallies) == (1, 1)
    other = open_database(second_url)
    try:
        async with Writer(other) as another:
            await import_calls(file, database=other, writer=another, pseudonym=str)
            assert await counted(SqlTallies(other)) == (1, 1)
    finally:
        other.close()
