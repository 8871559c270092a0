"""Agents: how good each is, whom each serves, and how often each offers the rating."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ivr.simulation.departures import AT_REST
from ivr.simulation.latent import FloatArray
from ivr.simulation.scenarios import Condition, Scenario

FEWEST_CALLS = 15
_TEAMS_A_SITE = 2


@dataclass(frozen=True, slots=True)
class Agents:
    """All agents, one element or row of each array for one agent.

    ``effect`` is the agent's own part of S and ``response`` of the response logit; ``offer_rate`` a proportion (of
    a selective agent: not used); ``queue_mix`` and ``wait_mix`` proportions; ``with_layout`` the agent's own effect
    with each layout; ``trend`` how far S moves over the window.
    """

    names: tuple[str, ...]
    teams: tuple[str, ...]
    site: NDArray[np.intp]
    calls: NDArray[np.intp]
    effect: FloatArray
    response: FloatArray
    offer_rate: FloatArray
    selective: NDArray[np.bool_]
    queue_mix: FloatArray
    wait_mix: FloatArray
    with_layout: FloatArray
    trend: FloatArray


def draw_agents(scenario: Scenario, rng: np.random.Generator) -> Agents:
    """Draw the agents of a scenario; the selective ones are an exact share, drawn without replacement."""
    count = scenario.agents
    numbers = np.arange(count)
    site = numbers % len(scenario.sites)
    team = numbers // len(scenario.sites) % _TEAMS_A_SITE
    width = len(str(count))
    # The lognormal distribution has the wanted mean, not the wanted median.
    location = math.log(scenario.mean_calls) - scenario.calls_sigma**2 / 2
    selective = np.zeros(count, dtype=np.bool_)
    selective[rng.permutation(count)[: round(scenario.selective_share * count)]] = True
    agents = Agents(
        names=tuple(f"agent-{number + 1:0{width}d}" for number in range(count)),
        teams=tuple(f"{scenario.sites[s].name}-{t + 1}" for s, t in zip(site, team, strict=True)),
        site=site,
        calls=np.maximum(np.rint(rng.lognormal(location, scenario.calls_sigma, count)), FEWEST_CALLS).astype(np.intp),
        effect=rng.normal(0.0, scenario.agent_sigma, count),
        response=rng.normal(0.0, scenario.response_sigma, count),
        offer_rate=rng.beta(*scenario.offer_beta, count),
        selective=selective,
        queue_mix=rng.dirichlet([scenario.queue_concentration] * len(scenario.queues), count),
        wait_mix=rng.dirichlet([wait.weight for wait in scenario.waits], count),
        with_layout=rng.normal(0.0, scenario.layout_sigma, (count, len(scenario.instruments))),
        trend=scenario.trend + rng.normal(0.0, scenario.trend_sigma, count),
    )
    return agents if scenario.departures == AT_REST else _departed(scenario, agents)


def _departed(scenario: Scenario, agents: Agents) -> Agents:
    """Return the agents with the callers' willingness and the queues that the departures give to the better ones."""
    departures = scenario.departures
    tilt = -departures.queues_by_effect * np.outer(agents.effect, effects(scenario.queues)) / scenario.agent_sigma
    queue_mix = agents.queue_mix * np.exp(tilt)
    return replace(
        agents,
        response=agents.response + departures.response_by_effect * agents.effect,
        queue_mix=queue_mix / queue_mix.sum(axis=1, keepdims=True),
    )


def effects(conditions: tuple[Condition, ...]) -> FloatArray:
    """Return the effects on S of queues or waits, in logits."""
    return np.array([condition.effect for condition in conditions])


def choose(mix: FloatArray, agent: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw a column number for each call from its agent's row of ``mix``, whose rows sum to 1."""
    bounds = np.cumsum(mix, axis=1)[:, :-1]
    column: NDArray[np.intp] = np.sum(rng.random(len(agent))[:, None] >= bounds[agent], axis=1)
    return column
