"""Counts of pages beside the outcomes: ends, options heard, days and exclusions; and what there is to choose from."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ivr.domain.calls import EndedBy, HandledCall
from ivr.domain.kpi.tallies import DayCount, EndingCount, HearingCount, PlaceNames
from ivr.domain.outcomes import Outcome
from ivr.store.database import Database, open_database
from ivr.store.experiment_counts import SqlExperimentCounts
from ivr.store.ledger import SqlLedger
from ivr.store.tables import calls
from ivr.store.tallies import SqlTallies
from ivr.store.tally_zone import adopt_zone
from ivr.store.window_rows import counted_rows, excluded_rows
from ivr.usecases.report_window import ALL_CALLS, ReportWindow

from .counted_rows import WITHIN_A_DAY
from .samples import START, plain_row

EITHER = [ALL_CALLS, WITHIN_A_DAY]
either = pytest.mark.parametrize("window", EITHER, ids=["days", "rows"])


def rated(number: int, **more: Any) -> HandledCall:
    row = replace(plain_row(3 * number, Outcome.RATED), layout="sparse-531", layout_version="v1", team="north")
    return replace(row, **more)


async def close(ledger: SqlLedger, *rows: HandledCall) -> None:
    for row in rows:
        await ledger.close(row)


@either
async def test_ends_are_counted_by_agent_and_outcome(
    window: ReportWindow, ledger: SqlLedger, tallies: SqlTallies
) -> None:
    await close(
        ledger,
        rated(1, ended_by=EndedBy.AGENT),
        rated(2, ended_by=EndedBy.AGENT),
        rated(3, ended_by=EndedBy.CALLER),
        replace(plain_row(1, agent=None), ended_by=EndedBy.CALLER),
        rated(4),
        rated(5, test=True, ended_by=EndedBy.TRANSFER),
    )
    assert await tallies.ending_counts(window) == [
        EndingCount(None, EndedBy.CALLER, Outcome.NO_KEY, 1),
        EndingCount("ann", EndedBy.AGENT, Outcome.RATED, 2),
        EndingCount("ann", EndedBy.CALLER, Outcome.RATED, 1),
        EndingCount("ann", EndedBy.UNKNOWN, Outcome.RATED, 1),
    ]


@either
async def test_options_heard_are_counted_of_rated_calls(
    window: ReportWindow, ledger: SqlLedger, tallies: SqlTallies
) -> None:
    await close(
        ledger,
        *(rated(number, options_heard=heard) for number, heard in enumerate([3, 3, 1, None])),
        rated(4, options_heard=3, layout_version="v2"),
        rated(5, options_heard=3, outcome=Outcome.LEFT_IN_MENU),
    )
    assert await tallies.hearing_counts(window) == [
        HearingCount("ann", "sparse-531", "v1", None, 1),
        HearingCount("ann", "sparse-531", "v1", 1, 1),
        HearingCount("ann", "sparse-531", "v1", 3, 2),
        HearingCount("ann", "sparse-531", "v2", 3, 1),
    ]


@either
async def test_days_are_those_of_the_site(
    window: ReportWindow, ledger: SqlLedger, tallies: SqlTallies, database: Database
) -> None:
    adopt_zone(database, "Asia/Kathmandu")
    midnight = datetime(2026, 3, 1, 18, 15, tzinfo=UTC)
    ends = (midnight - timedelta(microseconds=1), midnight, midnight)
    await close(ledger, *(replace(plain_row(number), ended_at=end) for number, end in enumerate(ends)))
    await close(ledger, rated(9, ended_at=midnight, allocation="sparse-531:1"))
    nothing = ("ann", None, None, Outcome.NO_KEY, None)
    assert await tallies.day_counts(window) == [
        DayCount("2026-03-01", *nothing, 1),
        DayCount("2026-03-02", *nothing, 2),
        DayCount("2026-03-02", "ann", "sparse-531", "v1", Outcome.RATED, 0, 1, "sparse-531:1"),
    ]


@pytest.mark.parametrize(
    ("scope", "numbers"),
    [
        ({"teams": frozenset({"north"})}, {1, 2}),
        ({"teams": frozenset({"north", "south"})}, {1, 2, 3}),
        ({"teams": frozenset()}, set()),
        ({"teams": frozenset({"nobody's"})}, set()),
        ({"agent": "ann"}, {1, 3, 4}),
        ({"agent": "ann", "teams": frozenset({"north"})}, {1}),
        ({"agent": ""}, set()),
    ],
)
@either
async def test_a_scope_selects(
    window: ReportWindow, scope: dict[str, Any], numbers: set[int], ledger: SqlLedger, tallies: SqlTallies
) -> None:
    people = {1: ("ann", "north"), 2: ("bob", "north"), 3: ("ann", "south"), 4: ("ann", None), 5: (None, None)}
    for number, (agent, team) in people.items():
        # Told apart by the number of options that had been heard.
        row = rated(
            number, agent=agent, team=team, options_heard=number, confirm_key=str(number), allocation=f"{number}:1"
        )
        await close(ledger, row, rated(number + 10, agent=agent, team=team, excluded=True, asked_seconds=float(number)))
    chosen = replace(window, **scope)
    assert {count.options_heard for count in await tallies.hearing_counts(chosen)} == numbers
    assert {int(count.confirm_key) for count in await tallies.confirmation_counts(chosen)} == numbers
    assert await tallies.allocations(chosen) == [f"{number}:1" for number in sorted(numbers)]
    assert {count.asked_seconds for count in await tallies.excluded_counts(chosen)} == set(map(float, numbers))
    for read in (tallies.outcome_counts, tallies.ending_counts, tallies.day_counts):
        assert sum(count.calls for count in await read(chosen)) == len(numbers)
    assert await tallies.handled_calls(chosen) == len(numbers)


async def test_a_scope_selects_the_calls_of_an_experiment(ledger: SqlLedger, database: Database) -> None:
    await close(ledger, rated(1, experiment="e"), rated(2, experiment="e", team="south"), rated(3, team="south"))
    counts = SqlExperimentCounts(database)
    for teams, expected in [({"south"}, 1), ({"south", "north"}, 2), (set(), 0)]:
        counted = await counts.of("e", replace(ALL_CALLS, teams=frozenset(teams)))
        assert sum(arm.calls for arm in counted.arms) == expected


async def test_what_is_excluded_is_counted_apart_from_all_else(ledger: SqlLedger, tallies: SqlTallies) -> None:
    await close(
        ledger,
        rated(1),
        rated(2, excluded=True),
        rated(3, excluded=True, queue="support"),
        rated(4, excluded=True, test=True),
        rated(5, excluded=True, ended_at=START - timedelta(days=1)),
    )
    window = ReportWindow(since=START, queue="sales")
    [count] = await tallies.excluded_counts(window)
    assert (count.agent, count.team, count.outcome, count.category, count.calls) == (
        "ann",
        "north",
        Outcome.RATED,
        0,
        1,
    )
    assert count.last_ended_at == count.first_ended_at == START + timedelta(seconds=6)
    assert sum(each.calls for each in await tallies.excluded_counts(ALL_CALLS)) == 3


async def test_there_is_to_choose_from_what_the_readers_calls_have(ledger: SqlLedger, tallies: SqlTallies) -> None:
    assert await tallies.place_names(ALL_CALLS) == PlaceNames()
    await close(
        ledger,
        rated(1, queue="sales", site="riga", language="lv"),
        rated(2, queue="support", team="south", agent="bob"),
        rated(3, queue="claims", team=None, site="oslo"),
        rated(4, queue="canary", team="tests", test=True),
    )
    everything = PlaceNames(("claims", "sales", "support"), ("oslo", "riga"), ("lv",), ("north", "south"))
    assert await tallies.place_names(ALL_CALLS) == everything
    # What is chosen does not narrow what there is to choose from; what the reader may see does.
    assert await tallies.place_names(replace(ALL_CALLS, queue="sales", since=START + timedelta(days=9))) == everything
    assert await tallies.place_names(replace(ALL_CALLS, teams=frozenset({"south"}))) == PlaceNames(
        queues=("support",), teams=("south",)
    )
    assert await tallies.place_names(replace(ALL_CALLS, teams=frozenset())) == PlaceNames()
    assert await tallies.place_names(replace(ALL_CALLS, agent="bob")) == PlaceNames(
        queues=("support",), teams=("south",)
    )


@pytest.mark.parametrize(
    ("conditions", "index"),
    [
        (
            lambda: counted_rows(ReportWindow(since=START, agent="ann")),
            "ix_calls_agent_ended_at (agent=? AND ended_at>?)",
        ),
        (lambda: counted_rows(ReportWindow(agent="ann")), "ix_calls_agent_ended_at (agent=?)"),
        (lambda: excluded_rows(ReportWindow(since=START)), "ix_calls_excluded (ended_at>?)"),
        (lambda: excluded_rows(ALL_CALLS), "ix_calls_excluded"),
    ],
)
def test_rows_are_found_by_an_index(conditions: Callable[[], Sequence[Any]], index: str, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    statement = select(calls.c.uniqueid).where(*conditions())
    compiled = statement.compile(database.engine, compile_kwargs={"literal_binds": True})
    plan = database.read_now(lambda found: found.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all())
    database.close()
    assert any(index in row[-1] for row in plan), plan
