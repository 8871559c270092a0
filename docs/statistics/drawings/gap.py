"""Five aspects of the service by how much they matter to callers and how well they were done."""

from functools import partial

import altair as alt

from drawings.theme import BLUE, GREEN, GREY, ORANGE, RED
from ivr.domain.kpi.importance import Quarter, placement
from ivr.domain.kpi.mean_score import mean_score
from ivr.domain.kpi.pressed import Pressed

SCALE = tuple("12345")
LINE = 3.5
# Answers from 1 to 5: how important it is, and how well it was done.
ASPECTS = {
    "solved at once": ((1, 2, 7, 30, 60), (15, 25, 30, 20, 10)),
    "friendly": ((2, 6, 20, 42, 30), (1, 3, 11, 40, 45)),
    "short wait": ((4, 10, 30, 34, 22), (8, 14, 25, 33, 20)),
    "music": ((50, 28, 15, 5, 2), (4, 8, 18, 40, 30)),
    "sms afterwards": ((30, 30, 25, 10, 5), (12, 28, 38, 16, 6)),
}


def chart() -> alt.LayerChart:
    """Return the aspects with both intervals, coloured by their quarter; grey where it cannot be told."""
    rows = []
    for name, (matters, done) in ASPECTS.items():
        important, good = mean_score([Pressed("i", SCALE, matters)]), mean_score([Pressed("p", SCALE, done)])
        found = placement(important, good, LINE, LINE)
        rows.append(
            {"name": name, "quarter": found.quarter or "cannot be told"}
            | {"x": good.estimate, "x_lo": good.lo, "x_hi": good.hi}
            | {"y": important.estimate, "y_lo": important.lo, "y_hi": important.hi}
        )
    colours = alt.Scale(domain=[*Quarter, "cannot be told"], range=[RED, GREEN, ORANGE, BLUE, GREY])
    scale = alt.Scale(domain=[1, 5])
    base = alt.Chart(alt.Data(values=rows), height=340).encode(
        color=alt.Color("quarter:N", title=None, scale=colours, legend=alt.Legend(columns=3))
    )
    x = partial(alt.X, scale=scale, title="how well it was done")
    y = partial(alt.Y, scale=scale, title="how much it matters")
    across = base.mark_rule(strokeWidth=2).encode(x=x("x_lo:Q"), x2="x_hi:Q", y=y("y:Q"))
    up = base.mark_rule(strokeWidth=2).encode(y=y("y_lo:Q"), y2="y_hi:Q", x=x("x:Q"))
    words = base.mark_text(align="left", dx=10, dy=-10).encode(x=x("x:Q"), y=y("y:Q"), text="name:N")
    line = alt.Chart(alt.Data(values=[{"at": LINE}])).mark_rule(strokeDash=[4, 4])
    cross = line.encode(x=x("at:Q")) + line.encode(y=y("at:Q"))
    return (cross + across + up + base.mark_point(size=70).encode(x=x("x:Q"), y=y("y:Q")) + words).properties(
        title="What matters and is not done well comes first"
    )
