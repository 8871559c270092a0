"""The win probability against statsmodels, scipy and an enumeration; stratified by van Elteren."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, norm
from statsmodels.stats.nonparametric import rank_compare_2ordinal

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.win_probability import METHOD, STRATIFIED, Ordered, win_probability

scales = (
    st.integers(2, 5)
    .flatmap(lambda k: st.tuples(*(st.lists(st.integers(0, 60), min_size=k, max_size=k).map(tuple) for _ in range(2))))
    .filter(lambda two: min(sum(two[0]), sum(two[1])) >= 2)
)


def each_rating(counts):
    return np.repeat(np.arange(len(counts)), counts)


@given(scales)
def test_it_agrees_with_statsmodels_scipy_and_counting(two):
    arm, reference = two
    found = win_probability([Ordered(arm, reference)])
    x, y = each_rating(arm), each_rating(reference)
    if len(set(x) | set(y)) == 1:
        assert (found.figure.status, found.figure.estimate, found.p_value) == (Status.INSUFFICIENT, None, None)
        return
    counted = np.mean((x[:, None] > y) + 0.5 * (x[:, None] == y))
    with np.errstate(invalid="ignore"):  # where no rating of one is above any of the other it divides 0 by 0
        oracle = rank_compare_2ordinal(arm, reference)
    assert found.figure.estimate == pytest.approx(counted, abs=1e-12)
    assert found.figure.estimate == pytest.approx(oracle.prob1, abs=1e-12)
    if oracle.var_prob > 1e-12:
        assert found.variance == pytest.approx(oracle.var_prob, rel=1e-9)
    scored = mannwhitneyu(x, y, method="asymptotic", use_continuity=False)
    assert found.p_value == pytest.approx(scored.pvalue, rel=1e-6, abs=1e-12)
    assert 0 <= found.figure.lo <= found.figure.estimate <= found.figure.hi <= 1


def test_swapping_the_sides_mirrors_it():
    there = win_probability([Ordered((10, 20, 70), (20, 30, 50))])
    back = win_probability([Ordered((20, 30, 50), (10, 20, 70))])
    assert back.figure.estimate == pytest.approx(1 - there.figure.estimate)
    assert (back.figure.lo, back.figure.hi) == pytest.approx((1 - there.figure.hi, 1 - there.figure.lo))


def test_two_categories_are_the_difference_of_two_shares():
    found = win_probability([Ordered((300, 700), (400, 600))])
    assert found.figure.estimate == pytest.approx(0.5 + 0.1 / 2)


def test_van_elteren_s_test_is_the_weighted_rank_sum():
    strata = [Ordered((5, 9, 30), (12, 14, 20)), Ordered((2, 8, 3), (9, 4, 1)), Ordered((40, 50, 60), (45, 50, 50))]
    statistic = variance = 0.0
    for arm, reference in strata:
        x, y = each_rating(arm), each_rating(reference)
        n, m = len(x), len(y)
        u = mannwhitneyu(x, y, method="asymptotic").statistic
        pooled = np.bincount(np.concatenate([x, y]))
        tied = (pooled**3 - pooled).sum() / ((n + m) * (n + m - 1))
        weight = 1 / (n + m + 1)
        statistic += weight * (u - n * m / 2)
        variance += weight**2 * n * m / 12 * (n + m + 1 - tied)
    found = win_probability(strata)
    assert found.p_value == pytest.approx(2 * norm.sf(abs(statistic) / variance**0.5), rel=1e-9)
    assert found.figure.method == STRATIFIED


def test_strata_of_different_callers_do_not_pass_for_an_effect():
    """The arm is given where callers are content; within each stratum nothing differs."""
    strata = [Ordered((5, 10, 85), (1, 2, 17)), Ordered((8, 6, 6), (40, 30, 30))]
    assert win_probability(strata).figure.estimate == pytest.approx(0.5, abs=1e-12)
    pooled = win_probability([Ordered((13, 16, 91), (41, 32, 47))])
    assert pooled.figure.lo > 0.5


def test_the_interval_covers_and_the_test_keeps_its_level():
    rng = np.random.default_rng(8)
    first, second = [0.2, 0.3, 0.5], [0.3, 0.3, 0.4]
    truth = sum(p * (sum(second[:k]) + second[k] / 2) for k, p in enumerate(first))
    covered = rejected = 0
    for _ in range(2000):
        strata = [
            Ordered(tuple(rng.multinomial(120, first).tolist()), tuple(rng.multinomial(60, second).tolist())),
            Ordered(tuple(rng.multinomial(40, first).tolist()), tuple(rng.multinomial(200, second).tolist())),
        ]
        figure = win_probability(strata).figure
        covered += figure.lo <= truth <= figure.hi
        equal = [
            Ordered(tuple(rng.multinomial(120, first).tolist()), tuple(rng.multinomial(60, first).tolist())),
            Ordered(tuple(rng.multinomial(40, second).tolist()), tuple(rng.multinomial(200, second).tolist())),
        ]
        rejected += win_probability(equal).p_value < 0.05
    assert covered / 2000 == pytest.approx(0.95, abs=0.015)
    assert rejected / 2000 == pytest.approx(0.05, abs=0.015)


def test_ten_times_the_ratings_shrink_the_variance_by_ten():
    small, large = (win_probability([Ordered((k * 20, k * 30, k * 50), (k * 30, k * 30, k * 40))]) for k in (10, 100))
    assert small.variance / large.variance == pytest.approx(10, rel=2e-3)
    assert (small.figure.method, small.figure.status) == (METHOD, Status.OK)


def test_repeat_callers_widen_it():
    plain = win_probability([Ordered((200, 300, 500), (300, 300, 400))])
    wider = win_probability([Ordered((200, 300, 500), (300, 300, 400))], design_effect=1.5)
    assert wider.variance == pytest.approx(1.5 * plain.variance)
    assert wider.p_value > plain.p_value


def test_sides_that_do_not_overlap_have_an_interval_that_is_no_point():
    figure = win_probability([Ordered((0, 0, 30), (30, 0, 0))]).figure
    assert (figure.estimate, figure.hi, figure.status) == (1.0, 1.0, Status.WIDE)
    assert 0.8 < figure.lo < 1
    assert any("do not overlap" in reason for reason in figure.reasons)


def test_ratings_without_another_side_are_left_out_and_counted():
    found = win_probability([Ordered((200, 300), (250, 250)), Ordered((1, 0), (40, 40))])
    assert found.figure.reasons == ("81 ratings left out: their strata lack the other side",)
    none = win_probability([Ordered((1, 0), (40, 40))])
    assert (none.figure.status, none.figure.estimate, none.p_value) == (Status.INSUFFICIENT, None, None)
    assert win_probability([]).figure.status is Status.INSUFFICIENT


@pytest.mark.parametrize("wrong", [Ordered((1, 2), (1, 2, 3)), Ordered((-1, 2), (1, 2))])
def test_sides_of_two_scales_are_refused(wrong):
    with pytest.raises(ValueError, match="one scale"):
        win_probability([wrong])
    with pytest.raises(ValueError, match="design effect"):
        win_probability([Ordered((1, 2), (1, 2))], design_effect=-1)
