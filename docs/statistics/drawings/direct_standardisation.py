"""Three agents with the same calls by queue and different queues: as pressed and at one mix."""

import altair as alt

from drawings.theme import BLUE, ORANGE
from ivr.domain.kpi.direct_standardisation import Standardised, StratumCount, standardise
from ivr.domain.kpi.wilson import proportion

MIX = {"sales": 0.4, "help": 0.4, "complaints": 0.2}
AGENTS = {
    "Ada, mostly complaints": {"sales": (33, 40), "help": (62, 90), "complaints": (81, 170)},
    "Ben, all queues alike": {"sales": (78, 100), "help": (65, 100), "complaints": (42, 100)},
    "Cy, mostly sales": {"sales": (152, 200), "help": (43, 70), "complaints": (11, 30)},
}
PRESSED, STANDARD = "as pressed", "at the mix of all calls"


def standardised() -> dict[str, Standardised]:
    """Return the agents' shares at the mix of all calls."""
    return {
        agent: standardise({queue: StratumCount(*count) for queue, count in counts.items()}, MIX)
        for agent, counts in AGENTS.items()
    }


def chart() -> alt.LayerChart:
    """Return both shares of each agent with their 95 % intervals."""
    rows = []
    for agent, found in standardised().items():
        counts = AGENTS[agent].values()
        raw = proportion(sum(x for x, _ in counts), sum(n for _, n in counts), of="ratings")
        for what, each in ((PRESSED, raw), (STANDARD, found.share)):
            rows.append({"agent": agent, "what": what, "at": each.estimate, "lo": each.lo, "hi": each.hi})
    plain = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("agent:N", title=None),
        yOffset=alt.YOffset("what:N", sort=[PRESSED, STANDARD]),
        color=alt.Color("what:N", title=None, scale=alt.Scale(domain=[PRESSED, STANDARD], range=[ORANGE, BLUE])),
    )
    x = alt.X("lo:Q", title="share in the best category", axis=alt.Axis(format=".0%"), scale=alt.Scale(zero=False))
    spans = plain.mark_rule(strokeWidth=3).encode(x=x, x2="hi:Q")
    return alt.layer(spans, plain.mark_point(size=80).encode(x="at:Q")).properties(
        height=180, title="Who takes the hard calls looks worst, and is best on each of them"
    )
