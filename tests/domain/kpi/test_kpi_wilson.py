"""The score intervals against published cases."""

import pytest

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.wilson import newcombe_interval, proportion, wilson_interval


@pytest.mark.parametrize(
    ("successes", "n", "lo", "hi"),
    [  # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_agrees_with_the_published_intervals(successes, n, lo, hi):
    low, high = wilson_interval(successes, n)
    assert round(low, 4) == lo
    assert round(high, 4) == hi


def test_the_difference_agrees_with_the_published_interval():
    low, high = newcombe_interval(56, 70, 48, 80)  # Newcombe 1998, 17:873, method 10
    assert round(low, 4) == 0.0524
    assert round(high, 4) == 0.3339


@pytest.mark.parametrize("n", [1, 3, 10, 1000, 10**9])
def test_the_ends_are_exact_and_mirror_each_other(n):
    low, high = wilson_interval(0, n)
    assert low == 0.0
    mirrored_low, mirrored_high = wilson_interval(n, n)
    assert mirrored_high == 1.0
    assert mirrored_low == pytest.approx(1 - high, abs=1e-12)


def test_swapping_the_two_groups_mirrors_the_difference():
    low, high = newcombe_interval(56, 70, 48, 80)
    assert newcombe_interval(48, 80, 56, 70) == pytest.approx((-high, -low), abs=1e-12)


def test_ten_times_the_calls_shrink_the_width_by_the_root_of_ten():
    low, high = wilson_interval(4000, 10000)
    wide_low, wide_high = wilson_interval(400, 1000)
    assert (wide_high - wide_low) / (high - low) == pytest.approx(10**0.5, rel=2e-3)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (2, 1), (-1, 4)])
def test_what_is_no_proportion_is_refused(successes, n):
    with pytest.raises(ValueError, match="no proportion"):
        wilson_interval(successes, n)


def test_few_calls_are_shown_but_not_to_be_ranked():
    assert proportion(0, 0, of="ratings").status is Status.INSUFFICIENT
    assert proportion(0, 0, of="ratings").estimate is None
    nine, ten = proportion(9, 9, of="ratings"), proportion(9, 10, of="ratings")
    assert nine.status is Status.WIDE
    assert nine.reasons == ("fewer than 10 ratings: do not rank",)
    assert (ten.status, ten.reasons, ten.n) == (Status.OK, (), 10)
