"""Oracles: what somebody would say who knows the generator, so that one sees how much there is left to gain.

Both are the posterior mean of each agent's truth under the scenario's own distributions and parameters.

- ``oracle`` sees what the ledger holds and no more: who was offered, who rated with which layout and delay, which
  category, and the answers to follow-ups. It knows layouts, key habit, slopes, hazards, queues, waits and sites
  exactly; it does not know the agents: their quality, their callers' willingness, their offer rate, whether they are
  selective. Nobody's error is smaller on the average of many call centres, so this is the floor.
- ``everybody`` sees the neutral opinion of each caller, rated or not: as if all had answered. Nobody can have that.

An agent's own effects with the layouts, an own trend, and what calls of one caller have in common are left out: where a
scenario has them, the oracle is not the best there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, logsumexp

from ivr.simulation.calls import Simulation
from ivr.simulation.instruments import BEST
from ivr.simulation.responses import Asked, opinion, willingness
from ivr.simulation.scenarios import Scenario
from ivr.simulation.truth import true_best

FloatArray = NDArray[np.float64]

_CATEGORIES = BEST + 1
# The bins of S; every threshold of the scenarios, moved by primacy, is a multiple of the step.
_EDGES = np.arange(-240, 241) * 0.05
_MIDDLES = (_EDGES[1:] + _EDGES[:-1]) / 2
# The agents' own effects, in their standard deviations.
_QUALITIES = np.linspace(-4.0, 4.0, 61)
_MOODS = np.linspace(-2.5, 2.5, 7)
# What is seen of a call: its rating (3), an answer to the follow-up of one not rated (3) or not offered (3), neither.
_NOT_RATED, _NOT_OFFERED = 2 * _CATEGORIES, 3 * _CATEGORIES + 1
_EVENTS = 4 * _CATEGORIES - 1
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Oracles:
    """What the oracles say, by agent.

    ``estimates`` are proportions in the best category, by oracle; ``suspected`` are the agents whom ``oracle`` holds
    for selective rather than not.
    """

    estimates: Mapping[str, Mapping[str, float]]
    suspected: frozenset[str] = frozenset()


def oracles_of(simulation: Simulation) -> Oracles:
    """Ask both oracles."""
    names = simulation.agents.names
    truths = _truth_by_quality(simulation)
    chances = _bin_chances(simulation.scenario)
    normal, selective = _log_likelihoods_of_ledger(simulation, chances)
    found = {
        "oracle": _mean_over(np.logaddexp(normal, selective), truths),
        "everybody": _mean_over(_log_likelihood_of_everybody(simulation, chances), truths),
    }
    prior = -(_QUALITIES**2) / 2
    is_selective = logsumexp(selective + prior, axis=1) > logsumexp(normal + prior, axis=1)
    return Oracles(
        {name: dict(zip(names, values.tolist(), strict=True)) for name, values in found.items()},
        frozenset(name for name, held in zip(names, is_selective, strict=True) if held),
    )


def _truth_by_quality(simulation: Simulation) -> FloatArray:
    """Return what each agent's truth (rows) would be with each of the qualities."""
    scenario, agents, contacts = simulation.scenario, simulation.agents, simulation.contacts
    alike = (np.full(len(agents.names), each) for each in _QUALITIES * scenario.agent_sigma)
    return np.stack([true_best(scenario, replace(agents, effect=effect), contacts) for effect in alike], axis=1)


def _mean_over(log_likelihood: FloatArray, truths: FloatArray) -> FloatArray:
    """Return each agent's posterior mean over the qualities."""
    log_posterior = log_likelihood - _QUALITIES**2 / 2
    weights = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    mean: FloatArray = np.sum(weights * truths, axis=1) / weights.sum(axis=1)
    return mean


def _bin_chances(scenario: Scenario) -> FloatArray:
    """Return the probability of each bin of S, by site, queue, wait and quality."""
    middle = np.stack(
        [_expected_at(scenario, site) for site in range(len(scenario.sites))],
    )[:, :, :, None] + (_QUALITIES * scenario.agent_sigma)
    above = scenario.latent.above(_EDGES - middle[..., None])
    # What lies beyond the bins belongs to the outermost.
    above[..., 0], above[..., -1] = 1.0, 0.0
    chances: FloatArray = above[..., :-1] - above[..., 1:]
    return chances


def _expected_at(scenario: Scenario, site: int) -> FloatArray:
    queues = np.array([each.effect for each in scenario.queues])
    waits = np.array([each.effect for each in scenario.waits])
    expected: FloatArray = scenario.sites[site].quality + queues[:, None] + waits[None, :]
    return expected


def _log_likelihood_of_everybody(simulation: Simulation, chances: FloatArray) -> FloatArray:
    contacts, agents = simulation.contacts, simulation.agents
    log_chance = np.log(np.maximum(chances @ _neutral(simulation.scenario), _TINY))
    numbers = (contacts.agent, contacts.queue, contacts.wait, contacts.category)
    counts = _counted(numbers, (len(agents.names), *chances.shape[1:3], _CATEGORIES))
    found: FloatArray = np.einsum("aqwk,aqwuk->au", counts, log_chance[agents.site])
    return found


def _log_likelihoods_of_ledger(simulation: Simulation, chances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the log of each agent's likelihood by quality, times the share of the kind: as normal, as selective."""
    scenario, agents, contacts = simulation.scenario, simulation.agents, simulation.contacts
    numbers = (contacts.agent, contacts.queue, contacts.wait, simulation.layout, simulation.delay, _seen(simulation))
    shape = (len(agents.names), *chances.shape[1:3], len(scenario.instruments), len(scenario.delays), _EVENTS)
    counts = _counted(numbers, shape)
    mood = -(_MOODS**2) / 2 - logsumexp(-(_MOODS**2) / 2)
    offered = np.bincount(contacts.agent[simulation.offered], minlength=len(agents.names))
    a, b = scenario.offer_beta
    by_kind = []
    for share, selective in ((1 - scenario.selective_share, False), (scenario.selective_share, True)):
        if share == 0:
            by_kind.append(np.full((len(agents.names), len(_QUALITIES)), -np.inf))
            continue
        found = _log_likelihood(counts, agents.site, chances, _event_chances(scenario, selective=selective))
        if not selective:
            offers = betaln(a + offered, b + agents.calls - offered) - betaln(a, b)
            found += np.asarray(offers, dtype=np.float64)[:, None, None]
        by_kind.append(np.asarray(logsumexp(found + mood, axis=2) + np.log(share), dtype=np.float64))
    return by_kind[0], by_kind[1]


def _log_likelihood(counts: FloatArray, site: NDArray[np.intp], chances: FloatArray, events: FloatArray) -> FloatArray:
    """Return the log likelihood of each agent's calls, by quality and mood.

    ``events`` stand by bin, wait, mood, layout, delay and event.
    """
    found = np.zeros((len(counts), len(_QUALITIES), len(_MOODS)))
    for at in range(len(chances)):
        here = np.flatnonzero(site == at)
        for queue in range(chances.shape[1]):
            for wait in range(chances.shape[2]):
                chance = np.tensordot(chances[at, queue, wait], events[:, wait], axes=1)
                log_chance = np.log(np.maximum(chance, _TINY))
                found[here] += np.einsum("alde,urlde->aur", counts[here, queue, wait], log_chance, optimize=True)
    return found


def _event_chances(scenario: Scenario, *, selective: bool) -> FloatArray:
    """Return the probability of each event by bin, wait, mood, layout and delay.

    A normal agent's offers do not hang on S, so their chance is left out.
    """
    neutral = _neutral(scenario)
    rated = _rating_chances(scenario)
    offer, own_press = np.ones(len(_MIDDLES)), 0.0
    if selective:
        offer, own_press = neutral @ np.array(scenario.selective_offers), scenario.self_press_share
        rated = (1 - own_press) * rated
        rated[..., BEST] += own_press
    by_bin = (slice(None), *(None,) * (rated.ndim - 2))
    events = np.zeros((*rated.shape[:-1], _EVENTS))
    not_rated = (1 - rated.sum(axis=-1)) * offer[by_bin]
    not_offered = 1 - offer if selective else np.ones(len(_MIDDLES))
    events[..., :_CATEGORIES] = rated * offer[by_bin][..., None]
    events[..., _CATEGORIES:_NOT_RATED] = not_rated[..., None] * neutral[by_bin]
    events[..., _NOT_RATED] = not_rated
    events[..., _NOT_RATED + 1 : _NOT_OFFERED] = (not_offered[:, None] * neutral)[by_bin]
    events[..., _NOT_OFFERED] = not_offered[by_bin]
    return events


def _rating_chances(scenario: Scenario) -> FloatArray:
    """Return the probability that an asked caller rates with each category, by bin, wait, mood, layout and delay."""
    waits, layouts, delays = len(scenario.waits), len(scenario.instruments), len(scenario.delays)
    rated = np.zeros((len(_MIDDLES), waits, len(_MOODS), layouts, delays, _CATEGORIES))
    for layout, instrument in enumerate(scenario.instruments):
        reflex = instrument.reflex * np.eye(_CATEGORIES)[instrument.reflex_category]
        for delay in range(delays):
            for mood, deviation in enumerate(_MOODS):
                asked = _asked(layout, delay, deviation * scenario.response_sigma)
                meant = reflex + (1 - instrument.reflex) * np.eye(_CATEGORIES)[opinion(scenario, asked)]
                willing = willingness(scenario, asked)[:, None] * meant
                for wait, hazard in enumerate(scenario.hang_up_hazard):
                    rated[:, wait, mood, layout, delay] = willing * np.exp(-hazard * np.array(instrument.read_seconds))
    return rated


def _asked(layout: int, delay: int, response: float) -> Asked:
    count = len(_MIDDLES)
    return Asked(
        satisfaction=_MIDDLES,
        layout=np.full(count, layout),
        delay=np.full(count, delay),
        response=np.full(count, response),
        with_layout=np.zeros(count),
        hazard=np.zeros(count),
    )


def _neutral(scenario: Scenario) -> FloatArray:
    """Return the category of each bin on the neutral scale, as rows of 0 and 1."""
    one_of: FloatArray = np.eye(_CATEGORIES)[np.digitize(_MIDDLES, scenario.neutral_thresholds)]
    return one_of


def _seen(simulation: Simulation) -> NDArray[np.intp]:
    """Return the event of each call."""
    category = simulation.contacts.category
    seen: NDArray[np.intp] = np.select(
        [
            simulation.rated,
            simulation.offered & simulation.answered_followup,
            simulation.offered,
            simulation.answered_followup,
        ],
        [simulation.category, _CATEGORIES + category, np.full_like(category, _NOT_RATED), _NOT_RATED + 1 + category],
        default=_NOT_OFFERED,
    )
    return seen


def _counted(numbers: tuple[NDArray[np.intp], ...], shape: tuple[int, ...]) -> FloatArray:
    codes = np.ravel_multi_index(numbers, shape)
    counts: FloatArray = np.bincount(codes, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)
    return counts
