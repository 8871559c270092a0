"""Tallies that are built anew beside those in use: exact while calls go on, and seen only when they are whole."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text

import ivr.store.migrations
from ivr.domain.outcomes import Outcome
from ivr.errors import DatabaseRefused, TalliesNotBuilt
from ivr.store import tally_building
from ivr.store.database import Database, open_database, upgrade
from ivr.store.import_lock import sole_import
from ivr.store.ledger import SqlLedger
from ivr.store.period_reads import SqlPeriodTallies
from ivr.store.tallies import SqlTallies
from ivr.store.tally_building import check_tallies, rebuild_tallies
from ivr.store.tally_writes import read_state
from ivr.store.tally_zone import adopt_zone
from ivr.store.writer import Writer
from ivr.usecases.fits import ALL_MONTHS, Months, PeriodCounts
from ivr.usecases.report_window import ReportWindow

from .counted_rows import require_equal_to_rows
from .samples import START, all_counts, all_handled, plain_row


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_building, "_CALLS_AT_ONCE", 7)
    monkeypatch.setattr(tally_building, "_CELLS_AT_ONCE", 11)


def at_revision(url: str, revision: str) -> Engine:
    """Make a ledger as an older program made it."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(ivr.store.migrations.__file__).parent))
        command.upgrade(config, revision)
    return engine


@pytest.fixture
def old_url(url: str) -> str:
    """A ledger of before there were tallies, with 30 closed calls and an open one."""
    engine = at_revision(url, "0002")
    with engine.begin() as connection:
        for number in range(30):
            connection.execute(
                text(
                    "INSERT INTO calls (pbx, uniqueid, state, ended_at, outcome, agent, queue, selection_probability, "
                    "legs, attribution, ended_by) VALUES ('default', :uniqueid, 'closed', '2026-03-01 09:00:00+00:00', "
                    "'no_key', 'ann', 'sales', 1, 1, 'certain', 'agent')"
                ),
                {"uniqueid": f"{number:02}"},
            )
        connection.execute(text("INSERT INTO calls (pbx, uniqueid) VALUES ('default', 'open')"))
        connection.execute(
            text(
                "INSERT INTO legs (pbx, uniqueid, leg, connected_at) "
                "VALUES ('default', 'open', '1', '2026-03-01 09:00:00+00:00')"
            )
        )
    engine.dispose()
    return url


async def test_tallies_that_differ_are_found_and_built_anew(database: Database, ledger: SqlLedger) -> None:
    for number in range(40):
        await ledger.close(plain_row(number, Outcome.RATED))
    assert check_tallies(database).differing == 0
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE period_tallies SET calls = calls + 1"))
        connection.execute(text("UPDATE daily_tallies SET asked_ms = 1"))
        connection.execute(text("DELETE FROM group_tallies"))
    groups = len({cell[:-1] for cell in (await _after_rebuild(database, 3 + 3)).groups})
    found = check_tallies(database)
    assert (found.calls, found.cells, found.differing) == (40, 3 + 3 + groups, 0)
    await require_equal_to_rows(database)


async def _after_rebuild(database: Database, unlike_without_groups: int) -> PeriodCounts:
    found = check_tallies(database)
    assert rebuild_tallies(database, "UTC") == found
    read = await SqlPeriodTallies(database).read(ALL_MONTHS)
    assert found.differing == unlike_without_groups + len(read.groups)
    return read


async def test_calls_that_close_meanwhile_are_in_both_books(
    database: Database, ledger: SqlLedger, small_steps: None
) -> None:
    for number in range(150):
        await ledger.close(plain_row(number, Outcome.RATED))
    stop = asyncio.Event()

    async def go_on() -> int:
        number = 0
        while not stop.is_set():
            number += 1
            # New calls, and old ones closed anew, on either side of where the scan is.
            agent = f"agent {number % 11}"
            await ledger.close(plain_row(number * 37 % 300, Outcome.RATED, agent=agent))
        return number

    closing = asyncio.create_task(go_on())
    try:
        for _ in range(3):
            assert (await asyncio.to_thread(check_tallies, database)).differing == 0
        assert (await asyncio.to_thread(rebuild_tallies, database, "UTC")).differing == 0
    finally:
        stop.set()
    assert await closing > 10
    await require_equal_to_rows(database)
    assert check_tallies(database).differing == 0


async def test_half_a_book_is_never_read(database: Database, ledger: SqlLedger, small_steps: None) -> None:
    for number in range(100):
        await ledger.close(plain_row(number, Outcome.RATED))
    tallies, periods = SqlTallies(database), SqlPeriodTallies(database)
    building = asyncio.create_task(asyncio.to_thread(rebuild_tallies, database, "UTC"))
    while not building.done():
        assert sum(count.calls for count in await all_counts(tallies)) == 100
        assert (await periods.read(ALL_MONTHS)).handled == 100
    await building


async def test_what_a_killed_building_left_is_cleared(database: Database, ledger: SqlLedger) -> None:
    await ledger.close(plain_row(1, Outcome.RATED))
    left = tally_building._Building(database)
    left.build("Asia/Tokyo")
    await ledger.close(plain_row(2, Outcome.RATED))
    assert check_tallies(database).differing == 0
    state = database.read_now(read_state)
    assert (state.book, state.zone, state.building) == (1, "UTC", None)
    books = text("SELECT DISTINCT book FROM period_tallies")
    assert database.read_now(lambda connection: connection.execute(books).scalars().all()) == [1]


def test_no_building_runs_beside_an_import(database: Database) -> None:
    with sole_import(database), pytest.raises(DatabaseRefused, match=r"an import into .* or a count .* is under way"):
        check_tallies(database)


async def test_a_ledger_of_before_counts_its_rows_until_the_tallies_are_built(old_url: str) -> None:
    upgrade(old_url)
    database = open_database(old_url)
    tallies, periods = SqlTallies(database), SqlPeriodTallies(database)
    assert [count.calls for count in await all_counts(tallies)] == [30]
    with pytest.raises(TalliesNotBuilt, match="not tallied yet; run `ivr db tallies --rebuild`"):
        await periods.read(ALL_MONTHS)
    with pytest.raises(TalliesNotBuilt, match="not tallied yet; run `ivr db tallies --rebuild`"):
        await periods.revision()
    with pytest.raises(TalliesNotBuilt, match="not tallied yet; run `ivr db tallies --rebuild`"):
        check_tallies(database)
    async with Writer(database) as writer:
        await SqlLedger(database, writer).close(plain_row(1))
    assert rebuild_tallies(database, "Europe/Berlin").calls == 31
    assert (await periods.read(ALL_MONTHS)).handled == await all_handled(tallies) == 31
    await require_equal_to_rows(database)
    legs = text("SELECT count(*) FROM legs WHERE uniqueid = 'open'")
    assert database.read_now(lambda connection: connection.execute(legs).scalar()) == 1
    database.close()


@pytest.mark.parametrize("closed", [True, False])
def test_the_tallies_of_a_ledger_of_before_pages_are_counted_anew(url: str, closed: bool) -> None:
    engine = at_revision(url, "0003")
    insert = """
        INSERT INTO calls
            (pbx, uniqueid, state, ended_at, outcome, category, agent, queue, ended_by, options_heard)
        VALUES ('default', '1', 'closed', '2026-03-01 09:00:00+00:00', 'rated', 1, 'ann', 'sales', 'caller', 3)"""
    with engine.begin() as connection:
        connection.execute(text(insert))
        connection.execute(text("INSERT INTO tally_results (id, outcome, category) VALUES (7, 'rated', 1)"))
        connection.execute(text("INSERT INTO tally_places (id, queue) VALUES (8, 'sales')"))
        connection.execute(text("INSERT INTO daily_tallies VALUES (1, 0, '2026-03-01', 8, 'ann', 7, 1, 0, 0, 0, 0, 0)"))
        if not closed:
            connection.execute(text("DELETE FROM calls"))
    engine.dispose()
    upgrade(url)
    database = open_database(url)
    empty = text("SELECT (SELECT count(*) FROM daily_tallies) + (SELECT count(*) FROM tally_changes)")
    assert database.read_now(lambda connection: connection.execute(empty).scalar()) == 0
    assert database.read_now(read_state).book == (None if closed else 1)
    assert rebuild_tallies(database, "UTC").calls == closed
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        # Every kind of change is noted by the triggers that were made anew.
        connection.execute(text(insert.replace("'1', 'closed'", "'2', 'closed'")))
        connection.execute(text(insert.replace("'1', 'closed'", "'3', 'closed'")))
        connection.execute(text("UPDATE calls SET ended_by = 'transfer' WHERE uniqueid = '2'"))
        connection.execute(text("DELETE FROM calls WHERE uniqueid = '3'"))
        signs = text("SELECT sign, ended_by FROM tally_changes ORDER BY id")
        found = [tuple(row) for row in connection.execute(signs)]
    assert found == [(1, "caller"), (1, "caller"), (-1, "caller"), (1, "transfer"), (-1, "caller")]
    asyncio.run(require_equal_to_rows(database))
    assert check_tallies(database).differing == 0
    database.close()


async def test_a_ledger_takes_up_the_sites_zone_before_its_first_call(database: Database, ledger: SqlLedger) -> None:
    assert adopt_zone(database, "Asia/Tokyo")
    late = replace(plain_row(1), ended_at=datetime(2026, 2, 28, 15, 0, tzinfo=UTC))
    await ledger.close(late)
    assert (await SqlPeriodTallies(database).read(Months("2026-03"))).handled == 1
    assert not adopt_zone(database, "UTC")
    assert adopt_zone(database, "Asia/Tokyo")
    await require_equal_to_rows(database)


async def test_days_of_another_zone_are_counted_from_the_rows(database: Database, ledger: SqlLedger) -> None:
    adopt_zone(database, "Asia/Kathmandu")
    for number in range(48):
        await ledger.close(replace(plain_row(number), ended_at=START + timedelta(hours=number)))
    tallies = SqlTallies(database)
    for zone in ("Asia/Kathmandu", "Europe/Berlin", "America/St_Johns"):
        begin = datetime(2026, 3, 2, tzinfo=ZoneInfo(zone))
        window = ReportWindow(begin, begin + timedelta(days=1))
        assert sum(count.calls for count in await tallies.outcome_counts(window)) == 24
    assert rebuild_tallies(database, "Europe/Berlin").differing > 0
    assert database.read_now(read_state).zone == "Europe/Berlin"
    await require_equal_to_rows(database)


async def test_the_revision_grows_with_every_change(database: Database, ledger: SqlLedger) -> None:
    periods = SqlPeriodTallies(database)
    seen = [await periods.revision()]
    await ledger.close(plain_row(1))
    seen.append(await periods.revision())
    await ledger.close(plain_row(1, Outcome.RATED))
    seen.append(await periods.revision())
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE calls SET excluded = true"))
    seen.append(await periods.revision())
    rebuild_tallies(database, "UTC")
    seen.append(await periods.revision())
    assert seen == sorted(set(seen))
    await ledger.close(replace(plain_row(2), test=True))
    assert await periods.revision() == seen[-1]


async def test_where_nothing_was_ever_counted_there_is_nothing_to_fit(database: Database) -> None:
    assert await SqlPeriodTallies(database).revision() == 0
