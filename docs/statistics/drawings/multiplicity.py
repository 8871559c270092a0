"""How often at least one of several equal layouts looks different from the reference."""

from statistics import NormalDist

import altair as alt

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.multiplicity import dunnett

MOST = 10


def chart() -> alt.LayerChart:
    """Return the chance of a false claim by the number of layouts beside the reference."""
    rows = []
    for layouts in range(1, MOST + 1):
        even = [1.0] * layouts
        for rule, alpha in (("each at 95 %", 0.05), ("after Bonferroni; Holm never claims less", 0.05 / layouts)):
            critical = NormalDist().inv_cdf(1 - alpha / 2)
            rows.append({"layouts": layouts, "chance": dunnett([critical] * layouts, even, 1.0)[0], "rule": rule})
    lines = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("layouts:Q", title="layouts beside one reference", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("chance:Q", title="chance of at least one false claim", axis=alt.Axis(format=".0%")),
            color=alt.Color("rule:N", title=None, scale=alt.Scale(range=[BLUE, ORANGE])),
        )
    )
    border = alt.Chart(alt.Data(values=[{"chance": 0.05}])).mark_rule(color=GREY, strokeDash=[5, 4])
    return (lines + border.encode(y="chance:Q")).properties(
        title=alt.Title(
            "Ten equal layouts: one seems better or worse in a quarter of the experiments or more",
            subtitle="All layouts are the same, and all are compared with one reference of as many ratings.",
        )
    )
