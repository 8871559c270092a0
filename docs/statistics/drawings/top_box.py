"""The same pressed share of 80 % from 10, 30, 100, 300 and 1,000 ratings, with Wilson's interval."""

from functools import partial

import altair as alt

from drawings.theme import BLUE, GREY
from ivr.domain.kpi.wilson import proportion

RATINGS = (10, 30, 100, 300, 1000)


def chart() -> alt.LayerChart:
    """Return one point a number of ratings, with its interval and its limits in words."""
    figures = [proportion(n * 4 // 5, n, of="ratings") for n in RATINGS]
    rows = [
        {
            "ratings": f"{figure.n:,} ratings",
            "share": figure.estimate,
            "lo": lo,
            "hi": hi,
            "said": f"{lo:.0%} to {hi:.0%}",
        }
        for figure in figures
        if (lo := figure.lo) is not None and (hi := figure.hi) is not None
    ]
    base = alt.Chart(alt.Data(values=rows), height=200).encode(y=alt.Y("ratings:N", title=None, sort=None))
    x = partial(
        alt.X,
        scale=alt.Scale(domain=[0.4, 1.0]),
        title="share in the best category",
        axis=alt.Axis(format=".0%", tickCount=6),
    )
    interval = base.mark_rule(color=BLUE, strokeWidth=3).encode(x=x("lo:Q"), x2="hi:Q")
    words = base.mark_text(align="left", dx=8, color=GREY).encode(x="hi:Q", text="said:N")
    return (interval + base.mark_point(color=BLUE, size=80).encode(x=x("share:Q")) + words).properties(
        title="80 % can mean many things: what the ratings leave open"
    )
