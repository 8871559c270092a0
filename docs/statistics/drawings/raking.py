"""The make-up of the calls, of the ratings, and of the weighted ratings; and the share before and after."""

from functools import partial

import altair as alt

from drawings.theme import BLUE, GREEN, GREY, ORANGE
from ivr.domain.kpi.raking import Margin, RakeCell, rake, raked_share
from ivr.domain.kpi.wilson import proportion

# By day and night, for sales and faults: the rated calls, and those in the best category.
CELLS = [
    RakeCell(("day", "sales"), 240, 204),
    RakeCell(("day", "faults"), 160, 96),
    RakeCell(("night", "sales"), 40, 26),
    RakeCell(("night", "faults"), 60, 24),
]
MARGINS = [Margin("hour", {"day": 1000, "night": 1000}), Margin("reason", {"sales": 800, "faults": 1200})]


def chart() -> alt.VConcatChart:
    """Return the margins above the two figures."""
    raking, rows = rake(CELLS, MARGINS), []
    for place, margin in enumerate(MARGINS):
        for level, total in margin.totals.items():
            here = [(c.rated, w) for c, w in zip(CELLS, raking.weights, strict=True) if c.levels[place] == level]
            weighted = sum(rated * weight for rated, weight in here) / 2000
            parts = (total / 2000, sum(rated for rated, _ in here) / 500, weighted)
            for name, part in zip(("all calls", "ratings", "weighted ratings"), parts, strict=True):
                rows.append({"level": level, "of": name, "part": part})
    bars = (
        alt.Chart(alt.Data(values=rows), height=200)
        .mark_bar()
        .encode(
            y=alt.Y("level:N", title=None, sort=None),
            yOffset=alt.YOffset("of:N", sort=None),
            x=alt.X("part:Q", title="part of the calls, of the ratings", axis=alt.Axis(format=".0%")),
            color=alt.Color("of:N", title=None, sort=None, scale=alt.Scale(range=[GREY, ORANGE, GREEN])),
        )
    )
    figures = {
        "as pressed": proportion(sum(cell.best for cell in CELLS), 500, of="ratings"),
        "raked": raked_share(CELLS, MARGINS),
    }
    points = [{"figure": name, "share": one.estimate, "lo": one.lo, "hi": one.hi} for name, one in figures.items()]
    base = alt.Chart(alt.Data(values=points), height=70).encode(y=alt.Y("figure:N", title=None, sort=None))
    x = partial(
        alt.X,
        scale=alt.Scale(domain=[0.5, 0.8]),
        title="share in the best category",
        axis=alt.Axis(format=".0%", tickCount=6),
    )
    reach = base.mark_rule(color=BLUE, strokeWidth=3).encode(x=x("lo:Q"), x2="hi:Q")
    return alt.vconcat(bars, reach + base.mark_point(color=BLUE, size=80).encode(x=x("share:Q"))).properties(
        title="Ratings that hold too few of the night are weighted up to it"
    )
