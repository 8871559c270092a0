from dataclasses import replace
from itertools import chain
from zoneinfo import ZoneInfo

import pytest

from ivr.domain.kpi.contributions import Contributions
from ivr.domain.outcomes import Outcome
from ivr.store.cell_writes import CELL_TABLES
from ivr.store.counted_cells import CellCounting, CountedCells

from .samples import plain_row

SHARED = ("tally_places", "tally_hearings", "tally_contacts", "tally_results")


def counted(number: int) -> CountedCells:
    """Cells of some calls that differ in most that is counted."""
    contributions = Contributions(ZoneInfo("Europe/Berlin"))
    outcomes = (Outcome.NO_KEY, Outcome.LEFT_IN_MENU)
    contributions.add_calls(
        [
            replace(plain_row(n, outcomes[n % 2], agent=f"agent-{-n % 7}"), options_heard=n % 3, team=f"team-{n % 5}")
            for n in range(number)
        ]
    )
    return CellCounting().of(contributions)


def test_cells_are_in_the_order_of_their_keys() -> None:
    cells = counted(50).cells
    assert set(cells) == {table.name for table in CELL_TABLES}
    assert all(rows == sorted(rows) for rows in cells.values())
    assert len(cells["daily_tallies"]) > 7


def test_cells_that_come_to_nothing_are_left_out() -> None:
    contributions = Contributions(ZoneInfo("UTC"))
    row = replace(plain_row(1), options_heard=1)
    contributions.add_calls([row])
    contributions.add_calls([row], sign=-1)
    assert not any(CellCounting().of(contributions).cells.values())


def test_what_cells_share_has_the_same_number_whoever_counts() -> None:
    few, many = counted(3).shared, counted(50).shared
    assert set(few) == set(many) == set(SHARED)
    assert all(few[table].items() <= many[table].items() for table in SHARED)


@pytest.mark.parametrize("most", [1, 7, 10_000])
def test_parts_hold_every_cell_once_and_what_they_share_comes_first(most: int) -> None:
    whole = counted(50)
    parts = list(whole.parts(most))
    assert [part.shared for part in parts] == [whole.shared] + [{}] * (len(parts) - 1)
    assert all(0 < sum(map(len, part.cells.values())) <= most for part in parts)
    for table, rows in whole.cells.items():
        assert list(chain.from_iterable(part.cells.get(table, ()) for part in parts)) == rows


def test_of_nothing_there_is_no_part() -> None:
    assert list(counted(0).parts(5)) == []
