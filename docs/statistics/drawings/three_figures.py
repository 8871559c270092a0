"""Twelve agents' three figures beside the truth: as pressed, standardised, corrected."""

import altair as alt
from fitted_case import fitted_case

from drawings.theme import BLUE, INK, ORANGE, SKY
from ivr.simulation.scenarios import SCENARIOS

AGENTS, SEED, SHOWN = 40, 7, range(19, 31)
FIGURES = ("as pressed", "standardised", "corrected")


def chart() -> alt.LayerChart:
    """Return three intervals an agent and the truth of the third."""
    case = fitted_case(SCENARIOS["S3"].sized(AGENTS, None), SEED)
    corrected = [agent.corrected for agent in case.figures.agents]
    limits = [(each.lo, each.hi, truth) for each, truth in zip(corrected, case.truth, strict=True)]
    held = [lo <= truth <= hi for lo, hi, truth in limits if lo is not None and hi is not None]
    rows: list[dict[str, object]] = []
    for number in SHOWN:
        fitted = case.figures.agents[number]
        name = f"{fitted.agent} (flagged)" if fitted.flags else fitted.agent
        figures = (case.pressed[number], fitted.standardised, fitted.corrected)
        for what, figure in zip(FIGURES, figures, strict=True):
            row = {"agent": name, "what": what, "share": figure.estimate, "lo": figure.lo, "hi": figure.hi}
            rows.append({**row, "truth": case.truth[number]})
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("agent:N", title=None),
        yOffset=alt.YOffset("what:N", sort=list(FIGURES)),
        color=alt.Color(
            "what:N", title=None, sort=list(FIGURES), scale=alt.Scale(domain=FIGURES, range=[ORANGE, SKY, BLUE])
        ),
    )
    x = alt.Scale(domain=[0, 1])
    reach = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("lo:Q", scale=x, title="share in the best category", axis=alt.Axis(format=".0%")), x2="hi:Q"
    )
    points = base.mark_point(size=36).encode(x=alt.X("share:Q", scale=x))
    truth = (
        alt.Chart(alt.Data(values=[row for row in rows if row["what"] == FIGURES[2]]))
        .mark_point(shape="diamond", size=70, color=INK, filled=False, strokeWidth=1.5)
        .encode(x=alt.X("truth:Q", scale=x), y="agent:N", yOffset=alt.YOffset("what:N", sort=list(FIGURES)))
    )
    return (reach + points + truth).properties(
        height=520,
        title=alt.Title(
            f"Pressed shares flatter; of {len(held)} corrected intervals {sum(held)} hold the truth",
            subtitle="shown: 12 of 40 simulated agents (S3, seed 7), 95 % intervals; diamonds: what all callers think",
        ),
    )
