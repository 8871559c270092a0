"""Offer rates of 120 agents, a tenth of whom offer the rating by mood."""

import altair as alt
import numpy as np

from drawings.theme import BLUE, GREY, ORANGE
from ivr.domain.kpi.peer_flags import PeerFlag
from ivr.domain.kpi.selective_flags import EventCount, flag_shares
from ivr.domain.kpi.signals import Signal

PLAIN, FLAGGED = "no flag", "flagged"


def flags() -> tuple[PeerFlag, ...]:
    """Return the flags of 120 agents, the first twelve of whom choose whom to offer the rating to."""
    rng = np.random.default_rng(12)
    calls = rng.lognormal(np.log(220), 0.7, 120).astype(int) + 50
    rates = rng.beta(46, 4, 120)
    rates[:12] = np.array([0.27, 0.23, 0.5]) @ [0.35, 0.60, 0.95] + 0.08 * rng.normal(size=12)
    offers = rng.binomial(calls, rates)
    counts = [
        EventCount(f"agent {at:03d}", "sales", int(x), int(n))
        for at, (x, n) in enumerate(zip(offers, calls, strict=True))
    ]
    return flag_shares(counts, Signal.LOW_OFFER_RATE)


def chart() -> alt.LayerChart:
    """Return each agent's offer rate over the eligible calls, and the peers' median."""
    found = flags()
    cheats = {f"agent {at:03d}" for at in range(12)}
    rows = [
        {
            "calls": each.share.n,
            "rate": each.share.estimate,
            "flag": FLAGGED if each.flagged else PLAIN,
            "truth": "chooses" if each.agent in cheats else "offers to all",
        }
        for each in found
    ]
    points = (
        alt.Chart(alt.Data(values=rows))
        .mark_point(size=70, filled=True)
        .encode(
            x=alt.X("calls:Q", title="eligible calls", scale=alt.Scale(type="log", domain=[50, 1500])),
            y=alt.Y(
                "rate:Q",
                title="share offered the rating",
                axis=alt.Axis(format=".0%"),
                scale=alt.Scale(domain=[0.5, 1]),
            ),
            color=alt.Color("flag:N", title=None, scale=alt.Scale(domain=[PLAIN, FLAGGED], range=[BLUE, ORANGE])),
            shape=alt.Shape(
                "truth:N",
                title=None,
                scale=alt.Scale(domain=["offers to all", "chooses"], range=["circle", "triangle-down"]),
            ),
        )
    )
    usual = (
        alt.Chart(alt.Data(values=[{"at": found[0].expected}]))
        .mark_rule(color=GREY, strokeDash=[4, 4])
        .encode(y=alt.Y("at:Q", scale=alt.Scale(zero=False)))
    )
    caught = sum(each.flagged for each in found if each.agent in cheats)
    wrong = sum(each.flagged for each in found) - caught
    text = f"Of 12 agents who choose, {caught} are flagged; of 108 who do not, {wrong or 'none'}"
    return alt.layer(usual, points).properties(title={"text": text, "subtitle": "dashed: the peers' median"})
