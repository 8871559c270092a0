"""The simulation: agents, contacts, arms and responses joined to one synthetic call centre.

Order of what happens to a handled call: it is offered or not (by the agent's offer rate; by a selective agent
according to how satisfied the caller really is); a selective agent may press the best key in the caller's place; else
the caller responds to the arm drawn for that caller. A share of all who did not rate is asked later, on the neutral
scale.
Every part has a random stream of its own, so that a change of one leaves the others as they were.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.simulation.agents import Agents, draw_agents
from ivr.simulation.contacts import Contacts, draw_contacts
from ivr.simulation.instruments import BEST, MIDDLE
from ivr.simulation.latent import FloatArray
from ivr.simulation.responses import Asked, Responses, respond
from ivr.simulation.scenarios import Scenario


@dataclass(frozen=True, slots=True)
class Simulation:
    """A synthetic call centre; one element of each array for one call, in the order of the contacts.

    ``layout`` and ``delay`` number the scenario's arms; ``self_pressed``: by the agent; ``category``: of the ratings
    among the calls, meaningless elsewhere; ``followed_up`` and ``answered_followup``: of those who did not rate.
    """

    scenario: Scenario
    seed: int
    agents: Agents
    contacts: Contacts
    layout: NDArray[np.intp]
    delay: NDArray[np.intp]
    offered: NDArray[np.bool_]
    self_pressed: NDArray[np.bool_]
    responses: Responses
    rated: NDArray[np.bool_]
    category: NDArray[np.intp]
    followed_up: NDArray[np.bool_]
    answered_followup: NDArray[np.bool_]


def simulate(scenario: Scenario, seed: int) -> Simulation:
    """Draw a call centre; the same scenario and seed (from 0) give the same one."""
    streams = [np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(6)]
    for_agents, for_contacts, for_arms, for_offers, for_responses, for_followups = streams
    agents = draw_agents(scenario, for_agents)
    contacts = draw_contacts(scenario, agents, for_contacts)
    layout, delay = _draw_arms(scenario, agents, contacts, for_arms)
    offered = for_offers.random(len(contacts)) < offer_chance(scenario, agents, contacts)
    by_selective = offered & agents.selective[contacts.agent]
    self_pressed = by_selective & (for_offers.random(len(contacts)) < scenario.self_press_share)
    responses = respond(scenario, asked(scenario, agents, contacts, layout, delay), for_responses)
    rated = offered & (self_pressed | (responses.willing & ~responses.gives_up))
    followed_up = ~rated & (for_followups.random(len(contacts)) < scenario.followup_share)
    return Simulation(
        scenario=scenario,
        seed=seed,
        agents=agents,
        contacts=contacts,
        layout=layout,
        delay=delay,
        offered=offered,
        self_pressed=self_pressed,
        responses=responses,
        rated=rated,
        category=np.where(self_pressed, BEST, responses.category),
        followed_up=followed_up,
        answered_followup=followed_up & (for_followups.random(len(contacts)) < followup_chance(scenario, contacts)),
    )


def offer_chance(scenario: Scenario, agents: Agents, contacts: Contacts) -> FloatArray:
    """Return the probability, 0 to 1, that each call is offered the rating."""
    by_category = np.array(scenario.selective_offers)[contacts.category]
    return np.where(agents.selective[contacts.agent], by_category, agents.offer_rate[contacts.agent])


def followup_chance(scenario: Scenario, contacts: Contacts) -> FloatArray:
    """Return the probability, 0 to 1, that each caller would answer a follow-up."""
    ratio: FloatArray = np.exp(scenario.departures.followup_by_category * (contacts.category - MIDDLE))
    chance: FloatArray = np.minimum(scenario.followup_response * ratio, 1.0)
    return chance


def asked(
    scenario: Scenario, agents: Agents, contacts: Contacts, layout: NDArray[np.intp], delay: NDArray[np.intp]
) -> Asked:
    """Return the callers as they would be asked with these arms, offered or not."""
    return Asked(
        satisfaction=contacts.satisfaction,
        layout=layout,
        delay=delay,
        response=agents.response[contacts.agent],
        with_layout=agents.with_layout[contacts.agent, layout],
        hazard=np.array(scenario.hang_up_hazard)[contacts.wait],
    )


def _draw_arms(
    scenario: Scenario, agents: Agents, contacts: Contacts, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw layout and delay for each caller, not for each call: who calls again hears the same key map at a site."""
    of_layout, of_delay = rng.random((2, int(contacts.caller.max()) + 1))
    allocation = np.array([site.allocation for site in scenario.sites])[agents.site[contacts.agent]]
    delays = np.array([delay.probability for delay in scenario.delays])
    layout = np.sum(of_layout[contacts.caller][:, None] >= np.cumsum(allocation, axis=1)[:, :-1], axis=1)
    delay = np.searchsorted(np.cumsum(delays)[:-1], of_delay[contacts.caller], side="right")
    return layout, delay
