"""The shares as pressed and as they would be without slips of the finger."""

from functools import partial

import altair as alt

from drawings.theme import BLUE, GREY
from ivr.domain.kpi.mis_key_correction import corrected_shares
from ivr.domain.kpi.wilson import wilson_interval

SCALE = ("dissatisfied", "so-so", "satisfied")
PRESSED = (330, 330, 1340)
CONFIRMED = ((57, 2, 6), (0, 0, 0), (6, 5, 257))


def chart() -> alt.LayerChart:
    """Return both shares of each category with their intervals, and the slip rate in the title."""
    found = corrected_shares(PRESSED, CONFIRMED)
    rows = []
    for name, count, one in zip(SCALE, PRESSED, found.shares, strict=True):
        lo, hi = wilson_interval(count, sum(PRESSED))
        rows.append({"category": name, "of": "as pressed", "share": count / sum(PRESSED), "lo": lo, "hi": hi})
        rows.append({"category": name, "of": "without slips", "share": one.estimate, "lo": one.lo, "hi": one.hi})
    slip = found.slip_rate
    base = alt.Chart(alt.Data(values=rows), height=190).encode(
        y=alt.Y("category:N", title=None, sort=list(SCALE)),
        yOffset=alt.YOffset("of:N", sort=None),
        color=alt.Color("of:N", title=None, sort=None, scale=alt.Scale(range=[GREY, BLUE])),
    )
    x = partial(
        alt.X, scale=alt.Scale(domain=[0, 0.8]), title="share of ratings", axis=alt.Axis(format=".0%", tickCount=6)
    )
    reach = base.mark_rule(strokeWidth=3).encode(x=x("lo:Q"), x2="hi:Q")
    words = f"333 answers were asked once more: {slip.estimate:.1%} of presses slip ({slip.lo:.1%} to {slip.hi:.1%})"
    return (reach + base.mark_point(size=80).encode(x=x("share:Q"))).properties(
        title=alt.Title("Slips move answers from the common category to the rare ones", subtitle=words)
    )
