"""Changes from one month to the next, with what replicate groups make of callers who ring in both."""

from collections.abc import Mapping

import altair as alt
import numpy as np

from drawings.theme import BLUE, GREY
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.rounds import Change, Round, round_changes

AGENTS = ("Ada", "Ben", "Cy", "Dora", "Emil", "Fay", "Gus", "Hana", "Ida", "Jon")
MOVES = dict.fromkeys(AGENTS, 0.0) | {"Dora": 0.12, "Jon": -0.10}
SAME, MOVED = "could be chance", "moved"


def changes() -> Mapping[str, Change]:
    """Return the changes of ten agents of whom two moved; half of their callers ring in both months."""
    rng = np.random.default_rng(8)
    before, after = {}, {}
    for agent in AGENTS:
        mood = rng.normal(size=20)
        for rounds, month, move in ((before, "March", 0.0), (after, "April", MOVES[agent])):
            groups = 0.7 + move + 0.08 * (0.7 * mood + 0.5**0.5 * rng.normal(size=20))
            mean = float(groups.mean())
            figure = Estimate(mean, mean - 0.035, mean + 0.035, "proportion", 300, "example", Status.OK)
            left_out = ((groups.sum() - groups) / 19).tolist()
            rounds[agent] = Round(month, figure, "sequential-123", "v1", "2026", tuple(left_out))
    return round_changes(before, after)


def chart() -> alt.LayerChart:
    """Return each agent's change with its 95 % interval."""
    rows = [
        {
            "agent": agent,
            "at": each.difference.estimate,
            "lo": each.difference.lo,
            "hi": each.difference.hi,
            "verdict": MOVED if each.moved else SAME,
        }
        for agent, each in changes().items()
    ]
    plain = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("agent:N", title=None),
        color=alt.Color("verdict:N", title=None, scale=alt.Scale(domain=[SAME, MOVED], range=[GREY, BLUE])),
    )
    spans = plain.mark_rule(strokeWidth=3).encode(
        x=alt.X("lo:Q", title="change from March to April, percentage points"), x2="hi:Q"
    )
    zero = alt.Chart(alt.Data(values=[{"at": 0}])).mark_rule(strokeDash=[4, 4]).encode(x="at:Q")
    return alt.layer(zero, spans, plain.mark_point(size=80).encode(x="at:Q")).properties(
        height=230, title="Two of ten agents moved; the others could be chance"
    )
