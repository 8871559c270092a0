"""The tallies compared with the calls: what is missed is found, of whichever day, and stands until it is mended."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.domain.kpi.instruments import Instruments
from ivr.store.cube_tallies import CubeTallies
from ivr.store.database import Database
from ivr.store.held_cells import HeldCells
from ivr.store.tallies import SqlTallies
from ivr.store.tally_building import rebuild_tallies
from ivr.store.tally_writes import TallyWrites
from ivr.store.writer import Writer
from ivr.usecases.report_agents import report_agents
from ivr.usecases.report_window import ALL_CALLS, ReportWindow

from .samples import START, plain_row
from .test_tally_keeping import Ledgers

DAYS = 4


@pytest.fixture
async def ledgers(database: Database, writer: Writer, tmp_path: Path) -> Ledgers:
    """Two calls on each of some days that lie two apart."""
    given = Ledgers(database, writer, tmp_path)
    for day in range(DAYS):
        for number in (2 * day, 2 * day + 1):
            await given.ledger.close(replace(plain_row(number), ended_at=START + timedelta(days=2 * day)))
    return given


def looked_through(ledgers: Ledgers) -> HeldCells:
    """Return held cells after a look at every day, and at what is before them."""
    held = HeldCells(ledgers.database)
    held.refresh()
    for _ in range(DAYS + 1):
        assert held.checked_at is None
        held.check_next()
    return held


async def forget(ledgers: Ledgers, statement: str) -> None:
    """Change the calls behind the back of the tallies."""
    await ledgers.run(statement)
    await ledgers.run("DELETE FROM tally_changes")


async def test_a_whole_ledger_misses_nothing_and_says_since_when(ledgers: Ledgers) -> None:
    held = looked_through(ledgers)
    assert held.checks.missed() == 0
    first = held.checked_at
    assert first is not None
    for _ in range(DAYS + 1):
        held.check_next()
    assert held.checked_at is not None
    assert held.checked_at > first


@pytest.mark.parametrize(
    ("statement", "missed"),
    [
        ("UPDATE calls SET test = true WHERE uniqueid = 'call.2'", -1),
        ("UPDATE calls SET ended_at = '2026-03-02 12:00:00' WHERE uniqueid = 'call.7'", 0),
        ("UPDATE calls SET ended_at = NULL WHERE uniqueid = 'call.7'", 0),
        ("DELETE FROM daily_tallies WHERE day = '2026-03-05'", 2),
    ],
)
async def test_what_the_tallies_have_otherwise_is_found(ledgers: Ledgers, statement: str, missed: int) -> None:
    await forget(ledgers, statement)
    held = HeldCells(ledgers.database)
    held.refresh()
    for _ in range(DAYS + 1):
        held.check_next()
    assert held.checks.missed() == missed
    assert held.held is not None
    # Of a day alone it is known as well, also where the whole comes out even.
    assert any(held.checks.missed(day, None) for day in ("", "2026-03-02", "2026-03-03", "2026-03-04"))


async def test_a_leak_refuses_every_score_of_its_days_and_of_no_others(ledgers: Ledgers) -> None:
    held = looked_through(ledgers)
    assert held.held is not None
    await forget(ledgers, "DELETE FROM calls WHERE uniqueid = 'call.2'")
    for _ in range(DAYS + 1):
        held.check_next()
    tallies = CubeTallies(held.held.cube, held.held.zone, held.checks, SqlTallies(ledgers.database))

    async def leak_of(window: ReportWindow) -> str | None:
        return (await report_agents(tallies, Instruments(), clock=lambda: START, window=window)).leak

    leak = await leak_of(ALL_CALLS)
    assert leak is not None
    assert "7 handled calls, but 8 have an outcome" in leak
    midnight = START.replace(hour=0, minute=0, second=0, microsecond=0)
    assert await leak_of(ReportWindow(until=midnight + timedelta(days=2))) is None
    assert await leak_of(ReportWindow(midnight + timedelta(days=2), midnight + timedelta(days=3))) is not None
    assert await leak_of(ReportWindow(since=midnight + timedelta(days=4))) is None


async def test_a_mended_ledger_is_looked_at_anew(ledgers: Ledgers) -> None:
    await forget(ledgers, "DELETE FROM calls WHERE uniqueid = 'call.2'")
    held = looked_through(ledgers)
    assert held.checks.missed() == -1
    rebuild_tallies(ledgers.database, "UTC")
    held.refresh()
    assert held.checks.missed() == 0
    assert held.checked_at is None


async def test_a_changed_day_is_looked_at_before_others(ledgers: Ledgers) -> None:
    held = looked_through(ledgers)
    await ledgers.ledger.close(replace(plain_row(50), ended_at=START + timedelta(days=2)))
    held.refresh()
    await forget(ledgers, "DELETE FROM calls WHERE uniqueid = 'call.50'")
    held.check_next()
    assert held.checks.missed("2026-03-03", "2026-03-04") == -1


async def test_nothing_is_compared_while_a_change_is_not_in_the_tallies(ledgers: Ledgers) -> None:
    held = HeldCells(ledgers.database)
    assert held.check_next() is None
    held.refresh()
    await ledgers.run("UPDATE calls SET agent = 'bob' WHERE uniqueid = 'call.2'")
    assert held.check_next() is None
    await ledgers.writer.write(TallyWrites(ledgers.database.dialect).settle)
    assert held.check_next() is not None


async def test_a_ledger_without_calls_is_whole(database: Database) -> None:
    held = HeldCells(database)
    held.refresh()
    held.check_next()
    assert held.checks.missed() == 0
    assert held.checked_at is not None


async def test_the_first_call_of_a_day_that_was_not_looked_up_is_not_missed(
    database: Database, writer: Writer, tmp_path: Path
) -> None:
    ledgers = Ledgers(database, writer, tmp_path)
    held = HeldCells(database)
    held.refresh()
    for number in range(2):
        await ledgers.ledger.close(replace(plain_row(number), ended_at=START + timedelta(days=number)))
        await ledgers.writer.write(TallyWrites(database.dialect).settle)
        found = held.check_next()
        assert found is not None
        assert found.rows == found.tallied == 1 + number
        assert held.checks.missed() == 0
