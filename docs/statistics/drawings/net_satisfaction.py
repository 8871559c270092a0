"""Three agents with the same share of best ratings, and what the worst ratings do to their net satisfaction."""

from functools import partial

import altair as alt

from drawings.theme import BLUE, GREY, ORANGE, PURPLE
from ivr.domain.kpi.net_satisfaction import net_satisfaction
from ivr.domain.kpi.pressed import Pressed

SCALE = ("dissatisfied", "so-so", "satisfied")
AGENTS = {"Anna": (5, 35, 60), "Boris": (20, 20, 60), "Clara": (38, 2, 60)}
COLOURS = alt.Scale(domain=list(SCALE), range=[ORANGE, "#DDDDDD", BLUE])


def chart() -> alt.HConcatChart:
    """Return the pressed shares beside the net satisfaction of each."""
    rows = [
        {"agent": agent, "answer": answer, "share": count / sum(counts), "order": place}
        for agent, counts in AGENTS.items()
        for place, (answer, count) in enumerate(zip(SCALE, counts, strict=True))
    ]
    bars = (
        alt.Chart(alt.Data(values=rows), width=270, height=130, title="as pressed, 100 ratings each")
        .mark_bar()
        .encode(
            y=alt.Y("agent:N", title=None),
            x=alt.X("share:Q", title="share of ratings", axis=alt.Axis(format=".0%")),
            color=alt.Color("answer:N", scale=COLOURS, title=None, sort=None),
            order="order:Q",
        )
    )
    figures = {agent: net_satisfaction([Pressed("sequential-123", SCALE, counts)]) for agent, counts in AGENTS.items()}
    points = [{"agent": agent, "net": one.estimate, "lo": one.lo, "hi": one.hi} for agent, one in figures.items()]
    base = alt.Chart(alt.Data(values=points), width=270, height=130, title="net satisfaction").encode(
        y=alt.Y("agent:N", title=None, axis=None)
    )
    x = partial(alt.X, scale=alt.Scale(domain=[0, 1]), title="best minus worst")
    reach = base.mark_rule(color=PURPLE, strokeWidth=3).encode(x=x("lo:Q"), x2="hi:Q")
    centre = base.mark_point(color=PURPLE, size=80).encode(x=x("net:Q"))
    words = base.mark_text(dy=-12, color=GREY).encode(x="net:Q", text=alt.Text("net:Q", format="+.2f"))
    return alt.hconcat(bars, reach + centre + words).properties(title="Alike in the best answer, not in the worst")
