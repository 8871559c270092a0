"""Lists of calls on both databases: as many as the figures say, page by page, along an index."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from ivr.domain.calls import CallId, Comment, EndedBy
from ivr.domain.outcomes import Outcome
from ivr.store.call_lists import SqlCallReads
from ivr.usecases.call_lists import EVERYTHING, CallFilter, Exclusion, Heard, OptionCount, Position
from ivr.usecases.report_window import ALL_CALLS, ReportWindow

from .samples import START, facts, plain_row

OPTIONS = (OptionCount("plain", None, 3), OptionCount("plain", "v2", 2))


@pytest.fixture
def reads(database):
    return SqlCallReads(database)


def row(number, drawn):
    outcome = drawn.choice([Outcome.RATED, Outcome.RATED, Outcome.NO_KEY, Outcome.CALLER_LEFT_FIRST])
    return replace(
        plain_row(number, outcome, agent=drawn.choice(["ann", "bob", None])),
        # Several calls end in the same second, so pages must be told apart by the key.
        ended_at=START + timedelta(seconds=drawn.randrange(12)),
        team=drawn.choice(["north", "south"]),
        queue=drawn.choice(["sales", "support"]),
        layout="plain",
        layout_version=drawn.choice(["v1", "v2", None]),
        ended_by=drawn.choice(list(EndedBy)),
        options_heard=drawn.choice([None, 0, 1, 2, 3]),
        test=drawn.random() < 0.1,
        excluded=drawn.random() < 0.2,
    )


async def walk(reads, window=ALL_CALLS, chosen=EVERYTHING, limit=7):
    """Return every call of the list, read a page at a time."""
    found, after = [], None
    while True:
        part = await reads.listed(window, chosen, OPTIONS, after=after, limit=limit)
        assert len(part.calls) <= limit
        found += part.calls
        if part.then is None:
            return found
        after = part.then


async def test_pages_hold_every_call_once_in_order(ledger, reads):
    rows = [row(number, random.Random(number)) for number in range(60)]
    for each in rows:
        await ledger.close(each)
    wanted = sorted(((each.ended_at, each.call) for each in rows if not each.test and not each.excluded), reverse=True)
    assert [(each.ended_at, each.call) for each in await walk(reads)] == wanted


@pytest.mark.parametrize("window", [ALL_CALLS, ReportWindow(agent="ann"), ReportWindow(teams=frozenset({"north"}))])
async def test_a_list_is_as_long_as_the_figure_that_leads_to_it(window, ledger, reads, tallies):
    for number in range(80):
        await ledger.close(row(number, random.Random(number)))

    async def length(chosen):
        return len(await walk(reads, window, chosen))

    outcomes = await tallies.outcome_counts(window)
    for outcome in Outcome:
        counted = sum(each.calls for each in outcomes if each.outcome is outcome)
        assert await length(CallFilter(frozenset({outcome}))) == counted
    for category in range(3):
        counted = sum(each.calls for each in outcomes if each.category == category)
        assert await length(CallFilter(category=category)) == counted
    for version in ("v1", "v2"):
        counted = sum(each.calls for each in outcomes if each.layout_version == version)
        assert await length(CallFilter(layout="plain", version=version)) == counted
    for ended_by in EndedBy:
        counted = sum(each.calls for each in await tallies.ending_counts(window) if each.ended_by is ended_by)
        assert await length(CallFilter(ended_by=ended_by)) == counted
    excluded = sum(each.calls for each in await tallies.excluded_counts(window))
    assert await length(CallFilter(excluded=Exclusion.ONLY)) == excluded
    assert await length(CallFilter(excluded=Exclusion.ALSO)) == excluded + sum(each.calls for each in outcomes)
    heard = {Heard.ALL: 0, Heard.PART: 0}
    for each in await tallies.hearing_counts(window):
        if each.options_heard is not None:
            needed = 2 if each.layout_version == "v2" else 3
            heard[Heard.ALL if each.options_heard >= needed else Heard.PART] += each.calls
    assert {each: await length(CallFilter(heard=each)) for each in Heard} == heard
    assert await reads.count(window, CallFilter(heard=Heard.ALL), OPTIONS) == heard[Heard.ALL]


async def test_a_slice_looks_through_a_bounded_number_of_calls_and_goes_on_where_it_came_to(database, ledger):
    reads = SqlCallReads(database, looked_through=10)
    for number in range(40):
        rare = replace(plain_row(number), outcome=Outcome.UNKNOWN if number in {3, 35} else Outcome.NO_KEY)
        await ledger.close(rare)
    chosen = CallFilter(frozenset({Outcome.UNKNOWN}))
    first = await reads.listed(ALL_CALLS, chosen, (), after=None, limit=5)
    assert [each.call.uniqueid for each in first.calls] == ["call.35"]
    assert first.is_cut
    second = await reads.listed(ALL_CALLS, chosen, (), after=first.then, limit=5)
    assert not second.calls
    assert second.is_cut
    assert [each.call.uniqueid for each in await walk(reads, chosen=chosen)] == ["call.35", "call.3"]


@pytest.mark.parametrize(("window", "index"), [(ALL_CALLS, "ended_at"), (ReportWindow(agent="ann"), "agent_ended_at")])
async def test_a_page_reads_along_an_index(window, index, database, ledger, reads, monkeypatch):
    for number in range(200):
        await ledger.close(replace(plain_row(number), agent="ann" if number % 50 == 0 else "bob"))
    seen = []
    place = Position(START + timedelta(seconds=150), CallId("default", "call.150"))
    engine = database.engine
    if database.dialect == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("ANALYZE calls"))
    from sqlalchemy import event  # noqa: PLC0415 - for this test alone

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "uniqueid" in statement and "LIMIT" in statement.upper():
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    await reads.listed(window, EVERYTHING, (), after=place, limit=5)
    event.remove(engine, "before_cursor_execute", note)
    (statement, parameters), *_ = seen
    explain = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        if database.dialect == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan TO off")
        plan = "\n".join(str(each) for each in connection.exec_driver_sql(explain + statement, parameters))
    assert f"ix_calls_{index}" in plan
    assert "SCAN calls" not in plan


async def test_a_call_is_found_with_all_that_is_known_of_it(ledger, reads):
    call = CallId("default", "17.5/a b")
    await ledger.record(*facts(call), Comment(call, "primary", "c1", "wav", 4.5, START, START + timedelta(days=90)))
    await ledger.close(replace(plain_row(1, Outcome.RATED), call=call))
    found = await reads.find(call)
    assert [leg.agent for leg in found.facts.legs] == ["ann", "bob"]
    assert [press.key for press in found.facts.presses] == ["9", "5"]
    assert [each.seconds for each in found.comments] == [4.5]
    assert not found.is_imported
    assert await reads.find(CallId("default", "other")) is None


async def test_an_open_call_is_not_found(ledger, reads):
    call = CallId("default", "1.1")
    await ledger.record(*facts(call))
    assert await reads.find(call) is None
