"""Agents by how many calls they bring to the rating and what is pressed there; who is flagged, and who is selective."""

from dataclasses import replace

import altair as alt
from fitted_case import fitted_case

from drawings.theme import BLUE, ORANGE
from ivr.simulation.scenarios import SCENARIOS

AGENTS, SEED, FLOOR = 60, 3, 0.8
FLAGGED, NOT_FLAGGED = "flagged", "not flagged"
SELECTIVE, PLAIN = "brings content callers", "brings all alike"


def chart() -> alt.LayerChart:
    """Return a point an agent, and the configured floor."""
    case = fitted_case(replace(SCENARIOS["selective_30"], agents=AGENTS), SEED, FLOOR)
    rows = [
        {
            "offered": offered,
            "pressed": pressed.estimate,
            "ratings": pressed.n,
            "found": FLAGGED if fitted.flags else NOT_FLAGGED,
            "is": SELECTIVE if selective else PLAIN,
        }
        for offered, pressed, fitted, selective in zip(
            case.offered, case.pressed, case.figures.agents, case.simulation.agents.selective.tolist(), strict=True
        )
    ]
    points = (
        alt.Chart(alt.Data(values=rows))
        .mark_point(opacity=0.9)
        .encode(
            x=alt.X(
                "offered:Q",
                title="share of the calls that reach the rating",
                scale=alt.Scale(domain=[0.4, 1]),
                axis=alt.Axis(format=".0%", tickCount=6),
            ),
            y=alt.Y(
                "pressed:Q", title="share pressed best", scale=alt.Scale(domain=[0.3, 1]), axis=alt.Axis(format=".0%")
            ),
            color=alt.Color(
                "found:N", title=None, scale=alt.Scale(domain=[FLAGGED, NOT_FLAGGED], range=[ORANGE, BLUE])
            ),
            shape=alt.Shape(
                "is:N", title="in truth", scale=alt.Scale(domain=[SELECTIVE, PLAIN], range=["triangle-up", "circle"])
            ),
            size=alt.Size("ratings:Q", legend=None, scale=alt.Scale(range=[30, 220])),
        )
    )
    floor = alt.Chart(alt.Data(values=[{"x": FLOOR}])).mark_rule(strokeDash=[4, 4]).encode(x="x:Q")
    return (points + floor).properties(
        title=alt.Title(
            "Two agents bring 80 % of their calls; the one whose ratings are too good is flagged",
            subtitle=[
                "60 simulated agents, 30 % of them selective, who here offer less than the others (they need not)",
                "dashed: the configured floor; size: ratings",
            ],
        )
    )
