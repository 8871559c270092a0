"""The same question read both ways: what the place of an answer decides."""

import altair as alt

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.key_habit import KeyHabit, key_habit
from ivr.domain.kpi.stratum_ratings import StratumRatings

SCALE = ("dissatisfied", "so-so", "satisfied")
COUNTS = {"sequential-123": (183, 210, 607), "reversed-123": (276, 206, 518)}
NAMES = {
    "sequential-123": "1 satisfied, 2 so-so, 3 dissatisfied",
    "reversed-123": "1 dissatisfied, 2 so-so, 3 satisfied",
}


def habit() -> KeyHabit:
    """Return the key habit of the two layouts' thousand ratings each."""
    layouts = Instruments(
        {
            "sequential-123": Instrument(SCALE, keys={"1": 2, "2": 1, "3": 0}, first_read=2),
            "reversed-123": Instrument(SCALE, keys={"1": 0, "2": 1, "3": 2}, first_read=0),
        }
    )
    draw = "sequential-123:0.5 reversed-123:0.5"
    return key_habit([StratumRatings("all", None, draw, key, None, counts) for key, counts in COUNTS.items()], layouts)


def chart() -> alt.Chart:
    """Return the shares of the three answers on both layouts."""
    share = habit().share
    rows = [
        {"layout": NAMES[key], "answer": SCALE[at], "share": count / sum(counts), "order": at}
        for key, counts in COUNTS.items()
        for at, count in enumerate(counts)
    ]
    subtitle = f"The place of an answer decides {share.estimate:.1%} of the ratings ({share.lo:.1%} to {share.hi:.1%})"
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("share:Q", title="share of the ratings", axis=alt.Axis(format=".0%")),
            y=alt.Y("layout:N", title=None, sort=list(NAMES.values())),
            color=alt.Color(
                "answer:N",
                title=None,
                sort=list(SCALE),
                scale=alt.Scale(domain=list(SCALE), range=[ORANGE, GREY, BLUE]),
            ),
            order="order:Q",
        )
        .properties(
            height=110, title={"text": "The same callers, the same question, read both ways", "subtitle": subtitle}
        )
    )
