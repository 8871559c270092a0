"""Tiers: who is named, how often wrongly, and when nobody is."""

import numpy as np
import pytest

from ivr.domain.kpi.posterior_ranks import rank_summary
from ivr.domain.kpi.tiers import posterior_tiers, rank_set_tiers


def test_agents_far_from_the_middle_are_named():
    draws = np.random.default_rng(1).normal(size=(1000, 9)) + np.array([9.0, 0, 0, 0, 0, 0, 0, 0, -9.0])
    found = posterior_tiers(rank_summary(draws))
    assert found.tiers == (1, 2, 2, 2, 2, 2, 2, 2, 3)
    assert found.expected_wrong == 0.0
    assert found.reasons == ()


def test_of_the_named_few_are_wrong_however_many_agents_there_are():
    """Truth is drawn from the very posterior, so the share of the wrongly named is what was announced."""
    rng = np.random.default_rng(2)
    wrong = named = 0
    announced = []
    for _ in range(40):
        truth = rng.normal(size=200)
        seen = truth + 0.5 * rng.normal(size=200)
        draws = 0.8 * seen + np.sqrt(0.2) * rng.normal(size=(1000, 200))
        found = posterior_tiers(rank_summary(draws))
        above = truth > np.median(truth)
        tiers = np.array(found.tiers)
        wrong += int((above[tiers == 3]).sum() + (~above[tiers == 1]).sum())
        named += int((tiers != 2).sum())
        announced.append(found.expected_wrong)
    assert named > 2000
    assert wrong / named == pytest.approx(np.mean(announced), abs=0.005)
    assert wrong / named < 0.025


def test_where_nothing_is_known_nobody_is_named():
    found = posterior_tiers(rank_summary(np.random.default_rng(3).normal(size=(1000, 50))))
    assert found.tiers == (2,) * 50
    assert found.expected_wrong is None
    assert found.reasons == ("no agent can be told from the middle on these ratings",)


@pytest.mark.parametrize("agents", [1, 2])
def test_a_middle_needs_a_third_agent(agents):
    found = posterior_tiers(rank_summary(np.arange(2.0 * agents).reshape(2, agents)))
    assert found.tiers == (None,) * agents
    assert "no middle" in found.reasons[0]
    assert rank_set_tiers([(1, 1)] * agents).tiers == (None,) * agents


def test_rank_sets_name_those_that_lie_on_one_side_of_the_middle():
    assert rank_set_tiers([(1, 2), (1, 3), (2, 4), (4, 5), (3, 5)]).tiers == (1, 2, 2, 3, 2)


@pytest.mark.parametrize("sure", [0.5, 1.0])
def test_a_probability_that_names_nobody_or_everybody_is_refused(sure):
    with pytest.raises(ValueError, match="no probability"):
        posterior_tiers(rank_summary(np.zeros((1, 3))), sure=sure)
