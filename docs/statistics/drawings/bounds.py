"""The worst-case bounds of three delay arms, and what they leave together."""

import altair as alt

from drawings.theme import GREEN, GREY, INK
from ivr.domain.kpi.bounds import DelayArm, intersected_bounds

ARMS = [DelayArm(0.0, 1000, 500, 375), DelayArm(2.0, 1000, 350, 277), DelayArm(4.0, 1000, 250, 205)]


def chart() -> alt.LayerChart:
    """Return a bar from the least to the greatest share that each arm allows."""
    found = intersected_bounds(ARMS)
    rows = [
        {
            "of": f"{delay:g} s of silence, {arm.judged / arm.eligible:.0%} answer",
            "lo": own.lo,
            "hi": own.hi,
            "kind": "arm",
        }
        for (delay, own), arm in zip(found.arms, ARMS, strict=True)
    ]
    rows += [
        {"of": "all three together", "lo": found.bounds.lo, "hi": found.bounds.hi, "kind": "together"},
        {"of": "the same, 95 % limits", "lo": found.limits.lo, "hi": found.limits.hi, "kind": "together"},
    ]
    for row in rows:
        row["said"] = f"{row['lo']:.0%} to {row['hi']:.0%}"
    base = alt.Chart(alt.Data(values=rows), height=200).encode(y=alt.Y("of:N", title=None, sort=None))
    title, percent = "share in the best category that is possible", alt.Axis(format=".0%")
    bars = base.mark_bar(height=16).encode(
        x=alt.X("lo:Q", title=title, axis=percent, scale=alt.Scale(domain=[0, 1])),
        x2="hi:Q",
        color=alt.Color("kind:N", scale=alt.Scale(domain=["arm", "together"], range=[GREY, GREEN]), legend=None),
    )
    words = base.mark_text(align="left", dx=6, color=INK).encode(x="hi:Q", text="said:N")
    return (bars + words).properties(title="Without any assumption about those who stay silent")
