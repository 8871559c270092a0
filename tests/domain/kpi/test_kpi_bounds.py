"""Worst-case bounds, their intersection over the delay arms, and the continuum of resistance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from ivr.domain.kpi.bounds import NO_BOUNDS, Bounds, DelayArm, intersected_bounds, worst_case_bounds
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.resistance import resistance
from ivr.domain.kpi.wilson import wilson_interval

arms_of_counts = st.lists(
    st.tuples(st.integers(1, 400), st.floats(0, 1), st.floats(0, 1)).map(
        lambda c: (c[0], int(c[0] * c[1]), int(int(c[0] * c[1]) * c[2]))
    ),
    min_size=1,
    max_size=4,
)


def test_thirty_per_cent_rated_and_eighty_of_them_best() -> None:
    assert worst_case_bounds(240, 300, 1000) == Bounds(0.24, 0.94)
    assert worst_case_bounds(0, 0, 0) == NO_BOUNDS


def test_two_arms_bound_more_closely_than_either() -> None:
    found = intersected_bounds([DelayArm(4.0, 1000, 200, 120), DelayArm(0.0, 1000, 500, 350)])
    assert found.arms == ((0.0, Bounds(0.35, 0.85)), (4.0, Bounds(0.12, 0.92)))
    assert (found.bounds, found.status) == (Bounds(0.35, 0.85), Status.OK)
    # Wilson's limits of 350 and of 850 in 1,000, at half of the 5 % for each of the two arms.
    assert found.limits.lo == wilson_interval(350, 1000, 0.975)[0]
    assert found.limits.hi == wilson_interval(850, 1000, 0.975)[1]


@given(arms_of_counts)
def test_whatever_the_silent_press_the_bounds_of_an_arm_hold(counts: list[tuple[int, int, int]]) -> None:
    found = intersected_bounds([DelayArm(float(i), *each) for i, each in enumerate(counts)])
    for (_, own), (eligible, judged, best) in zip(found.arms, counts, strict=True):
        assert own.lo <= best / eligible <= own.hi
        assert own.hi - own.lo == pytest.approx((eligible - judged) / eligible)
    if found.status is Status.OK:
        assert found.bounds.lo == max(own.lo for _, own in found.arms)
        assert found.bounds.hi == min(own.hi for _, own in found.arms)
        assert 0 <= found.limits.lo <= found.bounds.lo <= found.bounds.hi <= found.limits.hi <= 1
    else:
        assert found.bounds == found.limits == NO_BOUNDS
        assert found.reasons


def test_an_arm_split_in_two_rows_is_one_arm() -> None:
    whole = [DelayArm(0.0, 1000, 500, 350), DelayArm(4.0, 1000, 200, 120)]
    rows = [DelayArm(0.0, 400, 300, 150), DelayArm(4.0, 1000, 200, 120), DelayArm(0.0, 600, 200, 200)]
    assert intersected_bounds(rows) == intersected_bounds(whole)
    assert resistance(rows) == resistance(whole)


def test_arms_that_contradict_each_other_are_refused() -> None:
    # With no delay nearly all are content, with four seconds nearly none: no truth fits both.
    found = intersected_bounds([DelayArm(0.0, 1000, 900, 850), DelayArm(4.0, 1000, 800, 100)])
    assert (found.status, found.bounds, found.limits) == (Status.REFUSED, NO_BOUNDS, NO_BOUNDS)
    assert "contradict" in found.reasons[0]
    assert [own for _, own in found.arms] == [Bounds(0.85, 0.95), Bounds(0.1, 0.3)]


def test_bounds_that_cross_by_chance_are_refused_with_another_reason() -> None:
    found = intersected_bounds([DelayArm(0.0, 100, 98, 80), DelayArm(4.0, 100, 95, 70)])
    assert found.status is Status.REFUSED
    assert "too few calls" in found.reasons[0]


def test_the_limits_hold_the_truth_of_a_randomised_delay() -> None:
    """Content callers answer more; the delay lowers everybody's readiness alike: the setting the limits are for."""
    rng = np.random.default_rng(1990)
    rounds, held, told = 400, 0, 0
    for _ in range(rounds):
        content = rng.random((3, 300)) < 0.6
        ready = expit(0.4 + 0.6 * content - 0.6 * np.arange(3)[:, None])
        answers = rng.random((3, 300)) < ready
        arms = [DelayArm(2.0 * z, 300, int(answers[z].sum()), int((answers[z] & content[z]).sum())) for z in range(3)]
        found = intersected_bounds(arms)
        told += found.status is Status.OK
        held += found.status is Status.OK and found.limits.lo <= 0.6 <= found.limits.hi
    assert told == rounds
    assert held >= 0.95 * rounds


def test_without_calls_and_with_impossible_counts() -> None:
    assert intersected_bounds([DelayArm(0.0, 0, 0, 0)]).status is Status.INSUFFICIENT
    with pytest.raises(ValueError, match="no parts"):
        intersected_bounds([DelayArm(0.0, 10, 5, 6)])


def test_the_continuum_is_points_and_a_line_to_draw() -> None:
    found = resistance([DelayArm(4.0, 1000, 200, 180), DelayArm(0.0, 1000, 500, 350), DelayArm(2.0, 1000, 350, 280)])
    assert [point.delay_seconds for point in found.points] == [0.0, 2.0, 4.0]
    assert [point.response.estimate for point in found.points] == [0.5, 0.35, 0.2]
    rates, shares, ratings = (0.5, 0.35, 0.2), (0.7, 0.8, 0.9), (500, 350, 200)
    slope, intercept = np.polyfit(rates, shares, 1, w=np.sqrt(ratings))
    assert (found.slope, found.intercept) == pytest.approx((slope, intercept))
    assert not hasattr(found, "estimate")


def test_response_rates_that_hardly_differ_carry_no_line() -> None:
    found = resistance([DelayArm(0.0, 1000, 500, 350), DelayArm(2.0, 1000, 460, 340)])
    assert (found.slope, found.intercept) == (None, None)
    assert found.reasons == ("the delays' response rates do not differ by 5 points: no line",)
    assert resistance([]).points == ()
    assert len(resistance([DelayArm(0.0, 10, 5, 5), DelayArm(2.0, 10, 0, 0)]).points) == 1
