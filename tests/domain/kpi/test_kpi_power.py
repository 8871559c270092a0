"""Sample sizes against published cases, statsmodels, and a simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from statsmodels.stats.proportion import power_proportions_2indep, samplesize_proportions_2indep_onetail

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.power import (
    calls_for,
    power_for_proportions,
    shifted_shares,
    size_for_categories,
    size_for_proportions,
)


def test_the_published_size_for_two_proportions():
    """.60 against .70, 80 % power: 356 an arm (Fleiss)."""
    size = size_for_proportions(0.60, 0.70)
    assert (size.arm, size.reference, size.both) == (356, 356, 712)


@pytest.mark.parametrize(("share", "reference", "ratio"), [(0.6, 0.7, 1.0), (0.2, 0.35, 2.0), (0.9, 0.82, 0.5)])
def test_two_proportions_agree_with_statsmodels(share, reference, ratio):
    needed = size_for_proportions(share, reference, ratio=ratio)
    # statsmodels looks at one tail, which at this power is all there is.
    oracle = samplesize_proportions_2indep_onetail(
        share - reference, reference, power=0.8, ratio=ratio, alpha=0.025, value=0, alternative="larger"
    )
    assert needed.arm == pytest.approx(float(np.ravel(oracle)[0]), abs=1.01)
    power = power_for_proportions(share, needed.arm, reference, needed.reference)
    assert power == pytest.approx(0.8, abs=5e-3)
    known = power_proportions_2indep(
        share - reference, reference, needed.arm, ratio=needed.reference / needed.arm, return_results=False
    )
    assert power == pytest.approx(float(known), abs=2e-3)


def test_the_published_size_for_ordered_categories():
    """Whitehead 1993: control .2 .5 .2 .1, log odds ratio .887, 90 % power: 187 in all."""
    size = size_for_categories((0.2, 0.5, 0.2, 0.1), np.exp(0.887), power=0.9)
    assert (size.arm, size.reference) == (94, 94)
    assert shifted_shares((0.2, 0.5, 0.2, 0.1), np.exp(0.887)) == pytest.approx((0.378, 0.472, 0.106, 0.044), abs=6e-4)


def test_the_size_for_categories_has_the_power_that_it_says():
    reference, odds = np.array([0.2, 0.3, 0.5]), 1.8
    size = size_for_categories(tuple(reference), odds)
    rng = np.random.default_rng(2)
    shifted = shifted_shares(tuple(reference), odds)
    found = 0
    for _ in range(600):
        arm = rng.choice(3, size.arm, p=shifted)
        other = rng.choice(3, size.reference, p=reference)
        found += mannwhitneyu(arm, other, method="asymptotic").pvalue < 0.05
    assert found / 600 == pytest.approx(0.8, abs=0.05)


def test_two_categories_are_nearly_the_two_proportions():
    ordinal = size_for_categories((0.4, 0.6), (0.4 / 0.6) ** -1 * (0.3 / 0.7))
    assert ordinal.arm == pytest.approx(356, rel=0.02)


def test_ratings_become_calls():
    assert calls_for(356, response_rate=0.3, design_effect=1.2) == 1424
    assert calls_for(356, response_rate=0.0) is None
    with pytest.raises(ValueError, match="response rate"):
        calls_for(1, response_rate=1.2)
    with pytest.raises(ValueError, match="design effect"):
        calls_for(1, response_rate=0.5, design_effect=0.5)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_who_is_the_reference_does_not_matter(share, reference):
    there, back = size_for_proportions(share, reference), size_for_proportions(reference, share)
    assert there.status == back.status
    assert there.arm == back.arm


@pytest.mark.parametrize(
    ("size", "status", "reason"),
    [
        (size_for_proportions(0.5, 0.5), Status.NOT_IDENTIFIED, "equal"),
        (size_for_proportions(1.5, 0.5), Status.REFUSED, "no proportion"),
        (size_for_proportions(0.4, 0.5, power=1.0), Status.REFUSED, "power"),
        (size_for_proportions(0.4, 0.5, ratio=0), Status.REFUSED, "ratio"),
        (size_for_categories((0.5, 0.5), 1.0), Status.NOT_IDENTIFIED, "odds ratio of 1"),
        (size_for_categories((0.5, 0.4), 2.0), Status.REFUSED, "sum to 1"),
        (size_for_categories((0.5, 0.5), -2.0), Status.REFUSED, "above 0"),
        (size_for_categories((0.0, 1.0, 0.0), 2.0), Status.NOT_IDENTIFIED, "one category"),
        (size_for_categories((0.5, 0.5), 2.0, alpha=0), Status.REFUSED, "alpha"),
    ],
)
def test_what_has_no_size_says_why(size, status, reason):
    assert (size.status, size.arm, size.both) == (status, None, None)
    assert reason in size.reasons[0]


def test_power_of_certain_shares():
    assert power_for_proportions(1.0, 50, 0.0, 50) == 1.0
    with pytest.raises(ValueError, match="no two proportions"):
        power_for_proportions(0.5, 0, 0.5, 10)
