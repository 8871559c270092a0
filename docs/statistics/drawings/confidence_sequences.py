"""Two equal layouts, looked at daily: the ordinary interval cries wolf, the sequence does not."""

import altair as alt
import numpy as np

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.confidence_sequences import proportion_sequence
from ivr.domain.kpi.wilson import newcombe_interval

DAYS, DAILY, SHARE = 30, 200, 0.7


def chart() -> alt.LayerChart:
    """Return the difference of each day with both intervals."""
    rng = np.random.default_rng(103)
    first, second = (np.cumsum(rng.binomial(DAILY, SHARE, DAYS)).tolist() for _ in range(2))
    rows, line = [], []
    for day, (a, b) in enumerate(zip(first, second, strict=True), start=1):
        n = DAILY * day
        lo, hi = newcombe_interval(a, n, b, n)
        sequence = proportion_sequence(a, n, b, n)
        line.append({"day": day, "difference": 100 * (a - b) / n})
        rows.append({"day": day, "lo": 100 * lo, "hi": 100 * hi, "interval": "ordinary 95 %: for one look"})
        rows.append({"day": day, "lo": sequence.lo, "hi": sequence.hi, "interval": "sequence: for every look"})
    x = alt.X("day:Q", title="day", scale=alt.Scale(domain=[1, DAYS], nice=False))
    y = alt.Y("lo:Q", title="difference in the best category, points")
    colour = alt.Color("interval:N", title=None, scale=alt.Scale(range=[ORANGE, BLUE]))
    bands = (
        alt.Chart(alt.Data(values=rows)).mark_area(opacity=0.35, line=True).encode(x=x, y=y, y2="hi:Q", color=colour)
    )
    upper = alt.Chart(alt.Data(values=rows)).mark_line().encode(x=x, y="hi:Q", color=colour)
    seen = alt.Chart(alt.Data(values=line)).mark_line(color="#333333").encode(x=x, y="difference:Q")
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY, strokeDash=[5, 4]).encode(y="zero:Q")
    return (bands + upper + seen + zero).properties(
        title=alt.Title(
            "Two equal layouts: the ordinary interval leaves 0 out on some days",
            subtitle=f"{DAILY} ratings a day of each, {SHARE:.0%} content under both. Line: the difference seen.",
        )
    )
