"""What a shop with 5 agents and 30 calls a day knows after some weeks: its level, and one agent's."""

import altair as alt
from fitted_case import fitted_case

from drawings.theme import BLUE, GREEN, INK
from ivr.simulation.scenarios import SCENARIOS

AGENTS, CALLS_A_WEEK, SEED = 5, 42.0, 4
WEEKS = (4, 13, 52)
SHOP, AGENT = "the shop's level", "its first agent's level"
NOTHING = "not identified"


def chart() -> alt.LayerChart:
    """Return two intervals for each span of weeks."""
    rows: list[dict[str, object]] = []
    for weeks in WEEKS:
        case = fitted_case(SCENARIOS["small_shop"].sized(AGENTS, CALLS_A_WEEK * weeks), SEED)
        calls = [int((case.simulation.contacts.agent == number).sum()) for number in range(AGENTS)]
        whole = sum(n * share for n, share in zip(calls, case.truth, strict=True)) / sum(calls)
        told = ((SHOP, case.figures.facts["level"], whole), (AGENT, case.figures.agents[0].corrected, case.truth[0]))
        for what, figure, truth in told:
            row = {"after": f"{weeks} weeks", "what": what, "share": figure.estimate, "truth": truth}
            rows.append({**row, "lo": figure.lo, "hi": figure.hi, "says": "" if figure.lo is not None else NOTHING})
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("after:N", title=None, sort=[f"{weeks} weeks" for weeks in WEEKS]),
        yOffset=alt.YOffset("what:N", sort=[SHOP, AGENT]),
    )
    x = alt.Scale(domain=[0.2, 0.9])
    colour = alt.Color(
        "what:N", title=None, sort=[SHOP, AGENT], scale=alt.Scale(domain=[SHOP, AGENT], range=[BLUE, GREEN])
    )
    reach = base.mark_rule(strokeWidth=3).encode(
        x=alt.X("lo:Q", scale=x, title="share in the best category", axis=alt.Axis(format=".0%", tickCount=7)),
        x2="hi:Q",
        color=colour,
    )
    points = base.mark_point(size=70).encode(x="share:Q", color=colour)
    nothing = base.mark_text(color=INK).encode(x=alt.datum(0.4), text="says:N")
    truth = base.mark_point(shape="diamond", size=90, filled=False, color=INK, strokeWidth=1.5).encode(x="truth:Q")
    return (reach + points + nothing + truth).properties(
        height=200,
        title=alt.Title(
            "A small shop knows its own level first, its agents' later",
            subtitle="5 simulated agents, 30 calls a day (scenario small_shop); diamonds: the truth",
        ),
    )
