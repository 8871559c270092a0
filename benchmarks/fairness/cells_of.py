"""Cells of a simulation: the counts that its import would leave, straight from the arrays, in a second or two.

No calls file and no database, so that an estimator can be tried on many seeds. Only the replicate group differs: it
is a hash of the caller's number here, of the caller's pseudonym there.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.domain.draws import spelled
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.period_cells import Contact, GroupCell, PeriodCell, Result
from ivr.domain.kpi.waits import wait_bin
from ivr.domain.outcomes import Outcome
from ivr.simulation.calls import Simulation
from ivr.simulation.contacts import DAYS
from ivr.simulation.outcomes import KINDS, settle_outcomes
from ivr.simulation.rows import FIRST_DAY, LANGUAGE, SEGMENT, WAIT_BOUNDS_SECONDS, version_of
from ivr.simulation.scenarios import Scenario

GROUPS = 256
CATEGORIES = ("dissatisfied", "so_so", "satisfied")
_NO_ANSWER = 3
_NOT_FOLLOWED_UP, _SAMPLED, _ANSWERED = range(3)
# The mixing steps of SplitMix64: a plain multiple would spread neighbouring numbers more evenly than chance does.
_MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


@dataclass(frozen=True, slots=True)
class Cells:
    """The period cells of the agents and those of the replicate groups, of one simulation."""

    agents: list[PeriodCell]
    groups: list[GroupCell]


def cells_of(simulation: Simulation) -> Cells:
    """Count the calls of a simulation."""
    contacts = simulation.contacts
    # The stream of the calls file, so that the outcomes are the same.
    rng = np.random.default_rng([simulation.seed, len(contacts)])
    kind = settle_outcomes(simulation, rng).kind
    rated = simulation.rated
    followed_up = np.select([simulation.answered_followup, simulation.followed_up], [_ANSWERED, _SAMPLED])
    months, month = _months(simulation)
    contact = (
        month,
        simulation.agents.site[contacts.agent],
        contacts.queue,
        contacts.wait,
        simulation.layout,
        simulation.delay,
    )
    result = (
        kind,
        np.where(rated, simulation.category, _NO_ANSWER),
        followed_up,
        np.where(simulation.answered_followup, contacts.category, _NO_ANSWER),
    )
    contact_number, contact_rows = _numbered(contact)
    result_number, result_rows = _numbered(result)
    named_contacts = [_contact(simulation.scenario, months, *row) for row in contact_rows]
    named_results = list(starmap(_result, result_rows))
    names = simulation.agents.names
    _, by_agent, agent_calls = _counted((contacts.agent, contact_number, result_number))
    _, by_group, group_calls = _counted((_groups(contacts.caller), contact_number, result_number))
    return Cells(
        [
            PeriodCell(names[agent], named_contacts[c], named_results[r], None, calls)
            for (agent, c, r), calls in zip(by_agent, agent_calls, strict=True)
        ],
        [
            GroupCell(group, named_contacts[c], named_results[r], calls)
            for (group, c, r), calls in zip(by_group, group_calls, strict=True)
        ],
    )


def instruments_of(scenario: Scenario) -> Instruments:
    """Return what the figures know of the scenario's layouts: keys, order and times, not what they do to an answer."""
    known = {}
    for each in scenario.instruments:
        known[each.layout] = Instrument(
            CATEGORIES,
            keys={key: category for category, key in enumerate(each.keys)},
            first_read=int(np.argmin(each.read_seconds)),
            read_seconds=each.read_seconds,
        )
    return Instruments(current=known)


def _months(simulation: Simulation) -> tuple[list[str], NDArray[np.intp]]:
    of_day = [f"{FIRST_DAY + timedelta(days=day):%Y-%m}" for day in range(DAYS)]
    months = sorted(set(of_day))
    numbers = np.array([months.index(each) for each in of_day])
    return months, numbers[simulation.contacts.second // 86_400]


def _contact(
    scenario: Scenario, months: list[str], month: int, site: int, queue: int, wait: int, layout: int, delay: int
) -> Contact:
    instrument, at = scenario.instruments[layout], scenario.sites[site]
    layouts = (each.layout for each in scenario.instruments)
    return Contact(
        period=months[month],
        site=at.name,
        queue=scenario.queues[queue].name,
        segment=SEGMENT,
        language=LANGUAGE,
        wait_bin=wait_bin(WAIT_BOUNDS_SECONDS[wait][0]),
        layout=instrument.layout,
        layout_version=version_of(instrument),
        allocation=spelled(dict(zip(layouts, at.allocation, strict=True))),
        delay_seconds=scenario.delays[delay].seconds,
        selection_probability=1.0,
    )


def _result(kind: int, category: int, followup: int, followup_category: int) -> Result:
    return Result(
        outcome=Outcome(KINDS[kind]),
        category=None if category == _NO_ANSWER else category,
        followup=(None, "sampled", "answered")[followup],
        followup_category=None if followup_category == _NO_ANSWER else followup_category,
    )


def _groups(caller: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return a replicate group for each caller, as if drawn."""
    mixed = caller.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in _MIXING:
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed >> np.uint64(56)).astype(np.intp)


def _numbered(columns: tuple[NDArray[Any], ...]) -> tuple[NDArray[np.intp], list[list[int]]]:
    """Return for each call the number of its combination, and the combinations."""
    number, rows, _ = _counted(columns)
    return number, rows


def _counted(columns: tuple[NDArray[Any], ...]) -> tuple[NDArray[np.intp], list[list[int]], list[int]]:
    """Return for each call the number of its combination, the combinations, and how many calls each has."""
    shape = tuple(int(column.max()) + 1 for column in columns)
    codes, number, calls = np.unique(np.ravel_multi_index(columns, shape), return_inverse=True, return_counts=True)
    rows = np.stack(np.unravel_index(codes, shape), axis=1)
    return number, rows.tolist(), calls.tolist()
