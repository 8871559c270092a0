"""Confidence sequences: the published width, and thirty daily looks at two equal arms."""

import math

import numpy as np
import pytest

from ivr.domain.kpi.confidence_sequences import (
    TUNED_FOR,
    added_variance,
    difference_sequence,
    half_width,
    mixing_rho,
    observations_until,
    proportion_sequence,
)
from ivr.domain.kpi.estimates import Status

ALPHA = 0.05


def test_the_published_width():
    """N = 5000, alpha .05, s = 1, n = 1000."""
    assert round(mixing_rho(0.05, 5000), 5) == 0.03984
    assert round(half_width(1.0, 1000, 0.05, 5000), 5) == 0.10638


def test_it_is_tightest_beside_the_ordinary_interval_where_it_was_tuned():
    grid = np.array([50, 200, 1000, 5000, 20000, 100000])
    beside = [half_width(1, n, ALPHA) * math.sqrt(n) / 1.959964 for n in grid]
    assert min(beside) == beside[list(grid).index(TUNED_FOR)]
    assert 1.2 < min(beside) < 1.6


def test_thirty_daily_looks_at_two_equal_arms():
    """A/A: equal arms of 70 %, 400 calls an arm each day. A fixed test at every look fails; the sequence holds."""
    rng = np.random.default_rng(3)
    runs, days, daily = 4000, 30, 400
    first, second = (np.cumsum(rng.binomial(daily, 0.7, size=(runs, days)), axis=1) for _ in range(2))
    n = daily * np.arange(1, days + 1)
    difference = (first - second) / n

    def variance(successes):
        share = (successes + 1) / (n + 2)
        return share * (1 - share) / n

    spread = np.sqrt(2 * n * (variance(first) + variance(second)))
    reach = spread * np.array([half_width(1.0, 2 * int(each), ALPHA) for each in n])
    always_valid = np.mean((np.abs(difference) > reach).any(axis=1))
    pooled = (first + second) / (2 * n)
    z = difference / np.sqrt(2 * pooled * (1 - pooled) / n)
    fixed = np.mean((np.abs(z) > 1.959964).any(axis=1))
    # What is simulated is what the function says.
    one = proportion_sequence(int(first[5, 9]), int(n[9]), int(second[5, 9]), int(n[9]))
    assert (one.hi - one.lo) / 200 == pytest.approx(reach[5, 9], rel=1e-9)
    assert always_valid <= 0.05
    assert fixed > 0.15


def test_a_true_difference_is_found_while_looking_daily():
    rng = np.random.default_rng(5)
    runs, days, daily = 300, 30, 400
    found = 0
    for _ in range(runs):
        first, second = (np.cumsum(rng.binomial(daily, share, size=days)) for share in (0.70, 0.67))
        figures = [
            proportion_sequence(int(a), daily * day, int(b), daily * day)
            for day, (a, b) in enumerate(zip(first, second, strict=True), start=1)
        ]
        found += any(figure.lo > 0 for figure in figures)
    assert found / runs > 0.9


def test_how_many_observations_narrow_it_to_a_difference():
    needed = observations_until(0.03, 0.92, ALPHA)
    assert half_width(0.92, needed, ALPHA) == pytest.approx(0.03, rel=1e-3)
    assert observations_until(-0.03, 0.92, ALPHA) == needed
    assert observations_until(0.0, 0.92, ALPHA) is None
    assert observations_until(1e-9, 0.92, ALPHA) is None


def test_ten_times_the_counts_narrow_it_by_about_the_root_of_ten():
    wide, narrow = proportion_sequence(700, 1000, 650, 1000), proportion_sequence(7000, 10000, 6500, 10000)
    assert 2.6 < (wide.hi - wide.lo) / (narrow.hi - narrow.lo) < 3.7
    assert narrow.estimate == pytest.approx(5.0)


def test_swapping_the_arms_mirrors_it():
    figure, mirrored = proportion_sequence(70, 100, 300, 500), proportion_sequence(300, 500, 70, 100)
    assert (figure.lo, figure.hi) == pytest.approx((-mirrored.hi, -mirrored.lo))


def test_too_few_or_all_alike_give_no_interval():
    assert proportion_sequence(0, 0, 5, 200).status is Status.INSUFFICIENT
    few = proportion_sequence(20, 49, 20, 49)
    assert (few.status, few.estimate, few.lo) == (Status.INSUFFICIENT, None, None)
    alike = difference_sequence(0.0, 0.0, 1000)
    assert alike.status is Status.INSUFFICIENT
    assert "alike" in alike.reasons[0]


def test_an_arm_in_which_nothing_ever_happened_is_not_taken_for_certain():
    assert added_variance(0, 100) > 0
    assert proportion_sequence(0, 100, 0, 100).status is Status.OK


@pytest.mark.parametrize(
    ("variance", "alpha", "tuned"), [(-1, 0.05, 5000), (1, 0, 5000), (1, 0.05, 0), (math.nan, 0.05, 9)]
)
def test_impossible_settings_are_refused(variance, alpha, tuned):
    with pytest.raises(ValueError, match="no sequence"):
        difference_sequence(0.1, variance, 1000, alpha=alpha, tuned_for=tuned)
