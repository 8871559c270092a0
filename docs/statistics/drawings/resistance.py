"""The pressed share of each delay arm over its response rate, and the line that must not be read to its end."""

from functools import partial

import altair as alt

from drawings.theme import BLUE, GREY, RED
from ivr.domain.kpi.bounds import DelayArm
from ivr.domain.kpi.resistance import resistance

ARMS = [DelayArm(0.0, 1000, 500, 375), DelayArm(2.0, 1000, 350, 277), DelayArm(4.0, 1000, 250, 205)]


def chart() -> alt.LayerChart:
    """Return the points with their intervals, the line among them, and its continuation dashed."""
    found = resistance(ARMS)
    rows = [
        {
            "rate": point.response.estimate,
            "share": point.observed.estimate,
            "lo": point.observed.lo,
            "hi": point.observed.hi,
            "said": f"{point.delay_seconds:g} s",
        }
        for point in found.points
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("rate:Q", title="response rate", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%"))
    )
    percent = alt.Axis(format=".0%", tickCount=6)
    y = partial(alt.Y, scale=alt.Scale(domain=[0.4, 1]), title="share of ratings in the best category", axis=percent)
    reach = base.mark_rule(color=BLUE).encode(y=y("lo:Q"), y2="hi:Q")
    words = base.mark_text(align="left", dx=8, dy=-8).encode(y=y("share:Q"), text="said:N")
    slope, intercept = found.slope or 0.0, found.intercept or 0.0
    line = [{"rate": rate, "share": intercept + slope * rate} for rate in (0.2, 0.55, 1.0)]

    def drawn(points: list[dict[str, float]], dash: list[int], colour: str) -> alt.Chart:
        line_chart = alt.Chart(alt.Data(values=points)).mark_line(strokeDash=dash, color=colour)
        return line_chart.encode(x="rate:Q", y=y("share:Q"))

    end = alt.Chart(alt.Data(values=line[2:])).mark_text(align="right", dy=16, color=RED, text="a guess, not a figure")
    return (
        drawn(line[:2], [1, 0], GREY)
        + drawn(line[1:], [4, 4], RED)
        + end.encode(x="rate:Q", y=y("share:Q"))
        + reach
        + base.mark_point(color=BLUE, size=80).encode(y=y("share:Q"))
        + words
    ).properties(title="The fewer answer, the more content are those who do")
