"""The cube says what the database says, whatever has happened to the calls and whatever is asked."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.domain.calls import EndedBy
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.outcomes import Outcome
from ivr.store import held_cells
from ivr.store.cube_tallies import CubeTallies
from ivr.store.database import Database
from ivr.store.held_cells import HeldCells
from ivr.store.tallies import SqlTallies
from ivr.store.tally_building import rebuild_tallies
from ivr.store.writer import Writer
from ivr.usecases.report_window import ALL_CALLS, ReportWindow

from .counted_rows import without_ends
from .samples import START, plain_row
from .test_tally_keeping import Change, Ledgers, changes

COUNTS = (
    "outcome_counts",
    "confirmation_counts",
    "ending_counts",
    "hearing_counts",
    "day_counts",
    "allocations",
    "excluded_counts",
)
names = st.none() | st.sampled_from(["a", "b", "north", "sales"])
midnights = st.none() | st.integers(-45, 45).map(lambda days: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=days))
windows = st.builds(
    ReportWindow,
    since=midnights,
    until=midnights,
    queue=names,
    site=names,
    language=st.none() | st.just("de"),
    teams=st.none() | st.frozensets(st.sampled_from(["a", "b", "north"])),
    agent=st.none() | st.sampled_from(["a", "b", "", "nobody"]),
)


def cube_of(held: HeldCells, database: Database) -> CubeTallies:
    held.refresh()
    assert held.held is not None
    return CubeTallies(held.held.cube, held.held.zone, held.checks, SqlTallies(database))


async def require_equal(cube: CubeTallies, sql: SqlTallies, window: ReportWindow) -> None:
    for name in COUNTS:
        said, wanted = [plain(await getattr(each, name)(window)) for each in (cube, sql)]
        assert said == wanted, name
    assert await cube.handled_calls(window) == await sql.handled_calls(window)
    assert await cube.call_days(window) == await sql.call_days(window)


def plain(counts: Any) -> list[str]:
    """Return counts in one order; a call that was taken out may have been a cell's first or last."""
    are_of_outcomes = all(isinstance(count, OutcomeCount) for count in counts)
    return sorted(map(repr, without_ends(counts) if are_of_outcomes else counts))


@pytest.fixture
def few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have cells read anew after two changed days already."""
    monkeypatch.setattr(held_cells, "MOST_DAYS", 2)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(sequence=st.lists(changes, max_size=6), asked=st.lists(windows, min_size=3, max_size=3))
def test_whatever_changes_the_cube_says_what_the_database_says(
    sequence: list[Change], asked: list[ReportWindow], database: Database, tmp_path: Path, few_days: None
) -> None:
    async def work() -> None:
        async with Writer(database) as writer:
            ledgers, held, sql = Ledgers(database, writer, tmp_path), HeldCells(database), SqlTallies(database)
            await ledgers.run("DELETE FROM calls")
            await ledgers.import_rows([], update=False)
            for change in sequence:
                await change(ledgers)
                for window in (ALL_CALLS, *asked):
                    await require_equal(cube_of(held, database), sql, window)

    asyncio.run(work())


@pytest.fixture
def ledgers(database: Database, writer: Writer, tmp_path: Path) -> Ledgers:
    return Ledgers(database, writer, tmp_path)


async def test_a_year_of_calls_is_answered_alike_however_it_is_cut(ledgers: Ledgers) -> None:
    """Whole months are added up once, those before the newest all together; the ends of a window are days."""
    rows = [
        replace(
            plain_row(number, Outcome.RATED if number % 3 else Outcome.NO_KEY),
            ended_at=datetime(2025, 4, 1, 12, tzinfo=UTC) + timedelta(days=number % 365, minutes=number),
            agent=f"agent {number % 11}",
            team="red" if number % 11 < 5 else "blue",
            layout=f"layout {number % 4}",
            ended_by=EndedBy.AGENT,
            asked_seconds=float(number % 40),
        )
        for number in range(2_000)
    ]
    await ledgers.import_rows(rows, update=False)
    held, sql = HeldCells(ledgers.database), SqlTallies(ledgers.database)
    cube = cube_of(held, ledgers.database)
    days = [None, *(datetime(2025, month, day, tzinfo=UTC) for month, day in ((4, 2), (6, 1), (8, 17), (12, 31)))]
    for since in days:
        for until in [*days, datetime(2026, 3, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)]:
            for window in (ReportWindow(since, until), ReportWindow(since, until, teams=frozenset({"red"}))):
                said, wanted = await cube.outcome_counts(window), await sql.outcome_counts(window)
                # Nothing was taken out, so the moments are those of the calls, to the microsecond.
                assert sorted(said, key=repr) == sorted(wanted, key=repr)
                await require_equal(cube, sql, window)


async def test_a_window_within_a_day_is_read_from_the_rows(ledgers: Ledgers) -> None:
    for number in range(4):
        await ledgers.ledger.close(plain_row(number))
    cube = cube_of(HeldCells(ledgers.database), ledgers.database)
    window = ReportWindow(START + timedelta(seconds=1), START + timedelta(seconds=3))
    assert await cube.handled_calls(window) == 2
    await require_equal(cube, SqlTallies(ledgers.database), window)


async def test_what_is_being_read_stays_as_of_its_moment(ledgers: Ledgers) -> None:
    await ledgers.ledger.close(plain_row(1))
    held = HeldCells(ledgers.database)
    before = cube_of(held, ledgers.database)
    await ledgers.ledger.close(plain_row(2, Outcome.RATED, agent="bob"))
    after = cube_of(held, ledgers.database)
    assert [await each.handled_calls(ALL_CALLS) for each in (before, after)] == [1, 2]
    assert [len(await each.outcome_counts(ALL_CALLS)) for each in (before, after)] == [1, 2]


async def test_names_are_those_in_scope(ledgers: Ledgers) -> None:
    await ledgers.ledger.close(replace(plain_row(1), team="red", site="riga"))
    await ledgers.ledger.close(replace(plain_row(2, agent="bob"), team="blue", queue="support"))
    cube, sql = cube_of(HeldCells(ledgers.database), ledgers.database), SqlTallies(ledgers.database)
    for window in (ALL_CALLS, ReportWindow(teams=frozenset({"blue"})), ReportWindow(agent="ann")):
        assert await cube.place_names(window) == await sql.place_names(window)
    assert (await cube.place_names(ReportWindow(teams=frozenset({"red"})))).sites == ("riga",)


async def test_other_days_after_a_rebuild_in_another_zone(ledgers: Ledgers) -> None:
    await ledgers.ledger.close(replace(plain_row(1), ended_at=datetime(2026, 3, 1, 20, tzinfo=UTC)))
    held = HeldCells(ledgers.database)
    assert [count.day for count in await cube_of(held, ledgers.database).day_counts(ALL_CALLS)] == ["2026-03-01"]
    rebuild_tallies(ledgers.database, "Asia/Tokyo")
    assert [count.day for count in await cube_of(held, ledgers.database).day_counts(ALL_CALLS)] == ["2026-03-02"]
