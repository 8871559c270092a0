"""Truth: what the estimators are after, computed from what they cannot see.

The truth of an agent is P(best category on the neutral scale | agent, pooled case mix, all eligible calls): the
probability, by formula and not by counting, averaged over the queues, waits and weeks of the calls of all agents, each
agent staying at the own site. ``standardised`` is the same for the best category as it would be pressed with the
reference layout if everybody answered. What is said of layouts and arms is the mean, over all calls of this simulation,
of what their callers would have done with that arm.
"""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.simulation.agents import Agents
from ivr.simulation.calls import Simulation, asked, offer_chance
from ivr.simulation.contacts import WEEKS, Contacts, expected_satisfaction, week_position
from ivr.simulation.departures import AT_REST
from ivr.simulation.instruments import BEST, REFERENCE, Instrument
from ivr.simulation.latent import FloatArray
from ivr.simulation.responses import Asked, opinion, willingness
from ivr.simulation.scenarios import Scenario

ESTIMAND = "P(best category on the neutral scale | agent, pooled case mix, all eligible calls)"


def truth_document(simulation: Simulation) -> dict[str, Any]:
    """Return the truth as it is written to a JSON file; proportions are 0 to 1, effects in percentage points."""
    scenario, agents, contacts = simulation.scenario, simulation.agents, simulation.contacts
    best = true_best(scenario, agents, contacts)
    standardised = true_standardised(scenario, agents, contacts)
    rated = np.bincount(contacts.agent[simulation.rated], minlength=len(agents.names))
    return {
        "scenario": scenario.name,
        "about": scenario.about,
        "seed": simulation.seed,
        "estimand": ESTIMAND,
        "reference_layout": REFERENCE.layout,
        "calls": len(contacts),
        "offered": int(simulation.offered.sum()),
        "rated": int(simulation.rated.sum()),
        "selective_agents": [agents.names[number] for number in np.flatnonzero(agents.selective)],
        "agents": [
            {
                "agent": agents.names[number],
                "team": agents.teams[number],
                "site": scenario.sites[agents.site[number]].name,
                "calls": int(agents.calls[number]),
                "rated": int(rated[number]),
                "truth": float(best[number]),
                "standardised": float(standardised[number]),
                "selective": bool(agents.selective[number]),
                "offer_rate": None if agents.selective[number] else float(agents.offer_rate[number]),
                "effect_logit": float(agents.effect[number]),
                "response_logit": float(agents.response[number]),
            }
            for number in range(len(agents.names))
        ],
        "case_mix": _case_mix(scenario, contacts),
        "neutral_categories": _shares(contacts.category, BEST + 1),
        "offer_rate": float(offer_chance(scenario, agents, contacts).mean()),
        **_layouts_and_arms(simulation),
        "parameters": _parameters(scenario),
    }


def _parameters(scenario: Scenario) -> dict[str, Any]:
    """Return what the scenario is drawn from; departures at rest are none."""
    parameters = asdict(scenario)
    if scenario.departures == AT_REST:
        del parameters["departures"]
    return parameters


def true_best(scenario: Scenario, agents: Agents, contacts: Contacts) -> FloatArray:
    """Return each agent's truth, a proportion."""
    return _above(scenario, agents, contacts, np.full(len(agents.names), scenario.neutral_thresholds[-1]))


def true_standardised(scenario: Scenario, agents: Agents, contacts: Contacts) -> FloatArray:
    """Return each agent's share in the best category as pressed with the reference layout if everybody answered."""
    number = [each.layout for each in scenario.instruments].index(REFERENCE.layout)
    reference = scenario.instruments[number]
    bound = reference.thresholds[-1] - reference.primacy - agents.with_layout[:, number]
    meant = _above(scenario, agents, contacts, bound)
    return reference.reflex * float(reference.reflex_category == BEST) + (1 - reference.reflex) * meant


def _above(scenario: Scenario, agents: Agents, contacts: Contacts, bound: FloatArray) -> FloatArray:
    """Return each agent's P(S >= the agent's ``bound``) at the pooled case mix."""
    expected = expected_satisfaction(scenario, agents)
    shape = (len(scenario.queues), len(scenario.waits), WEEKS)
    cells = np.ravel_multi_index((contacts.queue, contacts.wait, contacts.week), shape)
    pooled = np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape) / len(contacts)
    total = np.zeros(len(agents.names))
    for week, position in enumerate(week_position(np.arange(WEEKS))):
        missing = bound - agents.trend * position
        total += np.sum(pooled[:, :, week] * scenario.latent.above(missing[:, None, None] - expected), axis=(1, 2))
    return total


def _layouts_and_arms(simulation: Simulation) -> dict[str, Any]:
    layouts: list[dict[str, Any]] = []
    arms: list[dict[str, Any]] = []
    for number, instrument in enumerate(simulation.scenario.instruments):
        chosen = _category_chances(simulation, number, 0)
        staying = _staying(simulation, instrument)
        layouts.append(asdict(instrument) | {"categories_if_all_answer": chosen.mean(axis=0).tolist()})
        for place, delay in enumerate(simulation.scenario.delays):
            said = _category_chances(simulation, number, place)
            rating = _willing(simulation, number, place)[:, None] * said * staying
            arms.append(
                {
                    "layout": instrument.layout,
                    "delay_seconds": delay.seconds,
                    "response_if_offered": float(rating.sum(axis=1).mean()),
                    "categories_of_raters": (rating.sum(axis=0) / rating.sum()).tolist(),
                }
            )
    reference = next(each for each in layouts if each["layout"] == REFERENCE.layout)
    for each in layouts:
        gain = each["categories_if_all_answer"][BEST] - reference["categories_if_all_answer"][BEST]
        each["effect_points"] = 100 * gain
    return {"layouts": layouts, "arms": arms}


def _category_chances(simulation: Simulation, layout: int, delay: int) -> FloatArray:
    """Return each caller's probabilities of meaning each category, a row for a call."""
    instrument = simulation.scenario.instruments[layout]
    by_category: FloatArray = np.eye(BEST + 1)
    meant = by_category[opinion(simulation.scenario, _with_arm(simulation, layout, delay))]
    chances: FloatArray = instrument.reflex * by_category[instrument.reflex_category] + (1 - instrument.reflex) * meant
    return chances


def _staying(simulation: Simulation, instrument: Instrument) -> FloatArray:
    """Return each caller's probability to stay until each category has been read, a row for a call."""
    hazard = np.array(simulation.scenario.hang_up_hazard)[simulation.contacts.wait]
    staying: FloatArray = np.exp(-hazard[:, None] * np.array(instrument.read_seconds))
    return staying


def _willing(simulation: Simulation, layout: int, delay: int) -> FloatArray:
    return willingness(simulation.scenario, _with_arm(simulation, layout, delay))


def _with_arm(simulation: Simulation, layout: int, delay: int) -> Asked:
    count = len(simulation.contacts)
    arms = np.full(count, layout), np.full(count, delay)
    return asked(simulation.scenario, simulation.agents, simulation.contacts, *arms)


def _case_mix(scenario: Scenario, contacts: Contacts) -> dict[str, dict[str, float]]:
    queues = _shares(contacts.queue, len(scenario.queues))
    waits = _shares(contacts.wait, len(scenario.waits))
    return {
        "queues": {queue.name: share for queue, share in zip(scenario.queues, queues, strict=True)},
        "waits": {wait.name: share for wait, share in zip(scenario.waits, waits, strict=True)},
    }


def _shares(numbers: NDArray[np.intp], count: int) -> list[float]:
    return [float(share) for share in np.bincount(numbers, minlength=count) / len(numbers)]
