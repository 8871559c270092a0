"""Replicate groups: known variances, repeat callers found, and one group refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.replicates import design_effect, jackknife, shares_design_effect


def share(counts):
    return counts[0] / counts[1] if counts[1] else None


def test_the_mean_of_groups_of_one_has_its_textbook_variance():
    values = np.array([3.0, 5.0, 1.0, 9.0, 4.0, 4.0, 7.0, 2.0, 6.0, 3.0])
    counts = np.stack([values, np.ones(10)], axis=1)
    found = jackknife(counts, lambda each: each[0] / each[1])
    assert found.variance == pytest.approx(values.var(ddof=1) / 10, rel=1e-12)
    assert (found.groups, found.status) == (10, Status.OK)


def calls(rng, callers, each, likeness):
    """Draw ``each`` calls of every caller; ``likeness`` is how far a caller's calls are alike."""
    own = rng.beta(0.6 * (1 / likeness - 1), 0.4 * (1 / likeness - 1), callers) if likeness else np.full(callers, 0.6)
    hits = rng.binomial(each, own)
    groups = rng.integers(0, 64, callers)
    rows = np.zeros((64, 2))
    np.add.at(rows, groups, np.stack([hits, np.full(callers, each)], axis=1))
    return rows


def test_callers_who_ring_once_have_no_design_effect():
    rng = np.random.default_rng(1)
    found = [
        shares_design_effect(*(each[:, [k]] for k in (0, 1))) for each in (calls(rng, 4000, 1, 0) for _ in range(40))
    ]
    values = np.array([each.value for each in found])
    assert values.mean() < 1.15
    assert values.min() == 1.0


def test_callers_who_ring_again_have_the_known_design_effect():
    """1 + (m - 1) rho, Kish 1965: five calls each, rho .5: 3."""
    rng = np.random.default_rng(2)
    found = [
        shares_design_effect(*(each[:, [k]] for k in (0, 1))) for each in (calls(rng, 4000, 5, 0.5) for _ in range(40))
    ]
    assert np.mean([each.value for each in found]) == pytest.approx(3.0, rel=0.08)


def test_several_arms_have_one_design_effect():
    rng = np.random.default_rng(3)
    first, second = calls(rng, 6000, 5, 0.5), calls(rng, 600, 5, 0.5)
    found = shares_design_effect(
        np.stack([first[:, 0], second[:, 0]], axis=1), np.stack([first[:, 1], second[:, 1]], axis=1)
    )
    assert found.value == pytest.approx(3.0, rel=0.35)
    assert (found.groups, found.status) == (64, Status.OK)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), min_size=2, max_size=30))
def test_the_order_of_groups_and_empty_ones_change_nothing(rows):
    counts = np.array([(hits, hits + misses) for hits, misses in rows])
    found = jackknife(counts, share)
    shuffled = jackknife(np.concatenate([counts[::-1], np.zeros((3, 2))]), share)
    assert shuffled.variance == pytest.approx(found.variance, rel=1e-9, abs=1e-15)
    assert shuffled.groups == found.groups == len(rows)


def test_ten_times_the_counts_leave_the_variance_between_groups():
    counts = np.array([(3, 9), (5, 10), (1, 8), (6, 9)])
    assert jackknife(10 * counts, share).variance == pytest.approx(jackknife(counts, share).variance)


@pytest.mark.parametrize(
    ("counts", "groups", "reason"),
    [
        (np.array([[3, 9], [0, 0]]), 1, "all calls are in one replicate group"),
        (np.zeros((4, 2)), 0, "no replicate group has calls"),
        (np.zeros((0, 2)), 0, "no replicate group has calls"),
    ],
)
def test_one_group_cannot_tell(counts, groups, reason):
    found = jackknife(counts, share)
    assert (found.variance, found.groups, found.status) == (None, groups, Status.NOT_IDENTIFIED)
    assert reason in found.reasons[0]
    effect = design_effect(found, 0.1)
    assert (effect.value, effect.status) == (1.0, Status.NOT_IDENTIFIED)
    assert effect.reasons[-1] == "every call counts as another caller's"


def test_a_group_without_which_nothing_is_left_gives_no_variance():
    found = jackknife(np.array([[3, 9], [1, 0]]), share)
    assert (found.variance, found.status) == (None, Status.INSUFFICIENT)


def test_few_groups_are_marked():
    assert jackknife(np.array([[3, 9], [4, 9]]), share).status is Status.WIDE


def test_all_alike_say_nothing_of_repeat_callers():
    counts = np.array([[9, 9]] * 12)
    effect = shares_design_effect(counts[:, [0]], counts[:, [1]])
    assert (effect.value, effect.status) == (1.0, Status.INSUFFICIENT)
    nothing = shares_design_effect(np.zeros((3, 0)), np.zeros((3, 0)))
    assert (nothing.value, nothing.status) == (1.0, Status.INSUFFICIENT)


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_counts_that_are_none_are_refused(wrong):
    with pytest.raises(ValueError, match="no number of calls"):
        jackknife(np.array([[wrong, 1.0], [1.0, 2.0]]), share)
