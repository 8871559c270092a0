"""A small centre whose calls are drawn, so that a whole fit of it takes a moment."""

import math
from collections import Counter
from dataclasses import replace
from functools import lru_cache

from benchmarks.fairness.cells_of import cells_of, instruments_of
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.structural import fit
from ivr.simulation.calls import simulate
from ivr.simulation.instruments import REVERSED, SEQUENTIAL
from ivr.simulation.scenarios import DELAYS, QUEUES, WAITS, Scenario, Site

AHEAD, MIRROR = SEQUENTIAL.layout, REVERSED.layout
OPTIONS = FitOptions(reference_layout=AHEAD)
SMALL = Scenario(
    "small",
    "one site, two layouts, two queues",
    agents=9,
    mean_calls=200.0,
    calls_sigma=0.3,
    sites=(Site("main", 0.0, (0.5, 0.5)),),
    delays=(replace(DELAYS[0], probability=0.5), replace(DELAYS[2], probability=0.5)),
    instruments=(SEQUENTIAL, REVERSED),
    queues=QUEUES[:2],
    waits=WAITS[:1],
    followup_share=0.15,
)
INSTRUMENTS = instruments_of(SMALL)


@lru_cache
def drawn(scenario=SMALL, seed=1):
    """Return the cells by agent and by replicate group of a centre."""
    cells = cells_of(simulate(scenario, seed))
    return tuple(cells.agents), tuple(cells.groups)


def fitted(agents=None, groups=None, instruments=INSTRUMENTS, options=OPTIONS):
    """Return the figures of these cells; without any, those of the small centre."""
    if agents is None and instruments is INSTRUMENTS and options is OPTIONS:
        return _of_small_centre()
    known = drawn()
    cells, by_group = known[0] if agents is None else agents, known[1] if groups is None else groups
    return fit(list(cells), list(by_group), instruments, options)


@lru_cache
def _of_small_centre():
    return fit(list(drawn()[0]), list(drawn()[1]), INSTRUMENTS, OPTIONS)


def with_contact(cells, **changes):
    """Return the cells with something of every contact replaced; a function is given the contact."""
    return [
        cell._replace(
            contact=cell.contact._replace(
                **{name: value(cell.contact) if callable(value) else value for name, value in changes.items()}
            )
        )
        for cell in cells
    ]


def with_result(cells, change):
    """Return the cells with each result changed by a function."""
    return [cell._replace(result=change(cell.result)) for cell in cells]


def honest(figures):
    """Return the figures, after checking that each is whole, or missing with a reason."""
    estimates = [each for agent in figures.agents for each in (agent.standardised, agent.corrected)]
    estimates += [*figures.facts.values(), *(layout.effect_points for layout in figures.layouts)]
    for each in estimates:
        if each.estimate is None:
            assert each.lo is None
            assert each.hi is None
            assert each.reasons
            assert each.status not in {Status.OK, Status.WIDE}
        else:
            assert math.isfinite(each.estimate)
            assert each.lo <= each.estimate <= each.hi
            assert each.status in {Status.OK, Status.WIDE}
            assert each.reasons or each.status is Status.OK
    for agent in figures.agents:
        for each in (agent.standardised, agent.corrected):
            assert each.estimate is None or 0 <= each.lo <= each.hi <= 1
    return figures


def statuses(figures, kind="corrected"):
    return Counter(getattr(agent, kind).status.value for agent in figures.agents)


def reasons(figures):
    return " | ".join(sorted({reason for agent in figures.agents for reason in agent.corrected.reasons}))


def without_follow_up(cells):
    return with_result(cells, lambda result: result._replace(followup=None, followup_category=None))


def rated_as(category):
    def change(result):
        answered = None if result.followup_category is None else category
        return result._replace(category=None if result.category is None else category, followup_category=answered)

    return change
