"""A share by day, with the limits of a plain p chart and Laney's."""

from math import sqrt

import altair as alt
import numpy as np

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.laney import LaneyChart, PeriodShare, laney_charts

PLAIN, LANEY = "plain p chart", "Laney's p' chart"


def charted() -> LaneyChart:
    """Return sixty days of some 2,000 ratings whose share moves by two points a day, with one bad day."""
    rng = np.random.default_rng(6)
    shares = 0.7 + 0.02 * rng.normal(size=60)
    shares[41] = 0.58
    ratings = rng.integers(1500, 2500, 60)
    best = rng.binomial(ratings, shares)
    return laney_charts(
        [PeriodShare(str(at), int(x), int(n)) for at, (x, n) in enumerate(zip(best, ratings, strict=True))]
    )[0]


def chart() -> alt.LayerChart:
    """Return the days with both pairs of limits."""
    found = charted()
    centre = found.centre or 0.0
    days, lines = [], []
    for at, each in enumerate(found.points):
        days.append({"day": at, "share": each.share, "signal": each.signal})
        reach = 3 * sqrt(centre * (1 - centre) / each.ratings)
        for name, lo, hi in ((PLAIN, centre - reach, centre + reach), (LANEY, each.lo, each.hi)):
            lines += [
                {"day": at, "share": lo, "limit": name, "side": "lo"},
                {"day": at, "share": hi, "limit": name, "side": "hi"},
            ]
    x = alt.X("day:Q", title="day", scale=alt.Scale(domain=[0, 59], nice=False))
    y = alt.Y("share:Q", title="share in the best category", axis=alt.Axis(format=".0%"), scale=alt.Scale(zero=False))
    scale = alt.Scale(domain=[PLAIN, LANEY], range=[ORANGE, BLUE])
    curves = (
        alt.Chart(alt.Data(values=lines))
        .mark_line(interpolate="step", strokeWidth=1.2)
        .encode(x=x, y=y, detail="side:N", color=alt.Color("limit:N", title=None, scale=scale))
    )
    dots = alt.Chart(alt.Data(values=days)).mark_line(point=True, color=GREY, strokeWidth=1).encode(x=x, y=y)
    bad = [each for each in days if each["signal"]]
    marked = (
        alt.Chart(alt.Data(values=bad)).mark_point(size=160, color=ORANGE, filled=False, strokeWidth=2).encode(x=x, y=y)
    )
    return alt.layer(curves, dots, marked).properties(
        title="One day stands out; the plain chart would have called many"
    )
