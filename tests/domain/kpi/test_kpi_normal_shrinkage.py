"""Normal shrinkage: published cases, statsmodels, coverage, and small or odd input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.normal_shrinkage import BetweenAgents, between_variance, ratings_wanted, shrink

# Thirteen trials of the BCG vaccine (Colditz and others 1994): cases and others, vaccinated and not.
BCG = np.array(
    [
        [4, 119, 11, 128],
        [6, 300, 29, 274],
        [3, 228, 11, 209],
        [62, 13536, 248, 12619],
        [33, 5036, 47, 5761],
        [180, 1361, 372, 1079],
        [8, 2537, 10, 619],
        [505, 87886, 499, 87892],
        [29, 7470, 45, 7232],
        [17, 1699, 65, 1600],
        [186, 50448, 141, 27197],
        [5, 2493, 3, 2338],
        [27, 16886, 29, 17825],
    ],
    dtype=float,
)
VALUES = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.2, 2)), min_size=8, max_size=25)


def _log_risk_ratios():
    a, b, c, d = BCG.T
    return np.log(a / (a + b) / (c / (c + d))), np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))


def test_the_variance_between_the_bcg_trials_is_the_published_one():
    """Viechtbauer (2010), Journal of Statistical Software 36(3), and the metafor documentation."""
    values, errors = _log_risk_ratios()
    assert round(between_variance(values, errors, BetweenAgents.DERSIMONIAN_LAIRD), 4) == 0.3088
    assert round(between_variance(values, errors), 4) == 0.3181
    found = shrink(values, errors, how=BetweenAgents.DERSIMONIAN_LAIRD)
    assert (round(found.mean, 4), round(found.mean_error, 4)) == (-0.7141, 0.1787)


@given(VALUES)
def test_paule_and_mandels_equation_is_solved(rows):
    values, errors = np.array(rows).T
    found = between_variance(values, errors)
    weights = 1 / (errors**2 + found)
    squares = float(weights @ (values - weights @ values / weights.sum()) ** 2)
    if found > 0:
        assert squares == pytest.approx(len(values) - 1, rel=1e-9)
    else:
        assert squares <= len(values) - 1


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 5, 6, 7])
def test_statsmodels_finds_the_same_variance(seed):
    rng = np.random.default_rng(seed)
    errors = rng.uniform(0.2, 1.0, 15)
    values = rng.normal(0, 1.0, 15) + errors * rng.normal(size=15)
    laird = combine_effects(values, errors**2, method_re="chi2").tau2
    assert between_variance(values, errors, BetweenAgents.DERSIMONIAN_LAIRD) == pytest.approx(laird, rel=1e-9)
    # Closer to 0 than rounding allows, its equation may end below 0, which it takes for no variance.
    mandel = combine_effects(values, errors**2, method_re="iterated", atol=1e-7).tau2
    assert between_variance(values, errors) == pytest.approx(mandel, rel=1e-6)


def test_eight_schools_cannot_be_told_apart():
    """Rubin (1981), Journal of Educational Statistics 6:377-401; the pooled effect is 7.7 with error 4.1."""
    found = shrink(
        np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18]), unit="points"
    )
    assert found.tau_squared == 0.0
    assert (round(found.mean, 1), round(found.mean_error, 1)) == (7.7, 4.1)
    assert {each.estimate for each in found.figures} == {found.mean}
    assert set(found.reliability) == {0.0}
    assert "cannot be told apart" in found.reasons[0]


def test_equal_errors_give_the_james_stein_estimate_of_the_batters():
    """Efron and Morris (1977), Scientific American 236:119-127: the factor .212 towards .265; Clemente .294."""
    hits = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]) / 45
    found = shrink(hits, np.full(18, (hits.mean() * (1 - hits.mean()) / 45) ** 0.5))
    drawn = np.array([each.estimate for each in found.figures])
    assert (drawn - found.mean) / (hits - found.mean) == pytest.approx(0.212, abs=5e-4)
    assert round(float(drawn[0]), 3) == 0.294


@pytest.mark.parametrize("agents", [8, 20, 200])
def test_intervals_hold_the_truth(agents):
    rng = np.random.default_rng(agents)
    held = []
    for _ in range(300):
        errors, truth = rng.uniform(0.3, 1.0, agents), rng.normal(0, 0.6, agents)
        found = shrink(truth + errors * rng.normal(size=agents), errors)
        held.append(np.mean([each.lo <= value <= each.hi for each, value in zip(found.figures, truth, strict=True)]))
    assert 0.935 <= np.mean(held) <= 0.985


@given(VALUES, st.randoms(use_true_random=False))
def test_relabelling_permutes_and_another_origin_or_unit_goes_through(rows, random):
    values, errors = np.array(rows).T
    order = list(range(len(values)))
    random.shuffle(order)
    plain = [each.estimate for each in shrink(values, errors).figures]
    assert [each.estimate for each in shrink(values[order], errors[order]).figures] == pytest.approx(
        [plain[at] for at in order], abs=1e-9
    )
    moved = [each.estimate for each in shrink(100 + 10 * values, 10 * errors).figures]
    assert moved == pytest.approx([100 + 10 * each for each in plain], abs=1e-6)
    assert all(min(values) - 1e-9 <= each <= max(values) + 1e-9 for each in plain)


def test_few_agents_are_drawn_by_a_given_spread_or_not_at_all():
    values, errors, counts = np.array([0.9, 0.7, 0.5]), np.array([0.1, 0.1, 0.1]), np.array([20, 20, 20])
    plain = shrink(values, errors, counts=counts)
    assert [each.estimate for each in plain.figures] == values.tolist()
    assert {each.status for each in plain.figures} == {Status.WIDE}
    assert plain.tau_squared is None
    assert "fewer than 8 agents" in plain.reasons[0]
    drawn = shrink(values, errors, counts=counts, prior_sd=0.1)
    assert [each.estimate for each in drawn.figures] == pytest.approx([0.8, 0.7, 0.6])
    assert drawn.reliability == pytest.approx((0.5, 0.5, 0.5))
    assert "fixed spread of 0.1" in drawn.reasons[0]
    assert drawn.figures[0].n == 20


def test_what_is_no_figure_is_refused():
    for values, errors in (([0.5, np.nan], [0.1, 0.1]), ([0.5, 0.4], [0.1, 0.0]), ([0.5, 0.4], [0.1, np.inf])):
        found = shrink(np.array(values), np.array(errors))
        assert {each.status for each in found.figures} == {Status.REFUSED}
        assert {each.estimate for each in found.figures} == {None}
    assert shrink(np.empty(0), np.empty(0)).figures == ()
    with pytest.raises(ValueError, match="one of each an agent"):
        shrink(np.zeros(3), np.ones(2))


def test_how_many_more_ratings_a_reliable_figure_takes():
    assert ratings_wanted(0.5, 50) == 67  # k = 50, and 50 x .7 / .3 = 116.7 in all
    assert ratings_wanted(0.7, 50) == 0
    assert ratings_wanted(0.9, 50) == 0
    assert ratings_wanted(0.0, 50) is None
    assert ratings_wanted(1.0, 50) == 0
