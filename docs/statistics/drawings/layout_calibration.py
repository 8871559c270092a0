"""What three layouts add to the best category: pooled over sites, and calibrated within them."""

import altair as alt
import numpy as np

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.layout_calibration import calibrate_layouts
from ivr.domain.kpi.stratum_ratings import StratumRatings
from ivr.domain.kpi.wilson import newcombe_interval

CUTS = {"sequential-123": (-1.6, -0.6), "sparse-531": (-1.25, 0.3), "paced-123": (-1.75, -0.75)}
SITES = {"north": (-0.6, "sequential-123"), "middle": (0.0, "sparse-531"), "south": (0.6, "paced-123")}
USUAL, OTHER = 3000, 250
POOLED, WITHIN = "pooled over all calls", "calibrated within sites"


def ratings() -> list[StratumRatings]:
    """Return ratings of three sites of different quality, each mostly on its own old layout."""
    rng = np.random.default_rng(20)
    draw = " ".join(f"{key}:0.33" for key in CUTS)
    rows = []
    for site, (level, own) in SITES.items():
        for key, cuts in CUTS.items():
            opinions = level + rng.logistic(size=USUAL if key == own else OTHER)
            counts = np.bincount(np.digitize(opinions, cuts), minlength=3)
            rows.append(StratumRatings(site, None, draw, key, None, tuple(counts.tolist())))
    return rows


def chart() -> alt.LayerChart:
    """Return the effects of two layouts against the first with their 95 % intervals, both ways."""
    counted = ratings()
    fitted = calibrate_layouts(counted, "sequential-123")
    totals = {key: np.sum([each.counts for each in counted if each.layout == key], axis=0) for key in CUTS}
    base = totals["sequential-123"]
    rows = []
    for key in list(CUTS)[1:]:
        best, n = int(totals[key][2]), int(totals[key].sum())
        lo, hi = newcombe_interval(best, n, int(base[2]), int(base.sum()))
        effect = fitted.effect(key)
        rows.append(
            {
                "layout": key,
                "how": POOLED,
                "at": 100 * (best / n - base[2] / base.sum()),
                "lo": 100 * lo,
                "hi": 100 * hi,
            }
        )
        rows.append({"layout": key, "how": WITHIN, "at": effect.estimate, "lo": effect.lo, "hi": effect.hi})
    plain = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("layout:N", title=None),
        yOffset=alt.YOffset("how:N", sort=[POOLED, WITHIN]),
        color=alt.Color("how:N", title=None, scale=alt.Scale(domain=[POOLED, WITHIN], range=[ORANGE, BLUE])),
    )
    title = "percentage points in the best category, against sequential-123"
    spans = plain.mark_rule(strokeWidth=3).encode(x=alt.X("lo:Q", title=title), x2="hi:Q", color="how:N")
    zero = alt.Chart(alt.Data(values=[{"at": 0}])).mark_rule(color=GREY, strokeDash=[4, 4]).encode(x="at:Q")
    return alt.layer(zero, spans, plain.mark_point(size=90).encode(x="at:Q")).properties(
        height=150, title="The paced layout looks best because the best site uses it"
    )
