"""Parallelism: the three tests against identities, and on samples where it holds and where it does not."""

import numpy as np
import pytest

from ivr.domain.kpi.cumulative_logit import fit_cumulative_logit
from ivr.domain.kpi.cut_likelihood import Cuts
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.parallelism import check_parallelism
from tests.domain.kpi.cheese import ADDITIVES, CHEESE


def _table(rng, spread):
    """Four groups on three cuts, the last with another spread of opinion."""
    rows = []
    for level, width in ((0.0, 1.0), (0.4, 1.0), (-0.5, 1.0), (0.2, spread)):
        rows.append(np.bincount(np.digitize(level + width * rng.logistic(size=2000), [-1.5, 0.0, 1.5]), minlength=4))
    return np.array(rows, dtype=float), np.vstack([np.eye(3), np.zeros(3)])


def test_against_a_saturated_model_the_score_is_pearsons_and_the_ratio_the_deviance():
    counts, design = _table(np.random.default_rng(1), 1.3)
    found = check_parallelism(counts, design, ("a", "b", "c"))
    fit = fit_cumulative_logit(counts, design, predictors=("a", "b", "c"))
    cuts = Cuts.of(counts, design, None, None)
    below = 1 / (1 + np.exp(-(cuts.designs @ np.concatenate([fit.thresholds.ravel(), fit.slopes]))))
    shares = np.diff(np.vstack([np.zeros(4), below, np.ones(4)]), axis=0).T
    expected = counts.sum(axis=1, keepdims=True) * shares
    assert found.score.statistic == pytest.approx(((counts - expected) ** 2 / expected).sum(), rel=1e-8)
    assert found.likelihood_ratio.statistic == pytest.approx(2 * (counts * np.log(counts / expected)).sum(), rel=1e-8)
    assert found.likelihood_ratio.freedom == 3 * 2


def test_cheese_has_cells_too_empty_for_a_ratio_and_nothing_against_it():
    found = check_parallelism(CHEESE, ADDITIVES, ("A", "B", "C"))
    assert found.holds is True
    assert found.likelihood_ratio is None
    assert (round(found.score.statistic, 2), found.score.freedom) == (20.94, 21)
    assert any("cross or run away" in reason for reason in found.reasons)


def test_equal_slopes_are_seldom_doubted_and_other_ones_are_found():
    rng = np.random.default_rng(7)
    doubted = np.mean([check_parallelism(*_table(rng, 1.0), ("a", "b", "c")).holds is False for _ in range(200)])
    assert doubted < 0.04  # .01 expected
    found = check_parallelism(*_table(rng, 1.6), ("a", "b", "c"))
    assert found.holds is False
    assert found.reasons[0].startswith("predictors do not shift all cuts alike")
    assert found.brant.p_value < 0.01


def test_brant_names_the_predictor_that_is_to_blame():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(3000, 2))
    opinion = x @ [0.5, -0.5] + rng.logistic(size=3000) * np.exp(0.3 * x[:, 0])
    counts = np.eye(4)[np.digitize(opinion, [-1.5, 0.0, 1.5])]
    by_predictor = dict(check_parallelism(counts, x, ("uneven", "even")).by_predictor)
    assert by_predictor["uneven"].p_value < 1e-6
    assert by_predictor["even"].p_value > 0.001


@pytest.mark.parametrize(
    ("counts", "design", "status"),
    [
        (np.array([[3.0, 4], [5, 6]]), np.array([[0.0], [1.0]]), Status.INSUFFICIENT),
        (np.array([[0.0, 0, 0], [0, 0, 0]]), np.array([[0.0], [1.0]]), Status.INSUFFICIENT),
        (np.array([[5.0, 0, 0], [0, 5, 5]]), np.array([[0.0], [1.0]]), Status.REFUSED),
    ],
)
def test_where_there_is_nothing_to_test_there_is_no_p_value(counts, design, status):
    found = check_parallelism(counts, design, ("x",))
    assert (found.status, found.holds, found.score, found.likelihood_ratio) == (status, None, None, None)
    assert found.reasons
