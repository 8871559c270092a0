"""The cells of a simulation are those that its import leaves, call by call."""

from collections import Counter
from dataclasses import replace
from datetime import UTC

import pytest

from benchmarks.fairness.cells_of import GROUPS, cells_of, instruments_of
from benchmarks.fairness.generators import GENERATORS
from ivr.domain.kpi.contributions import Contributions
from ivr.simulation.calls import simulate
from ivr.simulation.rows import handled_rows
from ivr.simulation.scenarios import SCENARIOS, Scenario


def small(name: str) -> Scenario:
    known = SCENARIOS.get(name)
    return (GENERATORS[name].scenario if known is None else known).sized(12, 60.0)


@pytest.mark.parametrize("name", ["S1", "S3", "drift", "null", "no_delays", "no_overlap", "regular_callers"])
def test_the_cells_are_what_the_calls_add_up_to(name: str) -> None:
    simulation = simulate(small(name), 3)
    cells = cells_of(simulation)
    imported = Contributions(UTC)
    imported.add_calls(list(handled_rows(simulation)))
    contacts, agents, results = (
        {number: met for met, number in numbers.items()}
        for numbers in (imported.contacts, imported.agents, imported.results)
    )
    period = {
        (agents[agent], contacts[contact], results[result]): calls
        for (contact, agent, result), calls in imported.period.items()
    }
    # Who ended a call, and how far it was heard, is of the days' cells alone.
    mine = {(c.agent, tuple(c.contact), (*c.result, c.confirm_key, None, None)): c.calls for c in cells.agents}
    assert mine == period
    assert len(mine) == len(cells.agents)


def test_groups_share_out_the_same_calls_and_keep_a_caller_together() -> None:
    simulation = simulate(replace(small("regular_callers"), mean_calls=400.0), 4)
    cells = cells_of(simulation)
    by_agents, by_groups = Counter(), Counter()
    for cell in cells.agents:
        by_agents[cell.contact, cell.result] += cell.calls
    for group_cell in cells.groups:
        by_groups[group_cell.contact, group_cell.result] += group_cell.calls
    assert by_agents == by_groups
    calls = Counter()
    for group_cell in cells.groups:
        calls[group_cell.group] += group_cell.calls
    assert set(calls) <= set(range(GROUPS))
    assert len(calls) > 0.8 * GROUPS
    # About 1,100 callers with four calls each: whole callers make the groups' sizes vary more than single calls would.
    mean = calls.total() / GROUPS
    assert sum((calls[group] - mean) ** 2 for group in range(GROUPS)) / GROUPS > 2 * mean


def test_the_instruments_say_what_a_caller_hears() -> None:
    known = instruments_of(SCENARIOS["S1"]).current
    assert set(known) == {"sequential-123", "sparse-531", "paced-123", "reversed-123"}
    assert known["sequential-123"].keys == {"1": 2, "2": 1, "3": 0}
    assert (known["sequential-123"].first_read, known["reversed-123"].first_read) == (2, 0)
    assert known["sparse-531"].keys == {"1": 0, "3": 1, "5": 2}
    assert known["paced-123"].read_seconds == (10.5, 6.0, 1.5)
