"""Selective offering: planted agents are found, honest ones left alone, and floors mean what they say."""

from dataclasses import replace

import numpy as np
import pytest

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.structural.agent_figures import SELECTIVE_OFFERING
from ivr.domain.kpi.structural.design import Factor
from ivr.domain.kpi.structural.floors import below_floor
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.simulation.calls import simulate
from tests.domain.kpi.structural.small_centre import OPTIONS, SMALL, drawn, fitted
from tests.domain.kpi.structural.small_design import empty_design

BUSY = replace(SMALL, agents=24, mean_calls=400.0)
PICKY = replace(BUSY, selective_share=0.2, gamma=0.5)
MANY = replace(PICKY, selective_share=0.4)


def flagged(figures):
    return {agent.agent for agent in figures.agents if SELECTIVE_OFFERING in agent.flags}


def planted(scenario, seed):
    agents = simulate(scenario, seed).agents
    return {name for name, is_selective in zip(agents.names, agents.selective, strict=True) if is_selective}


@pytest.mark.parametrize("seed", [2, 3])
def test_planted_agents_are_found(seed):
    figures, wanted = fitted(*drawn(PICKY, seed)), planted(PICKY, seed)
    found = flagged(figures)
    assert len(found & wanted) >= 0.75 * len(wanted) > 0
    assert len(found - wanted) <= 1
    noted = {agent.agent for agent in figures.agents if any("content callers" in note for note in agent.notes)}
    assert found <= noted


def test_honest_agents_are_left_alone():
    for seed in (2, 3):
        assert flagged(fitted(*drawn(BUSY, seed))) == set()


def test_many_planted_agents_are_found_with_a_floor():
    figures = fitted(*drawn(MANY, 4), options=replace(OPTIONS, offer_floor=0.8))
    wanted, found = planted(MANY, 4), flagged(figures)
    assert len(found & wanted) >= 0.75 * len(wanted) > 4
    assert len(found - wanted) <= 1


def offers(eligible, offered, *, queues=("support", "billing")):
    """Return a design of three agents, with calls in two queues (a row each)."""
    design = empty_design(3, ("ann", "bob", "cy"))
    places = [
        np.flatnonzero((design.agent == agent) & (design.kinds.mix[design.kind, 0] == queue))[0]
        for agent in (0, 1, 2)
        for queue in (0, 1)
    ]
    counts = np.zeros((2, len(design)))
    counts[0, places], counts[1, places] = np.ravel(eligible), np.ravel(offered)
    return replace(
        design, eligible=counts[0], offered=counts[1], factors=(Factor("queue", queues), *design.factors[1:])
    )


def test_without_a_floor_nobody_is_below_it():
    assert not below_floor(offers([[100, 0]] * 3, [[1, 0]] * 3), FitOptions()).any()


def test_who_is_clearly_below_the_floor_is_named():
    design = offers([[100, 0], [100, 0], [100, 0]], [[60, 0], [77, 0], [95, 0]])
    assert below_floor(design, FitOptions(offer_floor=0.8)).tolist() == [True, False, False]


def test_few_calls_are_never_clearly_below():
    assert not below_floor(offers([[3, 0]] * 3, [[1, 0]] * 3), FitOptions(offer_floor=0.8)).any()


def test_each_queue_has_its_own_floor():
    design = offers([[100, 0], [0, 100], [100, 100]], [[60, 0], [0, 60], [95, 60]])
    own = FitOptions(offer_floor=0.8, offer_floors={"billing": 0.5})
    assert below_floor(design, own).tolist() == [True, False, False]
    assert below_floor(design, FitOptions(offer_floors={"billing": 0.9})).tolist() == [False, True, True]


def test_a_floor_of_all_calls_and_one_of_none():
    design = offers([[100, 0]] * 3, [[100, 0], [99, 0], [0, 0]])
    assert below_floor(design, FitOptions(offer_floor=1.0)).tolist() == [False, True, True]
    assert below_floor(design, FitOptions(offer_floor=0.0)).tolist() == [False, False, False]


def test_agents_without_calls_are_not_below_a_floor():
    assert not below_floor(offers([[0, 0]] * 3, [[0, 0]] * 3), FitOptions(offer_floor=0.8)).any()


@pytest.mark.parametrize("number", [1, 2, 9])
def test_a_centre_of_none_but_selective_agents_has_figures_all_the_same(number):
    everybody = replace(
        SMALL, agents=number, mean_calls=1500.0, selective_share=1.0, selective_offers=(0.02, 0.3, 0.98), gamma=0.5
    )
    figures = fitted(*drawn(everybody, 5))
    # One or two have nobody to be unlike, so they are not named.
    assert len(flagged(figures)) == (number if number >= 3 else 0)
    for agent in figures.agents:
        assert (agent.corrected.status is Status.WIDE) or number >= 3
        assert 0 <= agent.corrected.lo < agent.corrected.estimate < agent.corrected.hi <= 1


def test_agents_who_offer_every_call_are_plain():
    cells = [
        cell._replace(result=cell.result._replace(outcome=Outcome.NO_KEY))
        if DISPOSITIONS[cell.result.outcome].offered is False
        else cell
        for cell in drawn()[0]
    ]
    assert flagged(fitted(cells)) == set()
