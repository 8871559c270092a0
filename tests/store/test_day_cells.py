"""A reader that holds the daily cells reads the changed days alone, and is never behind what was committed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from ivr.domain.calls import CallArrived, EndedBy, HandledCall
from ivr.domain.kpi.daily_cells import DailyResult, Place
from ivr.domain.outcomes import Outcome
from ivr.store.database import Database, open_database
from ivr.store.day_cells import changed_days, read_changes
from ivr.store.imported_rows import complete_import, purge_unfinished
from ivr.store.ledger import SqlLedger
from ivr.store.tables import tally_days
from ivr.store.tally_building import check_tallies, rebuild_tallies
from ivr.store.tally_imports import KEPT_APART, fold_some
from ivr.store.tally_writes import TallyWrites, read_state
from ivr.store.writer import Writer

from .counted_rows import require_equal_to_rows
from .held_cells import HeldCells
from .samples import START, plain_row
from .test_tally_keeping import Ledgers


def on(day: int, number: int, outcome: Outcome = Outcome.NO_KEY, **more: Any) -> HandledCall:
    """Return a call of a day of March 2026."""
    row = plain_row(number, outcome)
    return replace(row, ended_at=START + timedelta(days=day - 1, seconds=number), **more)


@pytest.fixture
def ledgers(database: Database, writer: Writer, tmp_path: Any) -> Ledgers:
    return Ledgers(database, writer, tmp_path)


@pytest.fixture
async def held(ledgers: Ledgers) -> HeldCells:
    """A reader of five days with a call each, which has looked once."""
    for day in range(1, 6):
        await ledgers.ledger.close(on(day, day))
    held = HeldCells()
    assert sum(numbers[0] for numbers in held.look(ledgers.database).values()) == 5
    assert held.was_whole
    return held


def reads(held: HeldCells, database: Database) -> list[str]:
    """Let the reader look; return the days of March that it has read again."""
    assert held.look(database) == HeldCells().look(database)
    assert not held.was_whole
    assert all(day.startswith("2026-03-0") for day in held.days_read)
    return [day[-1] for day in held.days_read]


async def test_a_cell_says_what_it_counts(ledgers: Ledgers) -> None:
    row = on(1, 3, Outcome.RATED, team="north", ended_by=EndedBy.CALLER, options_heard=2, asked_seconds=1.5)
    await ledgers.ledger.close(row)
    place = Place("north", None, "sales", None, None, None, None)
    result = DailyResult("rated", 0, None, None, None, "caller", 2)
    assert HeldCells().look(ledgers.database) == {("2026-03-01", place, "ann", result): (1, 1, 1500, 2_250_000)}


async def test_nothing_is_read_again_where_nothing_has_changed(held: HeldCells, ledgers: Ledgers) -> None:
    assert reads(held, ledgers.database) == []
    await ledgers.ledger.close(on(2, 2))
    await ledgers.ledger.close(on(6, 6, test=True))
    assert reads(held, ledgers.database) == []


async def test_the_days_of_a_closing_and_of_a_correction_are_read_again(held: HeldCells, ledgers: Ledgers) -> None:
    await ledgers.ledger.close(on(3, 10))
    assert reads(held, ledgers.database) == ["3"]
    await ledgers.ledger.close(on(9, 10))
    assert reads(held, ledgers.database) == ["3", "9"]
    await ledgers.run("UPDATE calls SET excluded = true WHERE uniqueid = 'call.10'")
    await ledgers.writer.write(TallyWrites(ledgers.database.dialect).settle)
    assert reads(held, ledgers.database) == ["9"]
    assert reads(held, ledgers.database) == []


async def test_a_change_that_is_noted_counts_and_is_read_again_until_it_is_settled(
    held: HeldCells, ledgers: Ledgers
) -> None:
    await ledgers.run("UPDATE calls SET agent = 'bob' WHERE uniqueid = 'call.2'")
    assert reads(held, ledgers.database) == ["2"]
    await ledgers.ledger.record(CallArrived(on(4, 4).call, site="riga"))
    assert reads(held, ledgers.database) == ["2", "4"]
    await ledgers.ledger.close(on(1, 20))
    assert reads(held, ledgers.database) == ["1", "2", "4"]
    assert reads(held, ledgers.database) == []


async def test_a_change_that_is_noted_may_be_the_first_call_of_a_place_and_a_day(ledgers: Ledgers) -> None:
    await ledgers.ledger.close(on(1, 1))
    await ledgers.run("UPDATE calls SET queue = 'new', ended_at = '2026-03-07 12:00:00'")
    [(day, place, _, _)] = HeldCells().look(ledgers.database)
    assert (day, place.queue) == ("2026-03-07", "new")


async def test_an_import_is_read_when_it_is_whole(held: HeldCells, ledgers: Ledgers) -> None:
    await ledgers.begin_cut_off_import([on(5, 30), on(6, 31)])
    assert reads(held, ledgers.database) == []
    await ledgers.run("UPDATE calls SET agent = 'bob' WHERE uniqueid = 'call.31'")
    await ledgers.writer.write(TallyWrites(ledgers.database.dialect).settle)
    assert reads(held, ledgers.database) == []
    await ledgers.writer.write(lambda connection: complete_import(connection, 1))
    assert reads(held, ledgers.database) == ["5", "6"]
    await require_equal_to_rows(ledgers.database)
    await ledgers.run("UPDATE imports SET complete = false")
    assert reads(held, ledgers.database) == ["5", "6"]


async def test_an_import_that_was_cut_off_leaves_no_days(held: HeldCells, ledgers: Ledgers) -> None:
    await ledgers.begin_cut_off_import([on(5, 30), on(6, 31)])
    while await ledgers.writer.write(purge_unfinished):
        pass
    assert reads(held, ledgers.database) == []
    assert days_of_imports(ledgers.database) == []


async def test_the_days_of_replaced_calls_are_read_again(held: HeldCells, ledgers: Ledgers) -> None:
    await ledgers.import_rows([on(8, 8), on(4, 4, agent="bob"), on(1, 1)], update=True)
    assert reads(held, ledgers.database) == ["4", "8"]


async def test_merging_imports_changes_no_day(held: HeldCells, ledgers: Ledgers) -> None:
    late = HeldCells()
    late.look(ledgers.database)
    for number in range(KEPT_APART + 3):
        await ledgers.import_rows([on(number % 5 + 1, 100 + number)], update=False)
    reads(held, ledgers.database)
    while await ledgers.writer.write(fold_some):
        assert reads(held, ledgers.database) == []
    # Who has slept through all of it still learns of the days.
    assert reads(late, ledgers.database) == ["1", "2", "3", "4", "5"]
    assert len(days_of_imports(ledgers.database)) == KEPT_APART


async def test_a_new_book_is_read_as_a_whole(held: HeldCells, ledgers: Ledgers) -> None:
    assert check_tallies(ledgers.database).differing == 0
    assert reads(held, ledgers.database) == []
    rebuild_tallies(ledgers.database, "Asia/Tokyo")
    before = held.look(ledgers.database)
    assert held.was_whole
    await ledgers.ledger.close(on(5, 50))
    assert reads(held, ledgers.database) == ["5"]
    assert sum(numbers[0] for numbers in before.values()) == 5
    days = ledgers.database.read_now(lambda connection: connection.execute(tally_days.select()).all())
    assert {row.book for row in days} == {2}
    assert sorted(row.day[-1] for row in days) == ["1", "2", "3", "4", "5"]


async def test_a_reader_keeps_up_with_two_services_an_import_and_a_rebuilding(
    held: HeldCells, ledgers: Ledgers, url: str
) -> None:
    other = open_database(url)
    done = asyncio.Event()
    looks = 0

    def both(connection: Connection) -> bool:
        return held.read(connection) == HeldCells().read(connection)

    async def look() -> None:
        nonlocal looks
        while not done.is_set():
            assert await ledgers.database.read_report(both)
            looks += 1

    async with Writer(other) as writer:
        services = (ledgers.ledger, SqlLedger(other, writer))

        async def live(agent: str) -> None:
            for number in range(150):
                outcome = Outcome.RATED if number % 3 else Outcome.NO_KEY
                await services[number % 2].close(on(number % 7 + 1, number % 40, outcome, agent=agent))

        async def fill() -> None:
            for begin in range(100, 100 * (KEPT_APART + 3), 100):
                await ledgers.import_rows([on(n % 9 + 1, n) for n in range(begin, begin + 30)], update=False)
            await asyncio.to_thread(rebuild_tallies, ledgers.database, "UTC")

        looking = asyncio.create_task(look())
        try:
            await asyncio.gather(live("ann"), live("bob"), fill())
        finally:
            done.set()
        await looking
    other.close()
    assert looks > 1
    await require_equal_to_rows(ledgers.database)
    assert held.look(ledgers.database) == HeldCells().look(ledgers.database)


async def test_all_days_have_changed_since_the_beginning(held: HeldCells, ledgers: Ledgers) -> None:
    def read(connection: Connection) -> tuple[int, int]:
        state = read_state(connection)
        assert state.book is not None
        return len(changed_days(connection, state.book, 0)), len(changed_days(connection, state.book, state.revision))

    assert ledgers.database.read_now(read) == (5, 0)


async def test_tallies_that_are_not_built_cannot_be_read(ledgers: Ledgers) -> None:
    await ledgers.run("UPDATE tally_state SET book = NULL")
    assert ledgers.database.read_now(lambda connection: read_changes(connection, None)) is None


def days_of_imports(database: Database) -> list[int]:
    """Return the imports that have days of their own."""
    statement = text("SELECT DISTINCT import_id FROM tally_days WHERE import_id > 0")
    return list(database.read_now(lambda connection: connection.execute(statement).scalars().all()))
