"""The fixed sample-ratio test against published cases, and against what it must refuse."""

import numpy as np
import pytest
from scipy.stats import chisquare

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.sample_ratio import DrawnUnits, sample_ratio

HALVES = {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [(600, 400, 2.54e-10), (44000, 45000, 8.02e-4), (821588, 815482, 1.82e-6)],
)
def test_it_agrees_with_the_published_mismatches(first, second, p_value):
    found = sample_ratio([DrawnUnits({"a": first, "b": second}, HALVES)])
    assert found.p_value == pytest.approx(p_value, rel=2e-3)
    assert found.is_mismatch
    assert f"b has {second}" in found.reasons[0] or f"a has {first}" in found.reasons[0]


def test_one_stratum_is_pearson_s_chi_square():
    observed, chances = {"a": 580, "b": 230, "c": 190}, {"a": 0.6, "b": 0.2, "c": 0.2}
    found = sample_ratio([DrawnUnits(observed, chances)])
    oracle = chisquare([580, 230, 190], [600, 200, 200])
    assert found.statistic == pytest.approx(oracle.statistic, rel=1e-12)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=1e-9)
    assert (found.degrees_of_freedom, found.status) == (2, Status.OK)


def test_strata_of_different_chances_sum_their_expected_counts():
    strata = [
        DrawnUnits({"a": 900, "b": 100}, {"a": 0.9, "b": 0.1}),
        DrawnUnits({"a": 50, "b": 450}, {"a": 0.1, "b": 0.9}),
    ]
    found = sample_ratio(strata)
    assert found.expected == pytest.approx({"a": 950.0, "b": 550.0})
    assert found.statistic == pytest.approx(0.0, abs=1e-12)
    # Over both the arms look far from any one share, which is no mismatch.
    assert not found.is_mismatch
    moved = sample_ratio([DrawnUnits({"a": 870, "b": 130}, {"a": 0.9, "b": 0.1}), strata[1]])
    assert moved.p_value == pytest.approx(0.0098, abs=2e-4)


def test_strata_keep_the_level_under_the_null():
    rng = np.random.default_rng(7)
    p_values = []
    for _ in range(2000):
        first, second = rng.multinomial(400, [0.9, 0.05, 0.05]), rng.multinomial(700, [0.2, 0.5, 0.3])
        strata = [
            DrawnUnits(dict(zip("abc", map(int, first), strict=True)), {"a": 0.9, "b": 0.05, "c": 0.05}),
            DrawnUnits(dict(zip("abc", map(int, second), strict=True)), {"a": 0.2, "b": 0.5, "c": 0.3}),
        ]
        p_values.append(sample_ratio(strata).p_value)
    assert 0.035 < np.mean(np.array(p_values) < 0.05) < 0.065


def test_splitting_a_stratum_in_two_changes_nothing():
    whole = sample_ratio([DrawnUnits({"a": 330, "b": 270}, HALVES)])
    split = sample_ratio([DrawnUnits({"a": 200, "b": 100}, HALVES), DrawnUnits({"b": 170, "a": 130}, HALVES)])
    assert split.statistic == pytest.approx(whole.statistic, rel=1e-12)


def test_repeat_callers_are_allowed_for_by_the_design_effect():
    plain = sample_ratio([DrawnUnits({"a": 560, "b": 440}, HALVES)])
    wider = sample_ratio([DrawnUnits({"a": 560, "b": 440}, HALVES)], design_effect=2.0)
    assert plain.is_mismatch
    assert wider.statistic == pytest.approx(plain.statistic / 2)
    assert not wider.is_mismatch


def test_an_arm_with_fewer_than_eight_expected_is_left_out_and_named():
    found = sample_ratio([DrawnUnits({"a": 300, "b": 296, "c": 4}, {"a": 0.497, "b": 0.497, "c": 0.006})])
    assert found.status is Status.OK
    assert found.reasons == ("fewer than 8 expected in c, so not tested",)
    few = sample_ratio([DrawnUnits({"a": 8, "b": 7}, HALVES)])
    assert (few.status, few.p_value) == (Status.INSUFFICIENT, None)


@pytest.mark.parametrize(
    ("strata", "status", "reason"),
    [
        ([], Status.INSUFFICIENT, "no calls"),
        ([DrawnUnits({}, HALVES)], Status.INSUFFICIENT, "no calls"),
        ([DrawnUnits({"a": 500}, {"a": 1.0})], Status.INSUFFICIENT, "nothing was left to chance"),
        (
            [DrawnUnits({"a": 500}, {"a": 1.0}), DrawnUnits({"b": 500}, {"b": 1.0})],
            Status.INSUFFICIENT,
            "in each stratum one arm has every call",
        ),
        ([DrawnUnits({"a": 20, "z": 3}, HALVES)], Status.REFUSED, "3 have z, to which their allocation gives no"),
        ([DrawnUnits({"a": 20, "b": 20}, {"a": 0.5, "b": 0.2})], Status.REFUSED, "sum to 0.7, not to 1"),
        ([DrawnUnits({"a": 20, "b": 20}, {"a": 1.5, "b": -0.5})], Status.REFUSED, "no probability"),
        ([DrawnUnits({"a": 20, "b": -1}, HALVES)], Status.REFUSED, "below 0"),
    ],
)
def test_what_cannot_be_tested_says_why_and_has_no_p_value(strata, status, reason):
    found = sample_ratio(strata)
    assert (found.status, found.p_value, found.statistic) == (status, None, None)
    assert reason in found.reasons[0]


def test_a_design_effect_that_is_none_is_refused():
    with pytest.raises(ValueError, match="design effect"):
        sample_ratio([DrawnUnits({"a": 1, "b": 1}, HALVES)], design_effect=0)
