"""The same ratings, with ever fewer answers: what is still known of those who answer either way."""

import altair as alt

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.lee_bounds import Answered, Measure, lee_bounds

CALLS, REFERENCE_RATE = 20_000, 0.40
CONTENT, REFERENCE_CONTENT = 0.75, 0.65


def chart() -> alt.LayerChart:
    """Return the bounds by how many points fewer callers answer."""
    reference = round(CALLS * REFERENCE_RATE)
    held = (reference - round(reference * REFERENCE_CONTENT), round(reference * REFERENCE_CONTENT))
    rows = []
    for fewer in range(13):
        rated = round(CALLS * (REFERENCE_RATE - fewer / 100))
        own = (rated - round(rated * CONTENT), round(rated * CONTENT))
        found = lee_bounds([Answered(CALLS, own, CALLS, held)], Measure.TOP_BOX)
        rows.append(
            {
                "fewer": fewer,
                "lo": found.lo,
                "hi": found.hi,
                "least": found.interval_lo,
                "most": found.interval_hi,
                "pressed": 100 * (CONTENT - REFERENCE_CONTENT),
            }
        )
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("fewer:Q", title="points by which fewer callers answer the new layout", scale=alt.Scale(nice=False))
    )
    y = alt.Y("least:Q", title="difference in the best category, points")
    chance = base.mark_area(color=BLUE, opacity=0.2).encode(y=y, y2="most:Q")
    bounds = base.mark_area(color=BLUE, opacity=0.45).encode(y=alt.Y("lo:Q"), y2="hi:Q")
    pressed = base.mark_line(color=ORANGE).encode(y="pressed:Q")
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=GREY, strokeDash=[5, 4]).encode(y="zero:Q")
    word = alt.Chart(alt.Data(values=[{"fewer": 8.0, "y": 10.0, "text": "as pressed: +10"}]))
    return (
        chance
        + bounds
        + pressed
        + zero
        + word.mark_text(align="left", dy=-6).encode(x="fewer:Q", y="y:Q", text="text:N")
    ).properties(
        title=alt.Title(
            "The fewer callers answer, the less is known of the same ten points",
            subtitle="Dark: the bounds. Light: with the play of chance, 20,000 calls of each layout.",
        )
    )
