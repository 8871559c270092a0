"""The way from what callers think to what is pressed: 100 calls, and how many of each opinion each step leaves."""

from dataclasses import replace

import altair as alt
import numpy as np

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.structural.answers import Answering
from ivr.domain.kpi.structural.opinion import Shape

NEUTRAL, PRIMACY, OFFERED = np.array([-1.6, -0.6]), 0.15, 0.92
MEANS = ("dissatisfied", "so-so", "satisfied")
STEPS = ("all calls", "are offered it", "are willing", "wait for their choice", "press a key")


def chart() -> alt.LayerChart:
    """Return a column for each step, at the values of scenario S3 for the layout sequential-123."""
    layout = Answering(NEUTRAL - PRIMACY, NEUTRAL, Shape(0.5, 0.0), 0.06, 0.06, 2, np.array([4.5, 3.0, 1.5]))
    s, willing = np.array([-0.7]), np.array([-0.6])
    plain = replace(layout, habit=0.0)
    columns = [
        layout.opinion(s).value[0],
        OFFERED * layout.opinion(s).value[0],
        OFFERED * replace(plain, hazard=0.0).crossed(s, willing)[0].sum(axis=1),
        OFFERED * plain.crossed(s, willing)[0].sum(axis=1),
        OFFERED * layout.crossed(s, willing)[0].sum(axis=0),
    ]
    rows = [
        {"step": step, "means": name, "order": order, "calls": 100 * float(calls)}
        for step, column in zip(STEPS, columns, strict=True)
        for order, (name, calls) in enumerate(zip(MEANS, column, strict=True))
    ]
    tops = [
        {"step": step, "calls": 100 * float(column.sum()), "says": f"{column[2] / column.sum():.0%} satisfied"}
        for step, column in zip(STEPS, columns, strict=True)
    ]
    x = alt.X("step:N", sort=list(STEPS), title=None, axis=alt.Axis(labelAngle=0, labelLimit=130))
    bars = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(size=64)
        .encode(
            x=x,
            y=alt.Y("calls:Q", title="of 100 calls", scale=alt.Scale(domain=[0, 110])),
            color=alt.Color(
                "means:N", title=None, sort=list(MEANS), scale=alt.Scale(domain=MEANS, range=[ORANGE, GREY, BLUE])
            ),
            order="order:O",
        )
    )
    labels = (
        alt.Chart(alt.Data(values=tops)).mark_text(dy=-8, fontWeight="bold").encode(x=x, y="calls:Q", text="says:N")
    )
    return (bars + labels).properties(
        title=alt.Title(
            "What is pressed is not what callers think: 100 calls on their way",
            subtitle="at the values of scenario S3; colours: what callers think, in the last column what they press",
        )
    )
