"""Multiplicity against the published cases and statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal
from statsmodels.stats.multitest import multipletests

from ivr.domain.kpi.multiplicity import benjamini_hochberg, bonferroni, dunnett, dunnett_critical, holm

# Benjamini and Hochberg 1995, the example of section 4: fifteen p-values of a myocardial infarction study.
PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


@pytest.mark.parametrize(("rule", "claims"), [(benjamini_hochberg, 4), (bonferroni, 3), (holm, 3)])
def test_the_published_example(rule, claims):
    assert sum(value <= 0.05 for value in rule(PUBLISHED)) == claims


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_they_are_statsmodels_rules(p_values):
    for rule, name in ((benjamini_hochberg, "fdr_bh"), (bonferroni, "bonferroni"), (holm, "holm")):
        oracle = multipletests(p_values, method=name)[1]
        assert rule(p_values) == pytest.approx(oracle.tolist(), rel=1e-9, abs=1e-12)


def test_a_comparison_without_a_test_is_neither_counted_nor_made_up():
    assert holm([0.01, None, 0.04]) == (0.02, None, 0.04)
    assert benjamini_hochberg([None, None]) == (None, None)
    assert holm([]) == ()


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_what_is_no_p_value_is_refused(wrong):
    with pytest.raises(ValueError, match="p-value"):
        holm([0.5, wrong])


@pytest.mark.parametrize(
    ("arms", "critical"),
    [(1, 1.96), (2, 2.21), (3, 2.35), (4, 2.44), (5, 2.51), (6, 2.57), (7, 2.61), (8, 2.65), (9, 2.69)],
)
def test_dunnett_s_table_for_infinite_degrees_of_freedom(arms, critical):
    """Dunnett 1964, table II, two-sided .05, equal groups."""
    assert round(dunnett_critical([1.0] * arms, 1.0), 2) == critical


def test_unequal_groups_agree_with_the_multivariate_normal():
    variances, reference = [0.004, 0.01, 0.02], 0.002
    loads = np.sqrt(reference / (reference + np.array(variances)))
    correlation = np.outer(loads, loads)
    np.fill_diagonal(correlation, 1.0)
    joint = multivariate_normal(cov=correlation, abseps=1e-7, releps=1e-7)
    for statistic in (1.2, 2.0, 2.8):
        limit = np.full(3, statistic)
        oracle = 1 - joint.cdf(limit, lower_limit=-limit)
        assert dunnett([statistic, 0, -statistic], variances, reference)[0] == pytest.approx(oracle, abs=2e-5)


def test_it_lies_between_no_correction_and_bonferroni():
    (alone,) = dunnett([2.2], [1.0], 1.0)
    together = dunnett([2.2, 0.3, -1.0], [1.0, 1.0, 1.0], 1.0)
    assert alone == pytest.approx(0.0278, abs=1e-4)
    assert alone < together[0] < 3 * alone
    assert together[1] > 0.9


def test_arms_without_a_shared_error_are_independent():
    value, _ = dunnett([2.0, 1.0], [1.0, 1.0], 0.0)
    assert value == pytest.approx(1 - (1 - 0.0455003) ** 2, abs=1e-6)


@pytest.mark.parametrize(("variances", "reference"), [([], 1.0), ([-1.0], 1.0), ([0.0], 0.0), ([1.0], -1.0)])
def test_impossible_variances_are_refused(variances, reference):
    with pytest.raises(ValueError, match="variance"):
        dunnett_critical(variances, reference)
    with pytest.raises(ValueError, match="confidence"):
        dunnett_critical([1.0], 1.0, confidence=1.0)
    with pytest.raises(ValueError, match="statistics"):
        dunnett([1.0, 2.0], [1.0], 1.0)
