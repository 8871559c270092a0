"""Shares as pressed and drawn towards the mean, by the number of ratings."""

import altair as alt
import numpy as np

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.beta_binomial import ShrunkShares, shrink_shares

PRESSED, DRAWN = "as pressed", "drawn towards the mean"


def shrunk() -> tuple[list[int], list[int], ShrunkShares]:
    """Return 30 agents' best ratings, their ratings, and what is made of them."""
    rng = np.random.default_rng(4)
    ratings = np.round(np.geomspace(4, 400, 30)).astype(int)
    best = rng.binomial(ratings, rng.beta(21, 9, 30))
    return best.tolist(), ratings.tolist(), shrink_shares(best, ratings)


def chart() -> alt.LayerChart:
    """Return one stroke an agent, from the share as pressed to the shrunk one."""
    best, ratings, found = shrunk()
    rows = [
        {"ratings": n, "pressed": x / n, "drawn": each.estimate}
        for x, n, each in zip(best, ratings, found.shares, strict=True)
    ]
    plain = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("ratings:Q", title="ratings of the agent", scale=alt.Scale(type="log", domain=[3, 500]))
    )
    y = alt.Y(
        "pressed:Q", title="share in the best category", axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0.3, 1])
    )
    strokes = plain.mark_rule(color=GREY).encode(y=y, y2="drawn:Q")
    dots = [
        {"ratings": row["ratings"], "share": row[field], "what": what}
        for row in rows
        for field, what in (("pressed", PRESSED), ("drawn", DRAWN))
    ]
    scale = alt.Scale(domain=[PRESSED, DRAWN], range=[ORANGE, BLUE])
    points = (
        alt.Chart(alt.Data(values=dots))
        .mark_point(size=60)
        .encode(x="ratings:Q", y="share:Q", color=alt.Color("what:N", title=None, scale=scale))
    )
    mean = (
        alt.Chart(alt.Data(values=[{"mean": found.mean}])).mark_rule(strokeDash=[4, 4], color=GREY).encode(y="mean:Q")
    )
    return alt.layer(mean, strokes, points).properties(title="Few ratings are drawn far, many hardly at all")
