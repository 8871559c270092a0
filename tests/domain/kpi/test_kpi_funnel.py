"""The funnel plot: exact limits, what chance lets pass, and overdispersion."""

import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.stats.meta_analysis import combine_effects

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.funnel import binomial_limit, funnel, limits
from ivr.domain.kpi.funnel_points import Zone


@pytest.mark.parametrize("probability", [0.001, 0.025, 0.5, 0.975, 0.999])
@pytest.mark.parametrize("ratings", [1, 7, 40, 333])
@pytest.mark.parametrize("target", [0.05, 0.5, 0.83])
def test_limits_are_the_interpolated_binomial_ones(target, ratings, probability):
    """Spiegelhalter 2005, appendix A.1.1, with scipy's quantile for the count."""
    count = binom.ppf(probability, ratings, target)
    part = (binom.cdf(count, ratings, target) - probability) / binom.pmf(count, ratings, target)
    assert binomial_limit(target, ratings, probability) == pytest.approx((count - part) / ratings, abs=1e-9)


def test_on_many_ratings_they_are_the_normal_ones():
    lo, hi = limits(0.7, 1_000_000, 0.95)
    reach = 1.96 * (0.7 * 0.3 / 1e6) ** 0.5
    assert (lo, hi) == pytest.approx((0.7 - reach, 0.7 + reach), abs=2e-6)


def test_of_alike_agents_no_more_lie_outside_than_was_said():
    rng = np.random.default_rng(1)
    outside = alarmed = 0
    for _ in range(30):
        n = rng.integers(5, 400, 200)
        zones = [point.zone for point in funnel(rng.binomial(n, 0.7).tolist(), n.tolist(), target=0.7).points]
        outside += sum(zone is not Zone.INSIDE for zone in zones)
        alarmed += sum(zone in {Zone.ALARM_LOW, Zone.ALARM_HIGH} for zone in zones)
    assert 0.03 < outside / 6000 < 0.052
    assert alarmed / 6000 < 0.003


def test_one_bad_rating_is_no_alarm_and_many_are():
    points = funnel([0, 1, 20, 140, 140, 140, 140, 140], [1, 1, 100, 200, 200, 200, 200, 200], target=0.7).points
    assert [each.zone for each in points[:4]] == [Zone.INSIDE, Zone.INSIDE, Zone.ALARM_LOW, Zone.INSIDE]


def test_agents_who_differ_widen_the_limits_and_outliers_do_not():
    rng = np.random.default_rng(2)
    n = rng.integers(100, 400, 300)
    spread = funnel(rng.binomial(n, rng.beta(35, 15, 300)).tolist(), n.tolist())
    assert spread.dispersion > 1.5
    assert 0 < spread.tau_squared < 0.0042
    assert "times as much as chance" in spread.reasons[0]
    assert np.mean([each.zone is Zone.INSIDE for each in spread.points]) > 0.8
    few = rng.binomial(n, np.where(np.arange(300) < 6, 0.3, 0.7))
    alone = funnel(few.tolist(), n.tolist())
    assert alone.tau_squared == 0.0
    assert {each.zone for each in alone.points[:6]} == {Zone.ALARM_LOW}


def test_tau_squared_is_dersimonian_and_lairds_where_nothing_is_winsorised(monkeypatch):
    monkeypatch.setattr("ivr.domain.kpi.funnel.WINSORISED", 0.0)
    rng = np.random.default_rng(3)
    n = rng.integers(100, 400, 40)
    x = rng.binomial(n, rng.beta(20, 10, 40))
    weights = n / n.sum()
    target = float(weights @ (x / n))
    found = funnel(x.tolist(), n.tolist())
    oracle = combine_effects(x / n, target * (1 - target) / n, method_re="chi2").tau2
    assert found.target == pytest.approx(target)
    assert found.tau_squared == pytest.approx(oracle, rel=1e-9)


def test_relabelling_permutes():
    n, x = [40, 50, 60, 70, 80, 90, 100, 110], [10, 40, 30, 60, 50, 70, 80, 20]
    found, mirrored = funnel(x, n), funnel(x[::-1], n[::-1])
    assert mirrored.points == found.points[::-1]
    assert (mirrored.dispersion, mirrored.tau_squared) == pytest.approx((found.dispersion, found.tau_squared))


@pytest.mark.parametrize(
    ("best", "ratings", "status", "reason"),
    [
        ([], [], Status.INSUFFICIENT, "no ratings"),
        ([0, 0], [0, 0], Status.INSUFFICIENT, "no ratings"),
        ([5, 6], [5, 6], Status.INSUFFICIENT, "every rating is alike"),
        ([5], [4], Status.REFUSED, "more best ratings"),
        ([2, 0], [4, 0], Status.OK, "fewer than 8 agents"),
    ],
)
def test_where_there_are_no_limits_it_says_why(best, ratings, status, reason):
    found = funnel(best, ratings)
    assert found.status is status
    assert reason in found.reasons[0]
    assert len(found.points) == len(ratings)
    assert found.dispersion is None


def test_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="one of each an agent"):
        funnel([1], [1, 2])


def test_an_agent_without_ratings_changes_nobody_else():
    n, x = [40, 50, 60, 70, 80, 90, 100, 110], [10, 40, 30, 60, 50, 70, 80, 20]
    found, more = funnel(x, n), funnel([*x, 0], [*n, 0])
    assert more.points[:-1] == found.points
    assert (more.points[-1].share, more.points[-1].zone) == (None, None)
