"""A pair of mirrored layouts, a sparse one, and ratings drawn on them from a known opinion."""

import numpy as np

from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.stratum_ratings import StratumRatings

SCALE = ("dissatisfied", "so-so", "satisfied")
DRAW = "ahead:0.5 reversed:0.25 sparse:0.25"
CUTS = {"ahead": (-1.6, -0.6), "reversed": (-1.6, -0.6), "sparse": (-1.25, 0.3)}
LAYOUTS = Instruments(
    {
        "ahead": Instrument(SCALE, keys={"1": 2, "2": 1, "3": 0}, first_read=2, read_seconds=(4.5, 3.0, 1.5)),
        "reversed": Instrument(SCALE, keys={"1": 0, "2": 1, "3": 2}, first_read=0, read_seconds=(1.5, 3.0, 4.5)),
        "sparse": Instrument(("bad", "good", "very good"), keys={"1": 0, "3": 1, "5": 2}, first_read=2),
    }
)


def drawn(rng, layout, ratings, *, stratum="site", level=0.0, habit=0.0, allocation=DRAW):
    """Return ratings of callers whose opinion is logistic around ``level``; ``habit`` of them press key 1."""
    answers = np.digitize(level + rng.logistic(size=ratings), CUTS[layout])
    by_habit = rng.random(ratings) < habit
    answers[by_habit] = LAYOUTS.current[layout].keys["1"]
    counts = tuple(np.bincount(answers, minlength=3).tolist())
    return StratumRatings(stratum, None, allocation, layout, None, counts)
