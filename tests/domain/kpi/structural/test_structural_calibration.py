"""Calibration: known parameters come back from the counts they make one expect, at any number of calls."""

from dataclasses import replace

import numpy as np
import pytest

from ivr.domain.kpi.structural.calibration import blocks, calibrate
from tests.domain.kpi.structural.small_design import (
    NOBODY_DIFFERS,
    empty_design,
    known_vector,
    scales_of,
    with_expected,
)

SPREAD = np.array([[0.17, 0.02], [0.02, 0.09]])


def expected(categories, calls, *, spread=SPREAD, follow_ups=0.1, **changes):
    """Return a design with the counts that the known parameters (with ``changes``) make one expect; and these."""
    design = empty_design(categories)
    scales = scales_of(design)
    vector = known_vector(scales)
    for name, value in changes.items():
        vector[scales.parts[name.replace("_", " ")]] = value
    return with_expected(design, scales, vector, calls, spread=spread, follow_ups=follow_ups), scales, vector


def log_posterior(design, scales, vector):
    total = -0.5 * (scales.prior_precision * (vector - scales.prior_mean) ** 2).sum()
    for block in blocks(design, scales, SPREAD, vector):
        total += (block.counts * np.log(block.probability)).sum()
    return total


@pytest.mark.parametrize("categories", [3, 5])
def test_known_parameters_come_back(categories):
    # So many calls that the weak priors do not move anything.
    design, scales, vector = expected(categories, 1e7)
    found = calibrate(design, scales, SPREAD, scales.start)
    assert found.converged
    assert found.vector == pytest.approx(vector, abs=1e-3)


def test_priors_hold_what_the_calls_do_not_tell():
    design, scales, _ = expected(3, 1e-6)
    found = calibrate(design, scales, SPREAD, scales.start)
    assert found.converged
    free = np.ones(scales.size, dtype=bool)
    for name in ("neutral", "layout 2"):
        # Thresholds start apart and are kept so; their prior means are one point.
        free[scales.parts[name]] = False
    assert found.vector[free] == pytest.approx(scales.prior_mean[free], abs=1e-2)
    assert found.covariance[free][:, free].diagonal() == pytest.approx(1 / scales.prior_precision[free], rel=1e-2)


@pytest.mark.parametrize(
    "bound",
    [{"habit": 0.0, "hazard": 0.0}, {"habit": 0.0}, {"hazard": 0.9}, {"habit": 0.0, "hazard": 0.0, "primacy": 0.0}],
)
def test_a_parameter_at_its_bound_leaves_the_others_at_their_best(bound):
    design, scales, _ = expected(3, 1e5, **bound)
    found = calibrate(design, scales, SPREAD, scales.start)
    assert found.converged
    bounds = scales.bounds()
    room = bounds.directions @ found.vector - bounds.least
    assert room.min() == pytest.approx(0, abs=1e-9)
    # Wherever a small step may go, it does not lead up.
    here, spread = log_posterior(design, scales, found.vector), np.sqrt(found.covariance.diagonal())
    for place in range(0, scales.size, 2):
        for step in (-0.5 * spread[place], 0.5 * spread[place]):
            vector = found.vector.copy()
            vector[place] += step
            if (bounds.directions @ vector >= bounds.least).all():
                assert log_posterior(design, scales, vector) <= here + 1e-2


def test_the_slope_is_that_of_the_likelihood():
    design, scales, vector = expected(3, 100.0)
    away = vector + 0.1 * np.cos(np.arange(scales.size))
    away = scales.within_bounds(away)
    slope = -scales.prior_precision * (away - scales.prior_mean)
    for block in blocks(design, scales, SPREAD, away):
        slope += np.einsum("nk,nkp->p", block.counts / block.probability, block.by)
    for place in range(0, scales.size, 2):
        ahead, behind = away.copy(), away.copy()
        ahead[place] += 1e-4
        behind[place] -= 1e-4
        difference = (log_posterior(design, scales, ahead) - log_posterior(design, scales, behind)) / 2e-4
        assert slope[place] == pytest.approx(difference, rel=1e-2, abs=15.0), place


def test_standard_errors_are_those_of_an_estimate_over_samples():
    design, scales, vector = expected(3, 2000.0)
    rng = np.random.default_rng(4)
    found, claimed = [], []
    for _ in range(12):
        drawn = replace(design, rated=rng.poisson(design.rated).astype(float), later=rng.poisson(design.later) * 1.0)
        drawn = replace(drawn, offered=drawn.rated.sum(axis=1) + design.offered - design.rated.sum(axis=1))
        fitted = calibrate(drawn, scales, SPREAD, vector)
        found.append(fitted.vector)
        claimed.append(np.sqrt(fitted.covariance.diagonal()))
    # What the calls settle by themselves: case mix and thresholds.
    places = [scales.parts[name].start for name in ("stratum", "queue", "neutral", "layout 2")]
    ratio = np.std(found, axis=0)[places] / np.mean(claimed, axis=0)[places]
    assert 0.6 < np.sqrt(np.mean(ratio**2)) < 1.4


def test_ten_times_the_calls_shrink_standard_errors_by_the_root_of_ten():
    design, scales, vector = expected(3, 1e5, follow_ups=0.3)
    tenfold, _, _ = expected(3, 1e6, follow_ups=0.3)
    one, ten = (calibrate(each, scales, SPREAD, vector).covariance.diagonal() for each in (design, tenfold))
    settled = one * scales.prior_precision < 1e-3
    assert settled.sum() >= 8
    assert np.sqrt(one / ten)[settled] == pytest.approx(np.sqrt(10), rel=2e-2)


@pytest.mark.parametrize("case", ["best", "worst", "nobody silent", "nobody answers", "one call"])
def test_separation_is_settled_by_the_priors(case):
    design, scales, _ = expected(3, 50.0, spread=NOBODY_DIFFERS)
    counts = {name: np.zeros_like(getattr(design, name)) for name in ("rated", "later", "anyway")}
    ratings = np.rint(design.rated.sum(axis=1))
    best = np.array([layout.categories - 1 for layout in design.layouts])[design.layout]
    place = (np.arange(len(design)), np.zeros(len(design), dtype=int) if case == "worst" else best)
    if case != "nobody answers":
        counts["rated"][place] = ratings
    offered = ratings if case == "nobody silent" else design.offered
    if case == "one call":
        counts["rated"][:] = 0.0
        counts["rated"][0, 2] = 1.0
        offered = np.zeros(len(design))
        offered[0] = 1.0
    found = calibrate(replace(design, offered=offered, **counts), scales, SPREAD, scales.start)
    assert found.converged
    assert np.isfinite(found.vector).all()
    assert (found.covariance.diagonal() > 0).all()
