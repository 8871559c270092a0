"""The cumulative-logit fit against the published cheese, statsmodels, and itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.miscmodels.ordinal_model import OrderedModel

from ivr.domain.kpi.cumulative_logit import fit_cumulative_logit
from ivr.domain.kpi.estimates import Status
from tests.domain.kpi.cheese import ADDITIVES, CHEESE

CELLS = st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=4, max_size=8)


def _sample(seed, cells=60):
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(cells, 2))
    opinion = design @ [0.6, -0.3] + rng.logistic(size=(40, cells))
    categories = np.digitize(opinion, [-1.5, 0.2, 1.1])
    return np.stack([(categories == k).sum(axis=0) for k in range(4)], axis=1).astype(float), design


def test_cheese_tasting_gives_the_published_figures():
    fit = fit_cumulative_logit(CHEESE, ADDITIVES, predictors=("A", "B", "C"))
    assert [round(fit.slope(name).estimate, 4) for name in "ABC"] == [-1.6128, -4.9646, -3.3227]
    assert fit.minus_two_log_likelihood == pytest.approx(711.348, abs=5e-4)
    assert fit.ratings == 208
    # The likelihood ratio against no effect, as published with the data by a statistics package: 148.45 on 3.
    null = fit_cumulative_logit(CHEESE)
    assert null.minus_two_log_likelihood - fit.minus_two_log_likelihood == pytest.approx(148.45, abs=5e-3)


def test_statsmodels_finds_the_same_from_single_ratings():
    counts, design = _sample(4, cells=25)
    fit = fit_cumulative_logit(counts, design, predictors=("a", "b"))
    rows, answers = np.repeat(design, 40, axis=0), np.concatenate([np.repeat(range(4), c.astype(int)) for c in counts])
    oracle = OrderedModel(answers, rows, distr="logit").fit(method="newton", disp=False, tol=1e-12)
    assert fit.slopes == pytest.approx(oracle.params[:2], abs=1e-6)
    assert fit.thresholds[0] == pytest.approx(oracle.model.transform_threshold_params(oracle.params)[1:-1], abs=1e-6)
    assert fit.standard_errors[3:5] == pytest.approx(oracle.bse[:2], rel=1e-3)


def test_strata_and_scales_of_their_own_are_recovered():
    rng = np.random.default_rng(8)
    cuts, levels = np.array([[-1.6, -0.6], [-1.2, 0.3]]), np.array([0.0, 0.5, -0.4])
    scales, strata = np.array([0, 1] * 3), np.repeat([0, 1, 2], 2)
    counts = np.array(
        [
            np.bincount(np.digitize(levels[s] + rng.logistic(size=200_000), cuts[g]), minlength=3)
            for g, s in zip(scales, strata, strict=True)
        ],
        dtype=float,
    )
    fit = fit_cumulative_logit(counts, scales=scales, strata=strata)
    assert fit.thresholds == pytest.approx(cuts, abs=0.02)
    assert fit.strata == pytest.approx(levels, abs=0.02)


@settings(max_examples=40, deadline=None)
@given(CELLS, st.integers(0, 3), st.integers(1, 39))
def test_splitting_a_cell_changes_nothing(cells, at, cut):
    counts = np.array(cells, dtype=float) + 1
    design = np.arange(len(counts), dtype=float)[:, None] / 4
    part = np.minimum(counts[at], cut)
    split = np.vstack([counts, part[None]])
    split[at] -= part
    whole = fit_cumulative_logit(counts, design, predictors=("x",))
    parts = fit_cumulative_logit(split, np.vstack([design, design[at]]), predictors=("x",))
    assert parts.slopes == pytest.approx(whole.slopes, abs=1e-9)
    assert parts.thresholds == pytest.approx(whole.thresholds, abs=1e-9)
    assert parts.covariance == pytest.approx(whole.covariance, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(CELLS)
def test_ten_times_the_counts_shrink_the_errors_by_the_root_of_ten(cells):
    counts = np.array(cells, dtype=float) + 1
    design = np.arange(len(counts), dtype=float)[:, None] / 4
    few = fit_cumulative_logit(counts, design, predictors=("x",))
    many = fit_cumulative_logit(10 * counts, design, predictors=("x",))
    assert many.slopes == pytest.approx(few.slopes, abs=1e-8)
    assert few.standard_errors / many.standard_errors == pytest.approx(np.sqrt(10), rel=1e-6)


def test_the_order_of_the_cells_and_of_the_scale_is_of_no_account():
    counts, design = _sample(2)
    fit = fit_cumulative_logit(counts, design, predictors=("a", "b"))
    shuffled = np.random.default_rng(0).permutation(len(counts))
    again = fit_cumulative_logit(counts[shuffled], design[shuffled], predictors=("a", "b"))
    assert again.slopes == pytest.approx(fit.slopes, abs=1e-10)
    mirrored = fit_cumulative_logit(counts[:, ::-1], design, predictors=("a", "b"))
    assert mirrored.slopes == pytest.approx(-fit.slopes, abs=1e-9)


def test_a_hundred_million_ratings_are_fitted_like_a_hundred():
    counts, design = _sample(3)
    few = fit_cumulative_logit(counts, design, predictors=("a", "b"))
    many = fit_cumulative_logit(1e6 * counts, design, predictors=("a", "b"))
    assert many.status is Status.OK
    assert many.slopes == pytest.approx(few.slopes, abs=1e-7)


def test_separation_is_named_and_a_prior_gives_a_finite_answer():
    counts, design = np.array([[5.0, 0, 0], [0, 5, 5]]), np.array([[1.0], [0.0]])
    fit = fit_cumulative_logit(counts, design, predictors=("night queue",))
    assert fit.status is Status.REFUSED
    assert "told apart completely by night queue" in fit.reasons[0]
    assert fit.slope("night queue").estimate is None
    penalised = fit_cumulative_logit(counts, design, predictors=("night queue",), prior_sd=2.5)
    assert penalised.status is Status.OK
    assert -8 < penalised.slopes[0] < -2
    assert "normal prior of 2.5 logits" in penalised.reasons[0]


@pytest.mark.parametrize(
    ("counts", "design", "status", "reason"),
    [
        ([[0, 0, 0]], None, Status.INSUFFICIENT, "no ratings"),
        ([[4, 0, 3]], None, Status.INSUFFICIENT, "nobody chose category 1"),
        ([[4, -1, 3]], None, Status.REFUSED, "below 0"),
        ([[4, np.nan, 3]], None, Status.REFUSED, "not a finite number"),
        ([[4, 2, 3], [5, 5, 5], [1, 2, 3]], [[1, 2], [2, 4], [0, 0]], Status.REFUSED, "repeat each other"),
    ],
)
def test_what_cannot_be_fitted_has_a_reason(counts, design, status, reason):
    shape = None if design is None else np.array(design, dtype=float)
    names = () if shape is None else ("a", "b")
    fit = fit_cumulative_logit(np.array(counts, dtype=float), shape, predictors=names)
    assert fit.status is status
    assert reason in fit.reasons[0]
    assert fit.slopes.size == 0


def test_shapes_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="one row for each cell"):
        fit_cumulative_logit(CHEESE, ADDITIVES[:2], predictors=("A", "B", "C"))
    with pytest.raises(ValueError, match="2 names for 3"):
        fit_cumulative_logit(CHEESE, ADDITIVES, predictors=("A", "B"))
