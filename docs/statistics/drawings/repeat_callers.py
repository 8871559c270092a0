"""How often a 95 % interval holds the truth when callers ring again, with and without the design effect."""

import altair as alt
import numpy as np

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.effective_sample import effective_interval
from ivr.domain.kpi.replicates import shares_design_effect

SHARE, LIKENESS, CALLS, GROUPS, RUNS = 0.7, 0.4, 1200, 64, 300


def chart() -> alt.LayerChart:
    """Return the coverage of both intervals by the number of calls of each caller."""
    rng = np.random.default_rng(5)
    spread = 1 / LIKENESS - 1
    rows = []
    for each in (1, 2, 3, 5, 8, 12):
        held = {"every call taken for a stranger's": 0, "widened by the design effect": 0}
        callers = CALLS // each
        for _ in range(RUNS):
            hits = rng.binomial(each, rng.beta(SHARE * spread, (1 - SHARE) * spread, callers))
            counts = np.zeros((2, GROUPS, 1))
            groups = rng.integers(0, GROUPS, callers)
            np.add.at(counts[0, :, 0], groups, hits)
            np.add.at(counts[1, :, 0], groups, each)
            effect = shares_design_effect(counts[0], counts[1]).value
            for name, deff in zip(held, (1.0, effect), strict=True):
                lo, hi = effective_interval(float(hits.sum() / (each * callers)), each * callers / deff)
                held[name] += lo <= SHARE <= hi
        rows += [{"each": each, "coverage": number / RUNS, "interval": name} for name, number in held.items()]
    lines = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("each:Q", title="calls of each caller"),
            y=alt.Y(
                "coverage:Q",
                title="share of the intervals that hold the truth",
                axis=alt.Axis(format=".0%"),
                scale=alt.Scale(domain=[0.4, 1.0]),
            ),
            color=alt.Color("interval:N", title=None, scale=alt.Scale(range=[ORANGE, BLUE])),
        )
    )
    border = alt.Chart(alt.Data(values=[{"coverage": 0.95}])).mark_rule(color=GREY, strokeDash=[5, 4])
    return (lines + border.encode(y="coverage:Q")).properties(
        title=alt.Title(
            "Calls of one caller are alike: without care 95 % means far less",
            subtitle=f"{CALLS:,} calls each time; calls of one caller correlate by {LIKENESS:g}.",
        )
    )
