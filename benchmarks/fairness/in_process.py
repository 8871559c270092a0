"""One seed in this process: drawn, counted and fitted without file, database or command, for whoever works on a fit.

It takes seconds where the commands take minutes, and says the same but for the replicate groups, which hang on a hash.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from benchmarks.fairness.cells_of import cells_of, instruments_of
from benchmarks.fairness.generators import Generator
from benchmarks.fairness.seed_run import SeedRun
from benchmarks.fairness.shipped_instruments import shipped_instruments
from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.fitted import FittedFigures
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.period_cells import GroupCell, PeriodCell
from ivr.domain.kpi.wilson import proportion
from ivr.simulation.calls import Simulation
from ivr.simulation.instruments import BEST, REFERENCE
from ivr.simulation.truth import truth_document

Fit = Callable[[Sequence[PeriodCell], Sequence[GroupCell], Instruments, FitOptions], FittedFigures]


def run_in_process(generator: Generator, simulation: Simulation, fit: Fit) -> SeedRun:
    """Fit the simulation's cells with ``fit``; figures and truth are in the form of the commands' JSON."""
    started = time.perf_counter()
    cells = cells_of(simulation)
    counted = time.perf_counter()
    options = FitOptions(reference_layout=REFERENCE.layout, offer_floor=generator.offer_floor)
    # A layout that is not shipped is known as the scenario knows it.
    known = {**instruments_of(simulation.scenario).current, **shipped_instruments().current}
    figures = fit(cells.agents, cells.groups, Instruments(known), options)
    fitted = time.perf_counter()
    kpi = {"agents": _agents(simulation, figures), "warnings": list(figures.warnings)}
    return SeedRun(kpi, truth_document(simulation), {"count": counted - started, "fit": fitted - counted})


def _agents(simulation: Simulation, figures: FittedFigures) -> list[dict[str, Any]]:
    names, agent = simulation.agents.names, simulation.contacts.agent
    rated = np.bincount(agent[simulation.rated], minlength=len(names))
    best = np.bincount(agent[simulation.rated & (simulation.category == BEST)], minlength=len(names))
    said = {each.agent: each for each in figures.agents}
    found = []
    for number, name in enumerate(names):
        row = {"agent": name, "observed": asdict(proportion(int(best[number]), int(rated[number]), of="ratings"))}
        if name in said:
            row |= {key: value for key, value in asdict(said[name]).items() if key != "agent"}
        found.append(row)
    return found
