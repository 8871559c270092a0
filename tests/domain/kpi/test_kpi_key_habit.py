"""The key habit, by hand, over many draws, and where there is no mirrored pair."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.key_habit import key_habit
from ivr.domain.kpi.stratum_ratings import StratumRatings
from tests.domain.kpi.mirrored_layouts import DRAW, LAYOUTS, drawn

COUNTS = st.tuples(st.integers(5, 300), st.integers(5, 300), st.integers(5, 300))


def _ratings(layout, counts, stratum="site", allocation=DRAW):
    return StratumRatings(stratum, None, allocation, layout, None, counts)


def test_one_stratum_gives_the_formula():
    found = key_habit([_ratings("ahead", (50, 100, 250)), _ratings("reversed", (80, 60, 160))], LAYOUTS)
    a_best, a_worst, r_best, r_worst = 250 / 400, 50 / 400, 160 / 300, 80 / 300
    assert found.share.estimate == pytest.approx(((a_best - r_best) + (r_worst - a_worst)) / 2)
    variance = ((a_best + a_worst - 0.5**2) / 400 + (r_best + r_worst - (80 / 300) ** 2) / 300) / 4
    assert (found.share.hi - found.share.lo) / 2 / 1.96 == pytest.approx(variance**0.5, rel=1e-4)
    assert (found.best_first, found.worst_first, found.share.n) == ("ahead", "reversed", 700)
    assert found.share.status is Status.OK


def test_the_habit_is_found_and_its_interval_holds_it():
    rng = np.random.default_rng(11)
    covered, found = 0, []
    for _ in range(400):
        strata = [("north", -0.3), ("south", 0.4)]
        ratings = [
            drawn(rng, layout, size, stratum=name, level=level, habit=0.08)
            for name, level in strata
            for layout, size in (("ahead", 500), ("reversed", 250))
        ]
        share = key_habit(ratings, LAYOUTS).share
        found.append(share.estimate)
        covered += share.lo <= 0.08 <= share.hi
    assert np.mean(found) == pytest.approx(0.08, abs=0.004)
    assert 0.925 <= covered / 400 <= 0.975


def test_strata_of_different_quality_and_split_do_not_leak_into_it():
    rng = np.random.default_rng(12)
    ratings = [
        drawn(rng, "ahead", 90_000, stratum="good", level=1.0),
        drawn(rng, "reversed", 10_000, stratum="good", level=1.0),
        drawn(rng, "ahead", 10_000, stratum="bad", level=-1.0),
        drawn(rng, "reversed", 90_000, stratum="bad", level=-1.0),
    ]
    assert key_habit(ratings, LAYOUTS).share.estimate == pytest.approx(0.0, abs=0.01)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_splitting_a_row_shuffling_and_ten_times_the_counts(one, other, third, fourth):
    rows = [
        _ratings("ahead", one),
        _ratings("reversed", other),
        _ratings("ahead", third, "south"),
        _ratings("reversed", fourth, "south"),
    ]
    whole = key_habit(rows, LAYOUTS)
    half = tuple(count // 2 for count in one)
    parts = [rows[0]._replace(counts=half), rows[0]._replace(counts=tuple(np.subtract(one, half).tolist())), *rows[1:]]
    assert key_habit(parts[::-1], LAYOUTS) == whole
    many = key_habit([each._replace(counts=tuple(10 * c for c in each.counts)) for each in rows], LAYOUTS).share
    assert many.estimate == pytest.approx(whole.share.estimate, abs=1e-12)
    shrunk = (whole.share.hi - whole.share.lo) / (many.hi - many.lo)
    assert shrunk == pytest.approx(10**0.5, rel=1e-9)


def test_what_a_key_is_called_is_of_no_account():
    """Swapping keys and counts together leaves the categories, and so the figure, as they are."""
    renamed = Instruments(
        {key: replace(each, keys={"1": each.keys["1"], "8": 1, "9": 2}) for key, each in LAYOUTS.current.items()}
    )
    rows = [_ratings("ahead", (50, 100, 250)), _ratings("reversed", (80, 60, 160))]
    assert key_habit(rows, renamed) == key_habit(rows, LAYOUTS)


def test_of_two_pairs_the_one_that_mirrors_in_time_is_taken():
    slow = replace(LAYOUTS.current["ahead"], read_seconds=(10.5, 6.0, 1.5))
    layouts = Instruments({**LAYOUTS.current, "paced": slow})
    draw = "ahead:0.3 paced:0.4 reversed:0.3"
    rows = [
        _ratings("paced", (100, 100, 800), allocation=draw),
        _ratings("ahead", (50, 100, 250), allocation=draw),
        _ratings("reversed", (80, 60, 160), allocation=draw),
    ]
    assert key_habit(rows, layouts).best_first == "ahead"
    unknown = Instruments({key: replace(each, read_seconds=()) for key, each in layouts.current.items()})
    assert key_habit(rows, unknown).best_first == "paced"


@pytest.mark.parametrize(
    ("rows", "status", "reason"),
    [
        ([_ratings("ahead", (50, 50, 100))], Status.NOT_IDENTIFIED, "run a reversed layout"),
        ([_ratings("ahead", (5, 5, 9)), _ratings("sparse", (5, 5, 9))], Status.NOT_IDENTIFIED, "run a reversed layout"),
        (
            [
                _ratings("ahead", (50, 50, 100), allocation="ahead:1"),
                _ratings("reversed", (9, 50, 90), allocation="reversed:1"),
            ],
            Status.NOT_IDENTIFIED,
            "no stratum draws both",
        ),
        ([_ratings("ahead", (50, 50, 100)), _ratings("reversed", (1, 2, 3))], Status.INSUFFICIENT, "fewer than 10"),
        ([_ratings("ahead", (50, 50, 100)), _ratings("reversed", (40, 40, 60))], Status.WIDE, "fewer than 200"),
    ],
)
def test_where_it_cannot_be_known_it_says_why(rows, status, reason):
    found = key_habit(rows, LAYOUTS)
    assert found.share.status is status
    assert reason in found.share.reasons[0]
    assert (found.share.estimate is None) == (status is not Status.WIDE)
