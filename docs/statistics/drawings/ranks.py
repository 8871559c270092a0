"""How wide rank intervals are, at two volumes."""

import altair as alt
import numpy as np

from drawings.theme import BLUE, ORANGE
from ivr.domain.kpi.posterior_ranks import RankSummary, rank_summary

VOLUMES = {"90 ratings an agent": 90, "490 ratings an agent": 490}
INFORMATION, SPREAD, AGENTS = 0.27, 0.4, 60


def ranked(ratings: int) -> RankSummary:
    """Return the ranks of 60 agents who differ by .4 logits, each with so many ratings."""
    rng = np.random.default_rng(1)
    error = (INFORMATION * ratings) ** -0.5
    seen = SPREAD * rng.normal(size=AGENTS) + error * rng.normal(size=AGENTS)
    drawn = SPREAD**2 / (SPREAD**2 + error**2)
    return rank_summary(drawn * seen + SPREAD * (1 - drawn) ** 0.5 * rng.normal(size=(2000, AGENTS)))


def chart() -> alt.VConcatChart:
    """Return each agent's 95 % rank interval, in the order of the expected ranks."""
    panels = []
    for (name, ratings), colour in zip(VOLUMES.items(), (ORANGE, BLUE), strict=True):
        found = ranked(ratings)
        order = np.argsort(found.expected)
        rows = [
            {
                "place": at + 1,
                "lo": int(found.lo[agent]),
                "hi": int(found.hi[agent]),
                "rank": float(found.expected[agent]),
            }
            for at, agent in enumerate(order)
        ]
        plain = alt.Chart(alt.Data(values=rows)).encode(x=alt.X("place:Q", title="agents, best first", axis=None))
        y = alt.Y("lo:Q", title="rank", scale=alt.Scale(domain=[60, 1], nice=False))
        spans = plain.mark_rule(color=colour, strokeWidth=4, opacity=0.5).encode(y=y, y2="hi:Q")
        width = float(np.mean(found.hi - found.lo))
        points = plain.mark_point(color=colour, size=25).encode(y="rank:Q")
        panels.append(
            alt.layer(spans, points).properties(height=170, title=f"{name}: an interval is {width:.0f} ranks wide")
        )
    return alt.vconcat(*panels)
