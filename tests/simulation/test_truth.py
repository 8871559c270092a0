"""The truth's formulas agree with counting callers drawn by the hundred thousand, by code of the tests' own."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import gumbel_l, kendalltau

from ivr.simulation.calls import Simulation, simulate
from ivr.simulation.scenarios import SCENARIOS, Scenario
from ivr.simulation.truth import true_best, true_standardised, truth_document

from .bounds import close

DRAWS = 400_000
SPREAD = math.pi / math.sqrt(3)


def draw_latent(name: str, rng: np.random.Generator) -> np.ndarray:
    uniform = rng.random(DRAWS)
    if name == "probit":
        return rng.standard_normal(DRAWS) * SPREAD
    if name == "skewed":
        return gumbel_l.ppf(uniform, scale=math.sqrt(2)) + np.euler_gamma * math.sqrt(2)
    return np.log(uniform / (1 - uniform))


def satisfaction_of_everybodys_calls(simulation: Simulation, agent: int, rng: np.random.Generator) -> np.ndarray:
    """Return S as if this agent, at the own site, had served calls drawn from those of all agents."""
    contacts, scenario = simulation.contacts, simulation.scenario
    pooled = rng.integers(0, len(contacts), DRAWS)
    queues, waits = np.array([0, -0.5, -1, 0.4]), np.array([0, -0.3, -0.8])
    week = contacts.second[pooled] // (7 * 86_400)
    return (
        simulation.agents.effect[agent]
        + scenario.sites[simulation.agents.site[agent]].quality
        + queues[contacts.queue[pooled]]
        + waits[contacts.wait[pooled]]
        + simulation.agents.trend[agent] * (week / 7 - 0.5)
        + draw_latent(scenario.name, rng)
    )


@pytest.mark.parametrize("name", ["S1", "S2", "S3", "probit", "skewed", "agent_x_layout", "drift"])
def test_the_truth_is_what_counting_finds(name: str) -> None:
    simulation = simulate(SCENARIOS[name].sized(40, 200.0), 21)
    best = true_best(simulation.scenario, simulation.agents, simulation.contacts)
    standardised = true_standardised(simulation.scenario, simulation.agents, simulation.contacts)
    rng = np.random.default_rng(22)
    for agent in (0, 7, 23, int(np.argmax(simulation.agents.trend)), int(np.argmin(simulation.agents.effect))):
        satisfaction = satisfaction_of_everybodys_calls(simulation, agent, rng)
        assert close(float(np.mean(satisfaction >= -0.6)), best[agent], DRAWS)
        reflex = rng.random(DRAWS) < 0.06
        pressed = reflex | (satisfaction + 0.15 + simulation.agents.with_layout[agent, 0] >= -0.6)
        assert close(float(np.mean(pressed)), standardised[agent], DRAWS)


def test_the_truth_does_not_hang_on_whom_an_agent_serves() -> None:
    simulation = simulate(SCENARIOS["S1"], 23)
    best = true_best(simulation.scenario, simulation.agents, simulation.contacts)
    by_effect = np.argsort(simulation.agents.effect)
    assert (np.diff(best[by_effect]) > 0).all()


def everybody_at(scenario: Scenario, layout: int, delay: int) -> Scenario:
    """Return the scenario with one arm for all."""
    only = tuple(float(number == layout) for number in range(4))
    return replace(
        scenario,
        sites=tuple(replace(site, allocation=only) for site in scenario.sites),
        delays=tuple(replace(each, probability=float(number == delay)) for number, each in enumerate(scenario.delays)),
    )


@pytest.mark.parametrize("name", ["S1", "S3", "wait_hang_up", "u_shaped", "agent_x_layout"])
def test_what_is_said_of_an_arm_is_what_happens_where_everybody_is_in_it(name: str) -> None:
    scenario = SCENARIOS[name]
    document = truth_document(simulate(scenario, 24))
    for layout, delay in ((0, 0), (1, 2), (2, 1), (3, 0)):
        arm = document["arms"][3 * layout + delay]
        simulation = simulate(everybody_at(scenario, layout, delay), 24)
        assert (arm["layout"], arm["delay_seconds"]) == (scenario.instruments[layout].layout, 2.0 * delay)
        rating = simulation.responses.willing & ~simulation.responses.gives_up
        assert close(float(rating.mean()), arm["response_if_offered"], len(rating))
        for category, share in enumerate(arm["categories_of_raters"]):
            found = simulation.responses.category[rating] == category
            assert close(float(found.mean()), share, len(found))
        of_all = document["layouts"][layout]["categories_if_all_answer"]
        for category, share in enumerate(of_all):
            assert close(float(np.mean(simulation.responses.category == category)), share, len(rating))


def test_the_document_says_what_was_drawn() -> None:
    simulation = simulate(SCENARIOS["S3"], 25)
    document = truth_document(simulation)
    assert document["estimand"] == "P(best category on the neutral scale | agent, pooled case mix, all eligible calls)"
    assert (document["scenario"], document["seed"], document["reference_layout"]) == ("S3", 25, "sequential-123")
    assert document["calls"] == sum(agent["calls"] for agent in document["agents"])
    assert document["rated"] == sum(agent["rated"] for agent in document["agents"]) == simulation.rated.sum()
    selective = [agent["agent"] for agent in document["agents"] if agent["selective"]]
    assert document["selective_agents"] == selective
    assert len(selective) == 20
    assert document["parameters"]["gamma"] == 0.5
    for mix in (*document["case_mix"].values(), dict(enumerate(document["neutral_categories"]))):
        assert abs(sum(mix.values()) - 1) < 1e-9
    assert abs(document["offer_rate"] - document["offered"] / document["calls"]) < 0.005
    for layout in document["layouts"]:
        assert abs(sum(layout["categories_if_all_answer"]) - 1) < 1e-9
    effects = {layout["layout"]: layout["effect_points"] for layout in document["layouts"]}
    assert effects["sequential-123"] == 0
    assert effects["paced-123"] > 3
    assert effects["reversed-123"] < -8
    assert effects["sparse-531"] < -20


def test_in_the_null_scenario_the_truth_knows_no_effects() -> None:
    document = truth_document(simulate(SCENARIOS["null"], 26))
    assert [layout["effect_points"] for layout in document["layouts"]] == [0, 0, 0, 0]
    responses = [arm["response_if_offered"] for arm in document["arms"]]
    assert max(responses) - min(responses) < 1e-12
    for agent in document["agents"]:
        assert abs(agent["truth"] - agent["standardised"]) < 1e-12


@pytest.mark.parametrize(
    ("name", "bias", "coverage", "tau"),
    [("S1", 0.062, 0.75, 0.544), ("S2", 0.102, 0.42, 0.359), ("S3", 0.191, 0.31, 0.319), ("S4", 0.192, 0.18, 0.344)],
)
def test_the_pressed_shares_are_as_wrong_as_another_simulation_of_the_model_found(
    name: str, bias: float, coverage: float, tau: float
) -> None:
    found = np.mean([pressed_against_truth(simulate(SCENARIOS[name], seed)) for seed in range(4)], axis=0)
    # Each is a mean of four runs with a standard deviation of about .01, .03 and .03.
    assert abs(found[0] - bias) < 0.02
    assert abs(found[1] - coverage) < 0.06
    assert abs(found[2] - tau) < 0.06


def pressed_against_truth(simulation: Simulation) -> tuple[float, float, float]:
    """Return bias, coverage of the Wilson interval and Kendall's tau of the agents' pressed top-box."""
    truth = true_best(simulation.scenario, simulation.agents, simulation.contacts)
    agent, count = simulation.contacts.agent, len(truth)
    rated = np.bincount(agent[simulation.rated], minlength=count)
    best = np.bincount(agent[simulation.rated & (simulation.category == 2)], minlength=count)
    some = rated > 0
    n, p, truth = rated[some], best[some] / rated[some], truth[some]
    z = 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return float(np.mean(p - truth)), float(np.mean(np.abs(truth - middle) <= half)), float(kendalltau(p, truth)[0])
