"""Where the answers of two layouts lie on one scale of opinion."""

import altair as alt
import numpy as np

from drawings.theme import GREY
from ivr.domain.kpi.layout_calibration import calibrate_layouts
from ivr.domain.kpi.linking import concordance
from ivr.domain.kpi.stratum_ratings import StratumRatings

CUTS = {"sequential-123": (-1.6, -0.6), "sparse-531": (-1.25, 0.3)}
WORDS = {
    "sequential-123": ("3 dissatisfied", "2 so-so", "1 satisfied"),
    "sparse-531": ("1 dissatisfied", "3 satisfied", "5 very satisfied"),
}


def ratings() -> list[StratumRatings]:
    """Return 1,500 ratings of each layout, of callers between whom chance decided."""
    rng = np.random.default_rng(3)
    draw = "sequential-123:0.5 sparse-531:0.5"
    return [
        StratumRatings(
            "all", None, draw, key, None, tuple(np.bincount(np.digitize(rng.logistic(size=1500), cuts)).tolist())
        )
        for key, cuts in CUTS.items()
    ]


def chart() -> alt.LayerChart:
    """Return the expected opinion of every answer with its 95 % interval, by layout."""
    fitted = calibrate_layouts(ratings(), "sequential-123")
    rows = []
    for at, key in enumerate(fitted.layouts):
        figures = concordance(fitted.fit, at, fitted.stratum_weights, fitted.ratings[at])
        rows += [
            {"layout": key, "word": word, "at": each.estimate, "lo": each.lo, "hi": each.hi}
            for word, each in zip(WORDS[key], figures, strict=True)
        ]
    plain = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("layout:N", title=None), color=alt.Color("layout:N", legend=None)
    )
    spans = plain.mark_rule(strokeWidth=5, opacity=0.4).encode(
        x=alt.X("lo:Q", title="mean opinion of those who chose it, in logits", scale=alt.Scale(domain=[-3.5, 3])),
        x2="hi:Q",
    )
    words = plain.mark_text(dy=-16).encode(x="at:Q", text="word:N", color=alt.value(GREY))
    return alt.layer(spans, plain.mark_point(size=90).encode(x="at:Q"), words).properties(
        height=150,
        title={
            "text": "A 'satisfied' is not a 'satisfied'",
            "subtitle": "sparse-531's 3 lies between so-so and satisfied",
        },
    )
