"""The day cube: sums of any cells, grouped and selected in any way, are those of plain adding up."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.kpi import day_cube
from ivr.domain.kpi.cube_keys import Selection
from ivr.domain.kpi.daily_cells import DailyResult, Place
from ivr.domain.kpi.day_cube import DayCube, Days

PLACES = {
    number: Place(team, "riga", queue, "en", layout, "v1", None)
    for number, (team, queue, layout) in enumerate(
        [("red", "sales", "a"), ("red", "support", "b"), ("blue", "sales", "b"), (None, None, None)], start=-2
    )
}
RESULTS = {
    7: DailyResult("rated", 2, None, None, None, "agent", 3),
    -9: DailyResult("rated", 2, "sampled", None, "5", "caller", 1),
    2**62: DailyResult("no_key", None, None, None, None, None, None),
}
COLUMNS = ("agent", "team", "layout", "outcome", "category")
DAY_NAMES = ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-20", "2026-02-03", "2026-03-09"]
Row = tuple[Any, ...]

keys = st.tuples(
    st.sampled_from(DAY_NAMES),
    st.sampled_from(sorted(PLACES)),
    st.sampled_from(["", "ann", "bob"]),
    st.sampled_from(sorted(RESULTS)),
)
sums = st.tuples(st.integers(1, 5), st.integers(0, 5), st.integers(0, 10**6), st.integers(0, 10**17))
rows = st.lists(
    st.builds(lambda key, numbers, at: (*key, *numbers, at, at + 5), keys, sums, st.integers(10**15, 2 * 10**15)),
    max_size=12,
)
selections = st.builds(
    Selection,
    queue=st.none() | st.just("sales"),
    teams=st.none() | st.frozensets(st.sampled_from(["red", "blue"])),
    agent=st.none() | st.sampled_from(["ann", "nobody"]),
    outcome=st.none() | st.just("rated"),
)
some_days = st.none() | st.sampled_from([*DAY_NAMES, "2020-01-01", "2030-01-01", "2026-01-15"])


def taking(cube: DayCube, given_rows: Sequence[Row], days: Sequence[str] = ()) -> DayCube:
    # In two parts, as they come from a database.
    half = len(given_rows) // 2
    return cube.taking([given_rows[:half], [], given_rows[half:]], places=PLACES, results=RESULTS, days=days)


def counted(given_rows: Sequence[Row], selection: Selection, days: Days) -> dict[Row, Row]:
    """Add up plainly."""
    found: dict[Row, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 2**63, -1])
    for day, place_number, agent, result_number, *numbers, first, last in given_rows:
        place, result = PLACES[place_number], RESULTS[result_number]
        inside = (days.since is None or days.since <= day) and (days.until is None or day < days.until)
        wanted = selection.has_place(place) and selection.agent in {None, agent}
        if inside and wanted and selection.outcome in {None, result.outcome}:
            into = found[agent or None, place.team, place.layout, result.outcome, result.category]
            into[:4] = [before + more for before, more in zip(into, numbers, strict=False)]
            into[4:] = [min(into[4], first), max(into[5], last)]
    return {values: tuple(into) for values, into in found.items()}


def said(cube: DayCube, selection: Selection, days: Days) -> dict[Row, Row]:
    groups = cube.groups(COLUMNS, selection, days)
    assert len({group.values for group in groups}) == len(groups)
    return {group.values: tuple(group[1:]) for group in groups}


@given(
    first=rows,
    changes=st.lists(st.tuples(st.sets(st.sampled_from(DAY_NAMES), min_size=1), rows), max_size=3),
    selection=selections,
    since=some_days,
    until=some_days,
)
def test_a_cube_adds_up_and_days_are_replaced(
    first: list[Row],
    changes: list[tuple[set[str], list[Row]]],
    selection: Selection,
    since: str | None,
    until: str | None,
) -> None:
    days, held = Days(since, until), list(first)
    cube = taking(DayCube(), first)
    for changed, new in changes:
        before, was = cube, said(cube, selection, days)
        new_rows = [row for row in new if row[0] in changed]
        held = [row for row in held if row[0] not in changed] + new_rows
        cube = taking(cube, new_rows, sorted(changed))
        assert said(before, selection, days) == was
    wanted = counted(held, selection, days)
    assert said(cube, selection, days) == wanted
    assert cube.calls(selection, days) == sum(numbers[0] for numbers in wanted.values())
    assert cube.days == sorted({row[0] for row in held})
    by_day = cube.groups_by_day(COLUMNS, selection, days)
    assert [day for day, _, _ in by_day] == sorted(day for day, _, _ in by_day)
    for day in cube.days:
        if (since is None or since <= day) and (until is None or day < until):
            of_day = {values: calls for each, values, calls in by_day if each == day}
            alone = counted([row for row in held if row[0] == day], selection, Days())
            assert of_day == {values: numbers[0] for values, numbers in alone.items()}


def row(day: str, calls: int, *, agent: str = "ann", asked_ms_squared: int = 0, at: int = 10**15) -> Row:
    return (day, -2, agent, 7, calls, 0, 0, asked_ms_squared, at, at)


def test_what_is_taken_back_leaves_nothing() -> None:
    cube = taking(DayCube(), [row("2026-01-01", 2), row("2026-01-01", 1, agent="bob"), row("2026-01-01", -2)])
    assert [(group.values[0], group.calls) for group in cube.groups(COLUMNS, Selection())] == [("bob", 1)]
    assert cube.cell_count == 1
    assert taking(cube, [], ["2026-01-01"]).days == []


def test_the_moments_of_a_cell_without_calls_are_nobody_s() -> None:
    cube = taking(DayCube(), [row("2026-01-01", 2, at=10**15 + 50), row("2026-01-01", 0, at=10**15)])
    (group,) = cube.groups(COLUMNS, Selection())
    assert (group.first_us, group.last_us) == (10**15 + 50, 10**15 + 50)


def test_sums_that_no_float_holds_are_exact() -> None:
    odd = 2**53 + 1
    cube = taking(DayCube(), [row("2026-01-01", 1, asked_ms_squared=odd), row("2026-01-02", 1, asked_ms_squared=odd)])
    assert [group.asked_ms_squared for group in cube.groups(COLUMNS, Selection())] == [2 * odd]


def test_days_that_change_stand_apart_and_are_put_back_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_cube, "MOST_APART", 2)
    names = [f"2026-01-{day:02}" for day in range(1, 8)]
    cube = taking(DayCube(), [row(name, 1) for name in names])
    assert list(cube.blocks) == ["2026-01"]
    for count, name in enumerate(names[:2], start=1):
        cube = taking(cube, [row(name, 5)], [name])
        assert len(cube.blocks) == 1 + count
    cube = taking(cube, [row(names[2], 5)], [names[2]])
    assert sorted(cube.blocks) == ["2026-01", names[2]]
    cube = taking(cube, [row(name, 7) for name in names], names)
    assert list(cube.blocks) == ["2026-01"]
    assert cube.calls(Selection()) == 49


def test_while_no_day_of_a_window_changes_its_blocks_are_the_same() -> None:
    cube = taking(DayCube(), [row(name, 1) for name in DAY_NAMES])
    after = taking(cube, [row("2026-03-09", 4)], ["2026-03-09"])
    early, late = Days(until="2026-02-01"), Days(since="2026-02-01")
    assert cube.blocks_of(early) == after.blocks_of(early)
    assert cube.blocks_of(late) != after.blocks_of(late)
    assert cube.byte_count > 0
