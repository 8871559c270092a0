"""Floors: which agents bring clearly fewer calls to the rating than their queues are configured to."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.multiplicity import benjamini_hochberg
from ivr.domain.kpi.structural.design import Design

_FALSE_DISCOVERIES = 0.05


def below_floor(design: Design, options: FitOptions) -> NDArray[np.bool_]:
    """Return one answer an agent: offered in fewer of the eligible calls than chance explains at the floor.

    The floor of an agent is the mean of the queues', by calls; exact binomial, Benjamini and Hochberg over agents.
    """
    agents = len(design.agents)
    queue = next(n for n, factor in enumerate(design.factors) if factor.name == "queue")
    floors = [options.floor_of(level) for level in design.factors[queue].levels]
    if not any(floor is not None for floor in floors):
        return np.zeros(agents, dtype=np.bool_)
    of_cell = design.kinds.mix[design.kind, queue]
    counted = np.array([floor is not None for floor in floors], dtype=np.bool_)[of_cell]
    floor = np.array([floor or 0.0 for floor in floors])[of_cell]
    eligible = design.by_agent(design.eligible * counted)
    if not eligible.any():
        return np.zeros(agents, dtype=np.bool_)
    offered = design.by_agent(design.offered * counted)
    wanted = design.by_agent(design.eligible * floor) / np.maximum(eligible, 1.0)
    p = np.where(eligible > 0, bdtr(offered, eligible.astype(np.int64), np.clip(wanted, 0.0, 1.0)), 1.0)
    adjusted = benjamini_hochberg([float(value) for value in p])
    return np.array([value is not None and value < _FALSE_DISCOVERIES for value in adjusted], dtype=np.bool_)
