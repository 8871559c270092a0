"""Three tiers by the probability of being better than the median agent."""

import altair as alt
import numpy as np

from drawings.ranks import ranked
from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.tiers import SURE, posterior_tiers

NAMES = {1: "tier 1, clearly above the middle", 2: "tier 2, cannot be told", 3: "tier 3, clearly below"}


def chart() -> alt.LayerChart:
    """Return the probabilities of 60 agents with 90 ratings each, and the lines that name them."""
    found = ranked(90)
    tiers = posterior_tiers(found)
    order = np.argsort(-found.above_middle, kind="stable")
    rows = [
        {"place": at + 1, "above": float(found.above_middle[agent]), "tier": NAMES[tiers.tiers[agent] or 2]}
        for at, agent in enumerate(order)
    ]
    scale = alt.Scale(domain=list(NAMES.values()), range=[BLUE, GREY, ORANGE])
    points = (
        alt.Chart(alt.Data(values=rows))
        .mark_point(size=60)
        .encode(
            x=alt.X("place:Q", title="agents, most probable first"),
            y=alt.Y("above:Q", title="probability of being above the median agent", axis=alt.Axis(format=".0%")),
            color=alt.Color("tier:N", title=None, scale=scale),
        )
    )
    lines = alt.Chart(alt.Data(values=[{"at": SURE}, {"at": 1 - SURE}])).mark_rule(strokeDash=[4, 4]).encode(y="at:Q")
    named = sum(each != 2 for each in tiers.tiers)
    return alt.layer(lines, points).properties(
        title={
            "text": f"Of 60 agents with 90 ratings each, {named} can be named",
            "subtitle": f"of those, {tiers.expected_wrong or 0:.1%} are expected to be named wrongly",
        }
    )
