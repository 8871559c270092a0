"""What an estimator is judged by: agents' shares as pressed, with their intervals, beside the truth of a simulation."""

import altair as alt
import numpy as np

from drawings.theme import BLUE, INK, ORANGE
from ivr.domain.kpi.wilson import proportion
from ivr.simulation.calls import simulate
from ivr.simulation.instruments import BEST
from ivr.simulation.scenarios import SCENARIOS
from ivr.simulation.truth import true_best

AGENTS, SEED = 24, 7
PRESSED, TRUE = "as pressed, with its 95 % interval", "the truth"


def chart() -> alt.LayerChart:
    """Return one line an agent, the best at the top."""
    simulation = simulate(SCENARIOS["S2"].sized(AGENTS, None), SEED)
    agent, rated = simulation.contacts.agent, simulation.rated
    truth = true_best(simulation.scenario, simulation.agents, simulation.contacts)
    ratings = np.bincount(agent[rated], minlength=AGENTS)
    best = np.bincount(agent[rated & (simulation.category == BEST)], minlength=AGENTS)
    rows: list[dict[str, object]] = []
    for place, number in enumerate(np.argsort(-truth), start=1):
        figure = proportion(int(best[number]), int(ratings[number]), of="ratings")
        drawn = {"place": place, "lo": figure.lo, "hi": figure.hi}
        rows.append({**drawn, "share": figure.estimate, "what": PRESSED})
        rows.append({"place": place, "share": float(truth[number]), "what": TRUE})
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("place:O", title="agents, truly best at the top", axis=alt.Axis(labels=False, ticks=False))
    )
    scale = alt.Scale(domain=[0, 1])
    intervals = base.mark_rule(color=BLUE, strokeWidth=2).encode(
        x=alt.X("lo:Q", scale=scale, title="share who chose the best answer", axis=alt.Axis(format="%")), x2="hi:Q"
    )
    look = alt.Scale(domain=[PRESSED, TRUE], range=[BLUE, ORANGE])
    points = base.mark_point(filled=True, size=70, opacity=1, stroke=INK, strokeWidth=0.5).encode(
        x="share:Q",
        color=alt.Color("what:N", scale=look, title=None),
        shape=alt.Shape("what:N", scale=alt.Scale(domain=[PRESSED, TRUE], range=["circle", "diamond"]), title=None),
    )
    return (intervals.transform_filter("isValid(datum.lo)") + points).properties(
        height=360,
        title=alt.Title(
            "Pressed shares flatter, and put agents in a wrong order",
            subtitle="24 agents of a simulated call centre with three sites, each with a layout of its own",
        ),
    )
