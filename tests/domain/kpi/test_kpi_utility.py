"""The utility-weighted score and the mean category."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.mean_interval import INTERVAL_SCALE
from ivr.domain.kpi.mean_score import mean_score
from ivr.domain.kpi.pressed import Pressed, joined_scale
from ivr.domain.kpi.utility import utility_score
from ivr.domain.kpi.wilson import wilson_interval

THREE = ("dissatisfied", "satisfied", "very satisfied")
CONVEX = (0.0, 1.0, 6.0)


def scale(*counts: int, layout: str = "sparse-531") -> Pressed:
    return Pressed(layout, tuple(f"c{each}" for each in range(len(counts))), counts)


def test_a_best_rating_can_be_worth_six() -> None:
    score = utility_score([scale(10, 40, 50)], CONVEX)
    assert score.raw.estimate == pytest.approx(3.4)
    assert score.rescaled.estimate == pytest.approx(3.4 / 6)
    assert (score.raw.unit, score.rescaled.unit, score.raw.n) == ("utility", "proportion", 100)
    # 20 content callers more are worth less than 10 delighted ones; a mean of keys would say they are alike.
    more_content, more_delighted = scale(0, 60, 40), scale(10, 30, 60)
    assert utility_score([more_content], CONVEX).raw.estimate < utility_score([more_delighted], CONVEX).raw.estimate


@given(st.integers(0, 300), st.integers(0, 300))
def test_with_two_categories_it_is_wilsons_interval(worst: int, best: int) -> None:
    score = utility_score([scale(worst, best)], (-2.0, 3.0)).rescaled
    if worst + best == 0:
        assert score.status is Status.INSUFFICIENT
    else:
        assert (score.lo, score.hi) == pytest.approx(wilson_interval(best, worst + best), abs=1e-9)


@given(st.lists(st.integers(0, 400), min_size=3, max_size=5), st.data())
def test_it_stays_within_the_range_of_the_utility(counts: list[int], data: st.DataObject) -> None:
    utility = sorted(data.draw(st.lists(st.floats(-10, 10), min_size=len(counts), max_size=len(counts), unique=True)))
    if utility[-1] - utility[0] < 1e-6 or not sum(counts):
        return
    score = utility_score([scale(*counts)], utility)
    assert 0 <= score.rescaled.lo <= score.rescaled.estimate + 1e-9
    assert score.rescaled.estimate - 1e-9 <= score.rescaled.hi <= 1
    assert score.rescaled.lo < score.rescaled.hi
    span = utility[-1] - utility[0]
    assert score.raw.estimate == pytest.approx(utility[0] + span * score.rescaled.estimate)


def test_the_interval_covers_as_it_says() -> None:
    rng = np.random.default_rng(20260401)
    for shares in ((0.1, 0.3, 0.6), (0.02, 0.08, 0.9), (0.3, 0.6, 0.1)):
        truth = float(np.dot(shares, CONVEX)) / 6
        held = 0
        for counts in rng.multinomial(60, shares, size=2000):
            figure = utility_score([scale(*map(int, counts))], CONVEX).rescaled
            held += figure.lo <= truth <= figure.hi
        assert 0.93 < held / 2000 < 0.98


def test_alike_middle_answers_do_not_pretend_to_certainty() -> None:
    figure = utility_score([scale(0, 50, 0)], CONVEX).rescaled
    assert figure.estimate == pytest.approx(1 / 6)
    assert figure.hi - figure.lo > 0.01


@pytest.mark.parametrize(
    ("utility", "why"),
    [
        ((6.0, 1.0, 0.0), "write it from the worst category to the best"),
        ((1.0, 1.0, 1.0), "gives every category the same worth"),
        ((1.0,), "at least two"),
        ((0.0, float("nan"), 1.0), "finite"),
    ],
)
def test_a_utility_that_makes_no_sense_is_refused_with_its_remedy(utility: tuple[float, ...], why: str) -> None:
    score = utility_score([scale(1, 2, 3)], utility)
    assert score.raw.status is score.rescaled.status is Status.REFUSED
    assert why in score.raw.reasons[0]


def test_scales_that_the_utility_does_not_fit_are_left_out() -> None:
    score = utility_score([scale(10, 40, 50), scale(1, 1, 1, 1, layout="four")], CONVEX)
    assert score.raw.estimate == pytest.approx(3.4)
    assert score.raw.reasons == ("4 ratings on scales without 3 categories are left out",)
    none = utility_score([scale(1, 1, 1, 1)], CONVEX)
    assert (none.raw.estimate, none.raw.status) == (None, Status.INSUFFICIENT)


def test_ten_times_the_ratings_shrink_the_width_by_the_root_of_ten() -> None:
    wide = utility_score([scale(1000, 4000, 5000)], CONVEX).raw
    narrow = utility_score([scale(10_000, 40_000, 50_000)], CONVEX).raw
    assert (wide.hi - wide.lo) / (narrow.hi - narrow.lo) == pytest.approx(10**0.5, rel=1e-3)


def test_the_mean_agrees_with_statsmodels() -> None:
    counts = (7, 20, 40, 33)
    figure = mean_score([scale(*counts)])
    oracle = DescrStatsW(np.repeat([1, 2, 3, 4], counts))
    assert figure.estimate == pytest.approx(oracle.mean)
    assert (figure.lo, figure.hi) == pytest.approx(oracle.tconfint_mean())
    assert figure.reasons == (INTERVAL_SCALE,)
    assert figure.unit == "category, 1 to 4"


def test_ratings_of_one_scale_in_two_parts_are_added() -> None:
    parts = [scale(1, 20, 3), scale(6, 0, 37)]
    assert mean_score(parts) == mean_score([scale(7, 20, 40)])
    assert utility_score(parts, CONVEX) == utility_score([scale(7, 20, 40)], CONVEX)
    with pytest.raises(ValueError, match="not of one scale"):
        joined_scale([scale(1, 2, 3), scale(1, 2, 3, layout="sequential-123")])


def test_the_mean_never_leaves_the_scale() -> None:
    figure = mean_score([scale(1, 0, 12)])
    assert figure.hi == 3.0


@pytest.mark.parametrize("counts", [(0, 0, 12), (0, 1, 0)])
def test_alike_ratings_have_no_t_interval(counts: tuple[int, ...]) -> None:
    figure = mean_score([scale(*counts)])
    assert (figure.estimate, figure.status) == (None, Status.INSUFFICIENT)


def test_the_mean_never_pools_layouts() -> None:
    figure = mean_score([scale(1, 2, 3), scale(1, 2, 3, layout="sequential-123")])
    assert (figure.estimate, figure.status, figure.n) == (None, Status.REFUSED, 12)
    assert mean_score([]).status is Status.INSUFFICIENT
    assert mean_score([scale(2, 3, 3)]).status is Status.WIDE
