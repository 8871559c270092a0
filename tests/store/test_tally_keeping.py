"""The tallies follow every change of a call, in whatever way and order the changes come."""

import asyncio
import contextlib
import csv
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, TextClause, insert, select, text

from ivr.domain.calls import AskingEnded, CallArrived, CallId, EndedBy, HandledCall
from ivr.domain.kpi.contributions import TALLIED, Contributions
from ivr.domain.outcomes import Outcome
from ivr.errors import DatabaseRefused, ImportRefused
from ivr.store.call_rows import CLOSED_COLUMNS, closed_values
from ivr.store.calls_csv import COLUMNS, encode
from ivr.store.closing_writes import ClosingWrites
from ivr.store.counted_cells import CellCounting
from ivr.store.database import Database, open_database
from ivr.store.import_calls import import_calls
from ivr.store.imported_rows import begin_import
from ivr.store.ledger import SqlLedger
from ivr.store.period_reads import SqlPeriodTallies
from ivr.store.tables import calls
from ivr.store.tallies import SqlTallies
from ivr.store.tally_building import check_tallies, rebuild_tallies
from ivr.store.tally_imports import KEPT_APART, fold_some
from ivr.store.tally_writes import TallyWrites, tally_zone
from ivr.store.writer import Writer
from ivr.usecases.fits import ALL_MONTHS, Months

from .counted_rows import require_equal_to_rows
from .held_cells import HeldCells
from .samples import START, all_counts, all_handled, full_row, plain_row

Change = Callable[["Ledgers"], Awaitable[None]]


class Ledgers:
    """A ledger with its file of calls to import."""

    def __init__(self, database: Database, writer: Writer, folder: Path) -> None:
        self.database, self.writer = database, writer
        self.ledger = SqlLedger(database, writer)
        self._file = folder / "calls.csv"

    async def import_rows(self, rows: list[HandledCall], *, update: bool) -> None:
        out = io.StringIO()
        lines = csv.writer(out)
        lines.writerow(COLUMNS)
        lines.writerows(encode(row) for row in rows)
        self._file.write_text(out.getvalue())
        try:
            await import_calls(self._file, database=self.database, writer=self.writer, pseudonym=str, update=update)
        except ImportRefused:
            assert not update

    async def begin_cut_off_import(self, rows: list[HandledCall]) -> None:
        """Leave rows behind as an import does that is killed before its end."""

        def work(connection: Connection) -> None:
            number = begin_import(connection)
            fresh = [row for row in rows if not find(connection, row.call)]
            for row in fresh:
                connection.execute(insert(calls).values(**closed_values(row), import_id=number))
            given = Contributions(tally_zone(connection))
            given.add_calls(fresh)
            TallyWrites(self.database.dialect).store(connection, CellCounting().of(given), import_id=number)

        await self.writer.write(work)

    async def run(self, statement: str) -> None:
        def work(connection: Connection) -> None:
            connection.execute(text(statement))

        await self.writer.write(work)


def find(connection: Connection, call: CallId) -> bool:
    statement = select(calls.c.state).where(calls.c.pbx == call.pbx, calls.c.uniqueid == call.uniqueid)
    return connection.execute(statement).first() is not None


names = st.none() | st.sampled_from(["a", "b"])
rows = st.builds(
    replace,
    st.sampled_from([plain_row(0, Outcome.RATED), full_row(CallId("default", "0"))]),
    call=st.builds(CallId, st.sampled_from(["default", "east"]), st.sampled_from("123")),
    keys=st.just(()),
    agent=names,
    team=names,
    site=names,
    caller=st.none() | st.sampled_from(["h1:" + "0" * 64, "h1:" + "1" * 64]),
    outcome=st.sampled_from([Outcome.RATED, Outcome.RATED, Outcome.LEFT_IN_MENU]),
    category=st.integers(0, 1),
    ended_by=st.sampled_from([EndedBy.AGENT, EndedBy.UNKNOWN]),
    options_heard=st.none() | st.integers(0, 1),
    confirm_key=st.none() | st.just("1"),
    ended_at=st.integers(-40, 40).map(lambda days: START + timedelta(days=days)),
    asked_seconds=st.none() | st.sampled_from([1.5, 5.0, 9.0]),
    test=st.sampled_from([False, False, False, True]),
    excluded=st.sampled_from([False, False, False, True]),
)


def closing(row: HandledCall) -> Change:
    return lambda given: given.ledger.close(row)


def late_arrival(row: HandledCall) -> Change:
    fact = CallArrived(row.call, site=row.site, caller=row.caller, test=row.test)
    return lambda given: given.ledger.record(fact, AskingEnded(row.call, 2.25))


def importing(some: list[HandledCall], *, update: bool) -> Change:
    once = {row.call: row for row in some}
    return lambda given: given.import_rows(list(once.values()), update=update)


def cut_off(row: HandledCall) -> Change:
    return lambda given: given.begin_cut_off_import([row])


def by_hand(statement: str) -> Change:
    return lambda given: given.run(statement)


async def rebuilding(given: Ledgers) -> None:
    await asyncio.to_thread(rebuild_tallies, given.database, "UTC")


BY_HAND = (
    "UPDATE calls SET excluded = NOT excluded",
    "UPDATE calls SET agent = 'c', team = NULL WHERE uniqueid = '1'",
    "UPDATE calls SET state = 'open' WHERE uniqueid = '2'",
    "UPDATE calls SET queue = NULL WHERE uniqueid = '3'",
    "DELETE FROM calls WHERE uniqueid = '1'",
)
changes = st.one_of(
    rows.map(closing),
    rows.map(closing),
    rows.map(late_arrival),
    st.lists(rows, max_size=3).map(lambda some: importing(some, update=False)),
    st.lists(rows, max_size=3).map(lambda some: importing(some, update=True)),
    rows.map(cut_off),
    st.sampled_from(BY_HAND).map(by_hand),
    st.just(rebuilding),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(sequence=st.lists(changes, max_size=8))
def test_any_sequence_of_changes_leaves_the_tallies_equal_to_the_rows(
    sequence: list[Change], database: Database, tmp_path: Path
) -> None:
    async def work() -> None:
        async with Writer(database) as writer:
            given = Ledgers(database, writer, tmp_path)
            # One database for all examples: taking its calls away is a change like others.
            await given.run("DELETE FROM calls")
            await given.import_rows([], update=False)
            assert list((await SqlPeriodTallies(database).read(ALL_MONTHS)).cells) == []
            held = HeldCells()
            assert not held.look(database)
            for change in sequence:
                await change(given)
                await require_equal_to_rows(database)
                assert held.look(database) == HeldCells().look(database)

    asyncio.run(work())
    assert check_tallies(database).differing == 0


@pytest.fixture
def ledgers(database: Database, writer: Writer, tmp_path: Path) -> Ledgers:
    return Ledgers(database, writer, tmp_path)


async def test_live_calls_and_an_import_at_the_same_time_are_all_counted(ledgers: Ledgers) -> None:
    def row(number: int, agent: str) -> HandledCall:
        return replace(plain_row(number, Outcome.RATED), agent=agent, caller=f"h1:{number:064x}")

    async def live() -> None:
        for number in range(120):
            # Some are of the file, too, and are closed before it, with it or after it.
            with contextlib.suppress(DatabaseRefused):
                await ledgers.ledger.close(row(number + 1_000, "live"))

    async def import_some(begin: int) -> None:
        await ledgers.import_rows([row(number, "file") for number in range(begin, begin + 700)], update=False)

    await asyncio.gather(live(), import_some(0), live())
    await import_some(700)
    assert await all_handled(SqlTallies(ledgers.database)) == 700 + 120
    await require_equal_to_rows(ledgers.database)
    assert check_tallies(ledgers.database).differing == 0


async def test_two_services_close_the_same_calls(ledgers: Ledgers, url: str) -> None:
    other = open_database(url)
    async with Writer(other) as writer:
        both = (ledgers.ledger, SqlLedger(other, writer))

        def row(number: int) -> HandledCall:
            return replace(plain_row(number % 5, Outcome.RATED), agent=f"agent {number % 7}")

        await asyncio.gather(*(both[number % 2].close(row(number)) for number in range(200)))
    other.close()
    assert await all_handled(SqlTallies(ledgers.database)) == 5
    await require_equal_to_rows(ledgers.database)


async def test_what_a_failed_write_would_have_shared_is_stored_by_the_next(ledgers: Ledgers) -> None:
    closings = ClosingWrites(ledgers.database.dialect)

    def fail(connection: Connection) -> None:
        closings.close(connection, [closings.closing_of(full_row(CallId("default", "1")))])
        raise RuntimeError("the disk is full")

    def close(connection: Connection) -> None:
        closings.close(connection, [closings.closing_of(full_row(CallId("default", "2")))])

    for work in (fail, close, close):
        with contextlib.suppress(RuntimeError):
            await ledgers.writer.write(work)
    await require_equal_to_rows(ledgers.database)
    assert await all_handled(SqlTallies(ledgers.database)) == 1


_OTHER: dict[str, Any] = {
    "ended_at": "2025-12-31 23:00:00",
    "followup": "sampled",
    "outcome": "no_key",
    "ended_by": "agent",
    "caller": "h1:" + "5" * 64,
    **dict.fromkeys(["wait_seconds", "delay_seconds", "asked_seconds"], 500.0),
    **dict.fromkeys(["category", "options_heard", "press_ms", "followup_category"], 4),
    "selection_probability": 0.5,
}


async def test_a_change_of_any_column_that_counts_is_counted(ledgers: Ledgers) -> None:
    for column in reversed(TALLIED):
        await ledgers.ledger.close(replace(full_row(CallId("default", "1")), keys=()))
        before = await SqlPeriodTallies(ledgers.database).revision()
        await ledgers.run(f"UPDATE calls SET {column} = '{_OTHER.get(column, 'other')}' WHERE uniqueid = '1'")
        assert await SqlPeriodTallies(ledgers.database).revision() == before + 2, column
        await require_equal_to_rows(ledgers.database)
        await ledgers.writer.write(TallyWrites(ledgers.database.dialect).settle)
        await require_equal_to_rows(ledgers.database)


async def test_a_change_of_what_does_not_count_changes_nothing(ledgers: Ledgers) -> None:
    await ledgers.ledger.close(full_row(CallId("default", "1")))
    before = await SqlPeriodTallies(ledgers.database).revision()
    others = set(CLOSED_COLUMNS) - set(TALLIED) - {"test", "excluded", "attribution"}
    same = ", ".join(f"{column} = {column}" for column in TALLIED if column not in {"pbx", "uniqueid"})
    changed = ", ".join(f"{column} = '1'" for column in others)
    await ledgers.run(f"UPDATE calls SET {same}, {changed}")
    assert await SqlPeriodTallies(ledgers.database).revision() == before


async def test_an_import_is_not_counted_before_it_is_whole(ledgers: Ledgers) -> None:
    await ledgers.ledger.close(plain_row(1))
    await ledgers.begin_cut_off_import([plain_row(2), plain_row(3)])
    assert await all_handled(SqlTallies(ledgers.database)) == 1
    await require_equal_to_rows(ledgers.database)
    # The next import cleans up; the number of the one that was cut off may be given again.
    await ledgers.import_rows([plain_row(4, Outcome.RATED)], update=False)
    assert await all_handled(SqlTallies(ledgers.database)) == 2
    await require_equal_to_rows(ledgers.database)
    assert check_tallies(ledgers.database).differing == 0


async def test_a_live_call_takes_over_a_row_of_an_import_that_is_then_cut_off(ledgers: Ledgers) -> None:
    await ledgers.begin_cut_off_import([plain_row(1), plain_row(2)])
    await ledgers.ledger.close(plain_row(1, Outcome.RATED))
    await require_equal_to_rows(ledgers.database)
    await ledgers.import_rows([plain_row(4)], update=False)
    await require_equal_to_rows(ledgers.database)
    assert await all_handled(SqlTallies(ledgers.database)) == 2


async def test_cells_of_many_imports_are_merged(ledgers: Ledgers) -> None:
    for number in range(KEPT_APART + 3):
        await ledgers.import_rows([plain_row(number), plain_row(0)], update=False)
    before = await all_counts(SqlTallies(ledgers.database))
    while await ledgers.writer.write(fold_some):
        await require_equal_to_rows(ledgers.database)
    assert await all_counts(SqlTallies(ledgers.database)) == before
    statement = text("SELECT count(DISTINCT import_id) FROM period_tallies WHERE import_id > 0")
    assert _scalar(ledgers, statement) == KEPT_APART
    assert check_tallies(ledgers.database).differing == 0


async def test_months_are_selected(ledgers: Ledgers) -> None:
    for number, month in enumerate([1, 2, 2, 3, 3, 3]):
        await ledgers.ledger.close(replace(plain_row(number), ended_at=datetime(2026, month, 28, tzinfo=UTC)))
    tallies = SqlPeriodTallies(ledgers.database)
    for months, handled in [
        (ALL_MONTHS, 6),
        (Months("2026-02"), 5),
        (Months(last="2026-02"), 3),
        (Months("2026-02", "2026-02"), 2),
        (Months("2027-01"), 0),
    ]:
        read = await tallies.read(months)
        assert read.handled == handled
        assert sum(group.calls for group in read.groups) == handled
    await ledgers.run("UPDATE calls SET ended_at = '2026-01-05 00:00:00' WHERE uniqueid = 'call.1'")
    assert (await tallies.read(Months("2026-02", "2026-02"))).handled == 1
    assert (await tallies.read(Months(last="2026-01"))).handled == 2


async def test_a_fold_of_an_import_whose_rows_have_changed_leaves_no_empty_cells(ledgers: Ledgers) -> None:
    for number in range(KEPT_APART + 1):
        await ledgers.import_rows([plain_row(number)], update=False)
    await ledgers.ledger.close(plain_row(0, Outcome.RATED))
    while await ledgers.writer.write(fold_some):
        pass
    await require_equal_to_rows(ledgers.database)
    for table in ("daily_tallies", "period_tallies", "group_tallies"):
        statement = text(f"SELECT count(*) FROM {table} WHERE calls <= 0")
        assert _scalar(ledgers, statement) == 0


def _scalar(ledgers: Ledgers, statement: TextClause) -> Any:
    return ledgers.database.read_now(lambda connection: connection.execute(statement).scalar())
