"""Two teams with the same mean key, whose ratings are worth different amounts."""

from functools import partial

import altair as alt

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.mean_score import mean_score
from ivr.domain.kpi.pressed import Pressed
from ivr.domain.kpi.utility import utility_score

SCALE = ("dissatisfied", "satisfied", "very satisfied")
WORTH = (0.0, 1.0, 6.0)
TEAMS = {"red": (4, 76, 20), "blue": (24, 36, 40)}


def chart() -> alt.HConcatChart:
    """Return the mean category beside the mean utility of each team."""
    pressed = {team: [Pressed("sparse-531", SCALE, counts)] for team, counts in TEAMS.items()}
    means = {team: mean_score(ratings) for team, ratings in pressed.items()}
    worths = {team: utility_score(ratings, WORTH).raw for team, ratings in pressed.items()}

    def panel(figures: dict, title: str, domain: list[float], colour: str) -> alt.LayerChart:
        rows = [{"team": team, "value": one.estimate, "lo": one.lo, "hi": one.hi} for team, one in figures.items()]
        base = alt.Chart(alt.Data(values=rows), width=260, height=110).encode(
            y=alt.Y("team:N", title=None, sort=list(TEAMS))
        )
        x = partial(alt.X, scale=alt.Scale(domain=domain), title=title)
        reach = base.mark_rule(color=colour, strokeWidth=3).encode(x=x("lo:Q"), x2="hi:Q")
        centre = base.mark_point(color=colour, size=80).encode(x=x("value:Q"))
        words = base.mark_text(dy=-13, color=GREY).encode(x="value:Q", text=alt.Text("value:Q", format=".2f"))
        return reach + centre + words

    left = panel(means, "mean category, 1 to 3", [1.8, 2.6], ORANGE)
    right = panel(worths, "mean utility, 0 / 1 / 6", [1.0, 4.0], BLUE)
    return alt.hconcat(left, right).properties(
        title=alt.Title(
            "The mean sees no difference; what the ratings are worth does",
            subtitle="100 ratings each. Red: 4 worst, 76 middle, 20 best. Blue: 24 worst, 36 middle, 40 best.",
        )
    )
