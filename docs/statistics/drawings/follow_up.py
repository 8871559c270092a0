"""The level of all calls as the pressed share gives it, and as a follow-up of the silent ones does."""

from functools import partial

import altair as alt

from drawings.theme import BLUE, GREEN, GREY, ORANGE, RED
from ivr.domain.kpi.bounds import worst_case_bounds
from ivr.domain.kpi.double_sampling import FollowUp, double_sampled
from ivr.domain.kpi.wilson import proportion

CASE = FollowUp(rated=400, best=320, silent=600, called_back=100, answered=60, answered_best=36)
UNWILLING = FollowUp(rated=400, best=320, silent=600, called_back=200, answered=60, answered_best=36)


def chart() -> alt.LayerChart:
    """Return five ways to say how content the callers of 1,000 calls are."""
    pressed = proportion(CASE.best, CASE.rated, of="ratings")
    followed = proportion(CASE.answered_best, CASE.answered, of="answers")
    level, unwilling = double_sampled(CASE).level, double_sampled(UNWILLING).level
    worst = worst_case_bounds(CASE.best, CASE.rated, CASE.rated + CASE.silent)
    rows = [
        {"of": "the 400 who rated", "share": pressed.estimate, "lo": pressed.lo, "hi": pressed.hi},
        {"of": "60 silent ones who were called back", "share": followed.estimate, "lo": followed.lo, "hi": followed.hi},
        {"of": "all 1,000, by double sampling", "share": level.estimate, "lo": level.lo, "hi": level.hi},
        {
            "of": "all, if only 30 % answer the call-back",
            "share": unwilling.estimate,
            "lo": unwilling.lo,
            "hi": unwilling.hi,
        },
        {"of": "all, assuming nothing", "share": None, "lo": worst.lo, "hi": worst.hi},
    ]
    names = [str(row["of"]) for row in rows]
    colours = alt.Color("of:N", scale=alt.Scale(domain=names, range=[ORANGE, GREY, GREEN, BLUE, RED]), legend=None)
    base = alt.Chart(alt.Data(values=rows), height=190).encode(y=alt.Y("of:N", title=None, sort=names), color=colours)
    x = partial(
        alt.X,
        scale=alt.Scale(domain=[0.2, 1]),
        title="share in the best category",
        axis=alt.Axis(format=".0%", tickCount=6),
    )
    reach = base.mark_rule(strokeWidth=3).encode(x=x("lo:Q"), x2="hi:Q")
    points = base.transform_filter("datum.share != null").mark_point(size=80).encode(x=x("share:Q"))
    return (reach + points).properties(
        title="Asking 100 of the silent ones tells more than any weighting of the others"
    )
