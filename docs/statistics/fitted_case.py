"""Fitted cases for the drawings: a simulated call centre, counted and fitted in this process, with its truth."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    # The benchmarks are no part of the installed package.
    sys.path.append(str(ROOT))

from benchmarks.fairness.cells_of import cells_of, instruments_of  # noqa: E402
from ivr.domain.kpi.estimates import Estimate  # noqa: E402
from ivr.domain.kpi.fit_options import FitOptions  # noqa: E402
from ivr.domain.kpi.fitted import FittedFigures  # noqa: E402
from ivr.domain.kpi.structural import fit  # noqa: E402
from ivr.domain.kpi.wilson import proportion  # noqa: E402
from ivr.simulation.calls import Simulation, simulate  # noqa: E402
from ivr.simulation.instruments import BEST, REFERENCE  # noqa: E402
from ivr.simulation.scenarios import Scenario  # noqa: E402
from ivr.simulation.truth import true_best  # noqa: E402


@dataclass(frozen=True, slots=True)
class FittedCase:
    """A simulation and its figures; ``pressed``, ``truth`` and ``offered`` are one for each agent, in their order."""

    simulation: Simulation
    figures: FittedFigures
    pressed: tuple[Estimate, ...]
    truth: tuple[float, ...]
    offered: tuple[float, ...]


def fitted_case(scenario: Scenario, seed: int, floor: float | None = None) -> FittedCase:
    """Return the case; the same arguments give the same figures."""
    simulation = simulate(scenario, seed)
    cells = cells_of(simulation)
    options = FitOptions(reference_layout=REFERENCE.layout, offer_floor=floor)
    figures = fit(cells.agents, cells.groups, instruments_of(scenario), options)
    agent, count = simulation.contacts.agent, len(simulation.agents.names)
    calls, offered, rated, best = (
        np.bincount(agent[which], minlength=count)
        for which in (
            np.ones(len(agent), dtype=np.bool_),
            simulation.offered,
            simulation.rated,
            simulation.rated & (simulation.category == BEST),
        )
    )
    return FittedCase(
        simulation,
        figures,
        tuple(proportion(int(b), int(n), of="ratings") for b, n in zip(best, rated, strict=True)),
        tuple(true_best(simulation.scenario, simulation.agents, simulation.contacts).tolist()),
        tuple((offered / np.maximum(calls, 1)).tolist()),
    )
