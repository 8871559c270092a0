"""The peer: a proportional-odds model of the rows, an effect for each layout, queue, wait and agent."""

import time

import numpy as np
import pandas as pd
from statsmodels.miscmodels.ordinal_model import OrderedModel

from benchmarks.fit.centre import Centre
from ivr.domain.outcomes import Outcome

AGENTS = 40
"""It holds one dense column an agent and differentiates by finite differences: 40 agents are what a minute allows."""


def ordered_model_seconds(centre: Centre) -> float:
    """Return the seconds that the peer takes for the first agents' ratings."""
    names = sorted({cell.agent for cell in centre.cells if cell.agent})[:AGENTS]
    rows = [
        (cell.agent, cell.contact.layout, cell.contact.queue, str(cell.contact.wait_bin), cell.result.category)
        for cell in centre.cells
        if cell.result.outcome is Outcome.RATED and cell.agent in set(names)
        for _ in range(cell.calls)
    ]
    table = pd.DataFrame(rows, columns=["agent", "layout", "queue", "wait", "category"])
    columns = pd.get_dummies(table[["agent", "layout", "queue", "wait"]], drop_first=True).astype(np.float64)
    started = time.perf_counter()
    OrderedModel(table["category"], columns, distr="logit").fit(method="bfgs", disp=False, maxiter=200)
    return time.perf_counter() - started
