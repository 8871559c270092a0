"""An experiment that loses one call in twelve of an arm from day 10 on, watched by the sequential test."""

import altair as alt
import numpy as np

from drawings.theme import BLUE, GREY, RED
from ivr.domain.kpi.sample_ratio import MISMATCH_P_VALUE, DrawnUnits
from ivr.domain.kpi.sequential_sample_ratio import sequential_sample_ratio

DAYS, DAILY, BROKEN = 40, 600, 10


def chart() -> alt.LayerChart:
    """Return the p-value of each day, of a sound experiment and of one that loses calls."""
    rng = np.random.default_rng(4)
    rows = []
    for name, kept in (
        ("every call arrives", 1.0),
        ("one call in twelve is lost in an arm", 11 / 12),
    ):
        first = second = 0
        for day in range(1, DAYS + 1):
            assigned = int(rng.binomial(DAILY, 0.5))
            first += int(rng.binomial(assigned, kept if day >= BROKEN else 1.0))
            second += DAILY - assigned
            found = sequential_sample_ratio([DrawnUnits({"a": first, "b": second}, {"a": 0.5, "b": 0.5})])
            rows.append({"day": day, "p": max(found.p_value or 0.0, 1e-5), "experiment": name})
    x = alt.X("day:Q", title="day", scale=alt.Scale(domain=[1, DAYS], nice=False))
    axis = alt.Axis(values=[1, 0.1, 0.01, 0.001], format="~g")
    scale = alt.Scale(type="log", domain=[1e-5, 1])
    y = alt.Y("p:Q", title="p-value that holds at every look", scale=scale, axis=axis)
    lines = (
        alt.Chart(alt.Data(values=rows))
        .mark_line()
        .encode(x=x, y=y, color=alt.Color("experiment:N", title=None, scale=alt.Scale(range=[BLUE, RED])))
    )
    border = alt.Chart(alt.Data(values=[{"p": MISMATCH_P_VALUE}])).mark_rule(color=GREY, strokeDash=[5, 4])
    word = alt.Chart(
        alt.Data(values=[{"p": MISMATCH_P_VALUE, "day": 1.5, "text": "below this every effect is withheld"}])
    )
    return (
        lines + border.encode(y="p:Q") + word.mark_text(align="left", dy=-8).encode(x="day:Q", y="p:Q", text="text:N")
    ).properties(
        title=alt.Title(
            "Lost calls come to light, however often one looks",
            subtitle=f"{DAILY} calls a day, two layouts of a half each. Calls are lost from day {BROKEN} on.",
        )
    )
