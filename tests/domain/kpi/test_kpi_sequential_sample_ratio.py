"""The sequential sample-ratio test: a martingale, and level at all looks together."""

from math import exp, lgamma, log

import numpy as np
import pytest
from scipy.special import gammaln
from scipy.stats import dirichlet_multinomial, multinomial

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.sample_ratio import DrawnUnits
from ivr.domain.kpi.sequential_sample_ratio import CONCENTRATION, sequential_sample_ratio

HALVES = {"a": 0.5, "b": 0.5}


def test_the_evidence_is_the_ratio_of_two_known_distributions():
    chances = np.array([0.6, 0.25, 0.15])
    counts = np.array([131, 40, 29])
    found = sequential_sample_ratio(
        [DrawnUnits(dict(zip("abc", counts.tolist(), strict=True)), dict(zip("abc", chances, strict=True)))]
    )
    oracle = dirichlet_multinomial(CONCENTRATION * chances, 200).logpmf(counts) - multinomial(200, chances).logpmf(
        counts
    )
    assert found.statistic == pytest.approx(float(oracle), abs=1e-8)


def test_a_bet_that_is_expected_to_stay_what_it_is():
    """Over everything that can happen the evidence is 1 on average: that makes it a fair bet."""
    total = 40
    ways = [exp(lgamma(total + 1) - lgamma(k + 1) - lgamma(total - k + 1) + total * log(0.5)) for k in range(total + 1)]
    found = [
        sequential_sample_ratio([DrawnUnits({"a": k, "b": total - k}, HALVES)], concentration=20).statistic
        for k in range(total + 1)
    ]
    assert sum(way * exp(evidence) for way, evidence in zip(ways, found, strict=True)) == pytest.approx(1, rel=1e-9)


def test_looking_daily_for_a_year_raises_hardly_any_false_alarm():
    """At the level of .05, so that a failure could be seen: a fixed test at every look fails in most of the runs."""
    rng = np.random.default_rng(11)
    runs, looks, daily = 2000, 365, 60
    arms = np.cumsum(rng.binomial(daily, 0.3, size=(runs, looks)), axis=1)
    total = daily * np.arange(1, looks + 1)
    k, p = CONCENTRATION, 0.3
    evidence = (
        gammaln(k)
        - gammaln(k + total)
        + gammaln(k * p + arms)
        - gammaln(k * p)
        - arms * np.log(p)
        + gammaln(k * (1 - p) + total - arms)
        - gammaln(k * (1 - p))
        - (total - arms) * np.log(1 - p)
    )
    one = sequential_sample_ratio(
        [DrawnUnits({"a": int(arms[3, 100]), "b": int(total[100] - arms[3, 100])}, {"a": 0.3, "b": 0.7})]
    )
    assert one.statistic == pytest.approx(evidence[3, 100], abs=1e-6)
    alarms = np.mean(evidence.max(axis=1) >= np.log(20))
    fixed = np.mean(np.abs((arms - total * p) / np.sqrt(total * p * (1 - p))).max(axis=1) >= 1.96)
    assert alarms <= 0.05
    assert fixed > 0.3


def test_a_mismatch_of_two_points_is_found_within_some_tens_of_thousands():
    found = sequential_sample_ratio([DrawnUnits({"a": 10400, "b": 9600}, HALVES)])
    assert found.is_mismatch
    assert "by chance that is p =" in found.reasons[0]


def test_strata_are_bet_on_apart_and_multiplied():
    first, second = DrawnUnits({"a": 520, "b": 480}, HALVES), DrawnUnits({"a": 70, "b": 30}, {"a": 0.8, "b": 0.2})
    together = sequential_sample_ratio([first, second]).statistic
    apart = [sequential_sample_ratio([each]).statistic for each in (first, second)]
    assert together == pytest.approx(sum(apart), rel=1e-12)


def test_equal_counts_are_no_evidence_and_p_stays_at_one():
    found = sequential_sample_ratio([DrawnUnits({"a": 5000, "b": 5000}, HALVES)])
    assert found.statistic < 0
    assert (found.p_value, found.status) == (1.0, Status.OK)


@pytest.mark.parametrize(
    ("strata", "status"),
    [
        ([], Status.INSUFFICIENT),
        ([DrawnUnits({"a": 9}, {"a": 1.0})], Status.INSUFFICIENT),
        ([DrawnUnits({"z": 9}, HALVES)], Status.REFUSED),
        ([DrawnUnits({"a": 9}, {"a": 0.1})], Status.REFUSED),
    ],
)
def test_what_cannot_be_tested_has_no_p_value(strata, status):
    found = sequential_sample_ratio(strata)
    assert (found.status, found.p_value) == (status, None)
    assert found.reasons


def test_a_concentration_that_is_none_is_refused():
    with pytest.raises(ValueError, match="concentration"):
        sequential_sample_ratio([], concentration=0)
