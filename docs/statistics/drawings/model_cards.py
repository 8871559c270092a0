"""How far the level is off where the followed-up callers are not like the other silent ones."""

import altair as alt
import numpy as np

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.double_sampling import FollowUp, double_sampled

# As in scenario S3: of 1,000 calls 310 rated, 69 % of them best; of the 690 silent half are content.
RATED, BEST, SILENT, THINK = 310, 214, 690, (0.28, 0.22, 0.50)
CALLED = 100_000
FOUND, TRUE, PRESSED = "level found", "true level", "as pressed"


def chart() -> alt.LayerChart:
    """Return the level found against how much readier each better opinion is to answer the follow-up."""
    rows = []
    for factor in np.linspace(1.0, 2.0, 21).tolist():
        ready = np.array([think * factor**category for category, think in enumerate(THINK)])
        best = round(CALLED / 2 * float(ready[-1] / ready.sum()))
        scale = CALLED / SILENT
        told = FollowUp(round(RATED * scale), round(BEST * scale), CALLED, CALLED, CALLED // 2, best)
        truth = (BEST + SILENT * THINK[-1]) / (RATED + SILENT)
        for what, level in ((FOUND, double_sampled(told).level.estimate), (TRUE, truth), (PRESSED, BEST / RATED)):
            rows.append({"factor": factor, "what": what, "level": level})
    lines = (
        alt.Chart(alt.Data(values=rows))
        .mark_line()
        .encode(
            x=alt.X(
                "factor:Q",
                title="how many times readier to answer the follow-up, for each better category",
                scale=alt.Scale(domain=[1, 2]),
            ),
            y=alt.Y(
                "level:Q",
                title="share in the best category",
                scale=alt.Scale(domain=[0.5, 0.75]),
                axis=alt.Axis(format=".0%"),
            ),
            color=alt.Color(
                "what:N",
                title=None,
                sort=[PRESSED, FOUND, TRUE],
                scale=alt.Scale(domain=[PRESSED, FOUND, TRUE], range=[ORANGE, BLUE, GREY]),
            ),
        )
    )
    return alt.layer(lines).properties(title="A follow-up that the content answer more pulls the level up with it")
