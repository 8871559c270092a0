"""The tallies counted a second way: plainly, from the rows of the calls, for tests to compare with."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ivr.domain.kpi.contributions import replicate_group
from ivr.domain.kpi.daily_cells import DailyResult, Place
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.kpi.waits import wait_bin
from ivr.domain.outcomes import Outcome
from ivr.store.database import Database
from ivr.store.period_reads import SqlPeriodTallies
from ivr.store.tables import calls, imports
from ivr.store.tallies import SqlTallies
from ivr.store.tally_writes import tally_zone
from ivr.usecases.fits import ALL_MONTHS
from ivr.usecases.report_window import ALL_CALLS

from .held_cells import HeldCells

WITHIN_A_DAY = replace(ALL_CALLS, since=datetime(1990, 1, 1, 5, tzinfo=UTC))
"""All calls of the tests, in a window that only rows can answer."""


async def require_equal_to_rows(database: Database) -> None:
    """Fail unless every reader of tallies says what the rows say."""
    tallies = SqlTallies(database)
    assert without_ends(await tallies.outcome_counts(ALL_CALLS)) == without_ends(
        await tallies.outcome_counts(WITHIN_A_DAY)
    )
    assert await tallies.confirmation_counts(ALL_CALLS) == await tallies.confirmation_counts(WITHIN_A_DAY)
    for read_counts in (tallies.allocations, tallies.ending_counts, tallies.hearing_counts, tallies.day_counts):
        assert await read_counts(ALL_CALLS) == await read_counts(WITHIN_A_DAY)
    for name in ("agent", "teams"):
        few = {name: "a" if name == "agent" else frozenset("a")}
        for scope in (replace(ALL_CALLS, **few), replace(WITHIN_A_DAY, **few)):
            assert sum(count.calls for count in await tallies.day_counts(scope)) == await tallies.handled_calls(scope)
    assert HeldCells().look(database) == _daily(database)
    read = await SqlPeriodTallies(database).read(ALL_MONTHS)
    cells, groups = _counted(database)
    assert {cell[:-1]: cell.calls for cell in read.cells} == cells
    assert {cell[:-1]: cell.calls for cell in read.groups} == groups
    assert read.handled == await tallies.handled_calls(ALL_CALLS)
    assert len(read.cells) == len(cells)
    assert len(read.groups) == len(groups)
    for shared in (
        [each.contact for each in read.cells] + [each.contact for each in read.groups],
        [each.result for each in read.cells] + [each.result for each in read.groups],
    ):
        assert len({id(each) for each in shared}) == len(set(shared))


def without_ends(counts: Any) -> list[OutcomeCount]:
    """A call that was taken out may have been a day's first or last; seconds are counted in milliseconds."""
    end = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        replace(
            count,
            last_ended_at=end,
            first_ended_at=None,
            asked_seconds=round(count.asked_seconds, 3),
            asked_seconds_squared=round(count.asked_seconds_squared, 6),
        )
        for count in counts
    ]


def _daily(database: Database) -> Counter[Any]:
    """Count the cells of days: calls, how many were asked, for how many milliseconds, and the squares of these."""
    zone: ZoneInfo = database.read_now(tally_zone)
    cells: Counter[Any] = Counter()
    for row in _counted_rows(database):
        place = Place(row.team, row.site, row.queue, row.language, row.layout, row.layout_version, row.allocation)
        heard = row.options_heard if row.outcome == Outcome.RATED else None
        end = (row.followup, row.followup_category, row.confirm_key, row.ended_by, heard)
        key = (f"{row.ended_at.astimezone(zone):%Y-%m-%d}", place, row.agent)
        key = (*key, DailyResult(row.outcome, row.category, *end))
        asked_ms = None if row.asked_seconds is None else round(1_000 * row.asked_seconds)
        asked = (0, 0, 0) if asked_ms is None else (1, asked_ms, asked_ms**2)
        cells[key] = tuple(map(sum, zip(cells[key] or (0, 0, 0, 0), (1, *asked), strict=True)))
    return cells


def _counted(database: Database) -> tuple[Counter[Any], Counter[Any]]:
    zone: ZoneInfo = database.read_now(tally_zone)
    cells: Counter[Any] = Counter()
    groups: Counter[Any] = Counter()
    for row in _counted_rows(database):
        contact = (
            f"{row.ended_at.astimezone(zone):%Y-%m}",
            row.site,
            row.queue,
            row.segment,
            row.language,
            wait_bin(row.wait_seconds),
            row.layout,
            row.layout_version,
            row.allocation,
            row.delay_seconds,
            row.selection_probability,
        )
        result = (row.outcome, row.category, row.followup, row.followup_category)
        cells[row.agent, contact, result, row.confirm_key] += 1
        groups[replicate_group(row.caller or f"{row.pbx}/{row.uniqueid}"), contact, result] += 1
    return cells, groups


def _counted_rows(database: Database) -> Sequence[Any]:
    whole = select(imports.c.id).where(imports.c.complete)
    statement = select(calls).where(
        calls.c.state == "closed",
        calls.c.import_id.is_(None) | calls.c.import_id.in_(whole),
        calls.c.test.is_(False),
        calls.c.excluded.is_(False),
    )
    return database.read_now(lambda connection: connection.execute(statement).all())
