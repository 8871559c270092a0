"""The funnel: shares of 120 agents, four of them unlike the others, within the limits of chance."""

import altair as alt
import numpy as np

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.funnel import funnel, limits
from ivr.domain.kpi.funnel_points import ALARM, ALERT, Funnel, Zone

INSIDE, OUTSIDE = "within the limits", "beyond the outer limit"


def plotted() -> Funnel:
    """Return the funnel of 120 agents of whom three are worse and one is better."""
    rng = np.random.default_rng(9)
    ratings = rng.lognormal(np.log(120), 0.7, 120).astype(int) + 8
    shares = np.full(120, 0.7)
    shares[[5, 50, 77]], shares[33] = 0.48, 0.92
    return funnel(rng.binomial(ratings, shares).tolist(), ratings.tolist())


def chart() -> alt.LayerChart:
    """Return the agents' shares over their ratings, with both limits."""
    found = plotted()
    outer = {Zone.ALARM_LOW, Zone.ALARM_HIGH}
    points = [
        {"ratings": each.ratings, "share": each.share, "zone": OUTSIDE if each.zone in outer else INSIDE}
        for each in found.points
    ]
    target = found.target or 0.0
    lines = []
    for n in np.unique(np.round(np.geomspace(8, 800, 160))).astype(int).tolist():
        for held, name in ((ALERT, "95 %"), (ALARM, "99.8 %")):
            lo, hi = limits(target, n, held, found.tau_squared or 0.0)
            lines += [
                {"ratings": n, "share": lo, "line": f"{name} low"},
                {"ratings": n, "share": hi, "line": f"{name} high"},
            ]
    x = alt.X("ratings:Q", title="ratings of the agent", scale=alt.Scale(type="log", domain=[8, 800], nice=False))
    y = alt.Y(
        "share:Q", title="share in the best category", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])
    )
    curves = alt.Chart(alt.Data(values=lines)).mark_line(color=GREY, strokeWidth=1.2).encode(x=x, y=y, detail="line:N")
    scale = alt.Scale(domain=[INSIDE, OUTSIDE], range=[BLUE, ORANGE])
    dots = (
        alt.Chart(alt.Data(values=points))
        .mark_point()
        .encode(x=x, y=y, color=alt.Color("zone:N", title=None, scale=scale))
    )
    return alt.layer(curves, dots).properties(
        title={
            "text": "Most agents are where chance would put them",
            "subtitle": "inner limits 95 %, outer limits 99.8 %",
        }
    )
