"""What became of a month's 1,100 calls, and the response rates that count them differently."""

import altair as alt

from drawings.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY
from ivr.domain.kpi.aapor import count_cases, outcome_rates
from ivr.domain.kpi.response import Dispositions
from ivr.domain.outcomes import Outcome

MONTH = dict.fromkeys(Outcome, 0) | {
    Outcome.RATED: 300,
    Outcome.NO_KEY: 80,
    Outcome.LEFT_IN_INTRO: 220,
    Outcome.CALLER_LEFT_FIRST: 300,
    Outcome.NOT_SELECTED: 100,
    Outcome.UNKNOWN: 100,
}
CALLS = Dispositions(handled=1100, outcomes=MONTH, eligible=900, offered=600, started=600)


def chart() -> alt.VConcatChart:
    """Return the calls by group above the rates with their intervals."""
    cases, rates = count_cases(CALLS, 60), outcome_rates(CALLS, partial=60)
    groups = [
        ("I, rated in full", cases.complete, BLUE),
        ("P, a later question open", cases.partial, SKY),
        ("R, refused or left", cases.refused, RED),
        ("O, no or wrong keys", cases.other, ORANGE),
        ("NC, never heard it", cases.non_contact, PURPLE),
        ("U, end not known", cases.unknown, GREY),
        ("not to be asked", cases.left_out, "#DDDDDD"),
    ]
    rows = [{"group": name, "calls": calls, "order": place} for place, (name, calls, _) in enumerate(groups)]
    colours = alt.Scale(domain=[name for name, *_ in groups], range=[colour for *_, colour in groups])
    bar = (
        alt.Chart(alt.Data(values=rows), height=44)
        .mark_bar()
        .encode(
            x=alt.X("calls:Q", title="handled calls", stack="zero", scale=alt.Scale(domain=[0, 1100])),
            color=alt.Color("group:N", scale=colours, title=None, legend=alt.Legend(columns=4), sort=None),
            order="order:Q",
        )
    )
    named = {
        "RR1: unknown calls all count": rates.rr1,
        "RR3: nine tenths of them count": rates.rr3,
        "RR5: none of them counts": rates.rr5,
        "COOP1: of those who heard it": rates.coop1,
    }
    points = [{"rate": name, "share": one.estimate, "lo": one.lo, "hi": one.hi} for name, one in named.items()]
    base = alt.Chart(alt.Data(values=points), height=130).encode(y=alt.Y("rate:N", title=None, sort=None))
    share = alt.X(
        "share:Q", title="share", scale=alt.Scale(domain=[0.2, 0.5]), axis=alt.Axis(format=".0%", tickCount=6)
    )
    rules = base.mark_rule(color=GREEN, strokeWidth=2).encode(
        x=alt.X("lo:Q", title="share", scale=alt.Scale(domain=[0.2, 0.5])), x2="hi:Q"
    )
    return alt.vconcat(bar, rules + base.mark_point(color=GREEN, size=70).encode(x=share)).properties(
        title="One month, several response rates"
    )
