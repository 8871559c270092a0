"""Agents: known effects come back, certainty grows with the calls, and the covariance is the curvature."""

import numpy as np
import pytest

from ivr.domain.kpi.structural.agents import AgentFit, Spread
from tests.domain.kpi.structural.small_design import empty_design, known_vector, scales_of, with_expected

NAMES = tuple(f"agent {number}" for number in range(9))
EFFECTS = np.column_stack([np.linspace(-0.8, 0.8, 9), np.linspace(0.4, -0.4, 9) ** 3 * 4])
SPREAD = Spread(np.diag([0.16, 0.09]), 1e-4)


def expected(calls, *, names=NAMES, effects=EFFECTS):
    design = empty_design(3, names)
    scales = scales_of(design)
    vector = known_vector(scales)
    return with_expected(design, scales, vector, calls, effects=effects), scales, vector


def fit_of(calls, *, spread=SPREAD):
    design, scales, vector = expected(calls)
    fit = AgentFit(design, scales, vector, np.ones(len(NAMES)))
    found = fit.search(spread)
    return fit.mode(found), fit.uncertainty(found, np.zeros((scales.size, scales.size)))


def test_effects_come_back():
    mode, _ = fit_of(1e4)
    # What all agents have in common is in the base, which is shared.
    for column in (0, 1):
        found = mode.effects[:, column]
        assert found - found.mean() == pytest.approx(EFFECTS[:, column] - EFFECTS[:, column].mean(), abs=0.02)
    assert np.abs(mode.effects[:, 2:]).max() < 0.02


def test_case_mix_and_strata_come_back_beside_them():
    _, scales, vector = expected(1.0)
    mode, _ = fit_of(1e4)
    for name in ("stratum", "queue", "willing stratum", "willing queue"):
        assert mode.shared[scales.parts[name]] == pytest.approx(vector[scales.parts[name]], abs=0.02)


def test_agents_who_differ_more_are_given_more_room():
    mode, _ = fit_of(1e4)
    design, scales, vector = expected(1e4, effects=EFFECTS / 4)
    alike = AgentFit(design, scales, vector, np.ones(len(NAMES))).search(SPREAD)
    assert mode.spread.between[0, 0] > 2 * alike.between[0, 0]


def test_few_calls_leave_an_agent_near_the_others():
    few, _ = fit_of(1.0)
    many, _ = fit_of(1e4)
    assert np.abs(few.effects[:, 0]).max() < 0.8 * np.abs(many.effects[:, 0]).max()


def test_variances_go_to_0_as_calls_grow():
    own = [np.sqrt(fit_of(calls)[1].covariance[:, 0, 0]) for calls in (10.0, 1e3, 1e5)]
    assert (own[0] > own[1]).all()
    assert (own[1] > own[2]).all()
    # The interaction with each layout keeps an agent from being known better than three layouts can say.
    assert own[2].max() < 0.02


def test_information_is_the_curvature_of_the_log_posterior():
    design, scales, vector = expected(300.0)
    nothing = np.zeros((scales.size, scales.size))
    fit = AgentFit(design, scales, vector, np.ones(len(NAMES)))
    found = fit.search(SPREAD)
    mode, sure = fit.mode(found), fit.uncertainty(found, nothing)

    def log_posterior(u, r):
        effects = mode.effects.copy()
        effects[4, :2] += u, r
        there = AgentFit(design, scales, mode.shared, np.ones(len(NAMES)), effects)
        # The log marginal by Laplace, less its part of the curvature.
        information = np.linalg.inv(there.uncertainty(found, nothing).covariance[4])
        return there.log_marginal(found)[4] + 0.5 * np.linalg.slogdet(information)[1]

    step, here = 0.03, log_posterior(0.0, 0.0)
    hessian = np.zeros((2, 2))
    for place, (u, r) in enumerate(((step, 0.0), (0.0, step))):
        hessian[place, place] = (2 * here - log_posterior(u, r) - log_posterior(-u, -r)) / step**2
    apart = log_posterior(step, -step) + log_posterior(-step, step)
    together = log_posterior(step, step) + log_posterior(-step, -step)
    hessian[0, 1] = hessian[1, 0] = (apart - together) / (4 * step**2)
    # Fisher's information is what one expects of the curvature; at expected counts they agree.
    assert np.linalg.inv(sure.covariance[4])[:2, :2] == pytest.approx(hessian, rel=0.03)
