"""Two agents in three queues: each queue says one thing, the pooled shares say the opposite."""

from functools import partial

import altair as alt

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.mantel_haenszel import Stratum, mantel_haenszel
from ivr.domain.kpi.wilson import wilson_interval

# Boris answers mostly sales, where callers are content; Anna mostly faults, where they are not.
QUEUES = [Stratum("sales", 46, 50, 252, 280), Stratum("bills", 66, 100, 54, 90), Stratum("faults", 84, 250, 12, 50)]


def chart() -> alt.LayerChart:
    """Return the shares of both by queue and pooled, and the Mantel-Haenszel difference in the title."""
    cases = [(each.name, each.best, each.n, each.reference_best, each.reference_n) for each in QUEUES]
    pooled = [sum(case[place] for case in cases) for place in range(1, 5)]
    rows = []
    for name, best, n, other_best, other_n in [*cases, ("all pooled", *pooled)]:
        for agent, successes, calls in (("Anna", best, n), ("Boris", other_best, other_n)):
            lo, hi = wilson_interval(successes, calls)
            rows.append({"queue": name, "agent": agent, "share": successes / calls, "lo": lo, "hi": hi})
    found = mantel_haenszel(QUEUES).difference_points
    base = alt.Chart(alt.Data(values=rows), height=240).encode(
        y=alt.Y("queue:N", title=None, sort=["sales", "bills", "faults", "all pooled"]),
        yOffset=alt.YOffset("agent:N"),
        color=alt.Color("agent:N", title=None, scale=alt.Scale(range=[BLUE, ORANGE])),
    )
    x = partial(
        alt.X,
        scale=alt.Scale(domain=[0, 1]),
        title="share in the best category",
        axis=alt.Axis(format=".0%", tickCount=6),
    )
    reach = base.mark_rule(strokeWidth=3).encode(x=x("lo:Q"), x2="hi:Q")
    words = f"Among like calls Anna is {found.estimate:+.1f} points from Boris ({found.lo:.1f} to {found.hi:.1f})"
    parted = alt.Chart(alt.Data(values=[{}])).mark_rule(color=GREY, strokeDash=[4, 4]).encode(y=alt.value(180))
    return (reach + base.mark_point(size=80).encode(x=x("share:Q")) + parted).properties(
        title=alt.Title("Better in each queue, worse in all together", subtitle=words)
    )
