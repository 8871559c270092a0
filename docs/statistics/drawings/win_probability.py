"""Two layouts' ratings, and what becomes of every pair of them."""

import altair as alt

from drawings.theme import BLUE, GREY, ORANGE, SKY
from ivr.domain.kpi.win_probability import Ordered, win_probability

ARM, REFERENCE = (20, 30, 150), (40, 50, 110)
NAMES = ("dissatisfied", "so-so", "satisfied")


def chart() -> alt.VConcatChart:
    """Return the shares of the categories, and below them the share of pairs that each side wins."""
    found = win_probability([Ordered(ARM, REFERENCE)]).figure
    pairs = sum(ARM) * sum(REFERENCE)
    above = sum(x * sum(REFERENCE[:k]) for k, x in enumerate(ARM)) / pairs
    same = sum(x * y for x, y in zip(ARM, REFERENCE, strict=True)) / pairs
    ratings = [
        {"layout": layout, "category": name, "order": k, "share": count / sum(counts)}
        for layout, counts in (("paced", ARM), ("reference", REFERENCE))
        for k, (name, count) in enumerate(zip(NAMES, counts, strict=True))
    ]
    outcomes = [
        {"layout": "pairs", "what": "paced is higher", "order": 0, "share": above},
        {"layout": "pairs", "what": "the same", "order": 1, "share": same},
        {"layout": "pairs", "what": "the reference is higher", "order": 2, "share": 1 - above - same},
    ]

    def bars(rows: list[dict], field: str, colours: list[str], height: int, title: str) -> alt.Chart:
        names = list(dict.fromkeys(str(row[field]) for row in rows))
        return (
            alt.Chart(alt.Data(values=rows), height=height)
            .mark_bar()
            .encode(
                x=alt.X("share:Q", title=title, axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1])),
                y=alt.Y("layout:N", title=None),
                color=alt.Color(f"{field}:N", title=None, sort=names, scale=alt.Scale(domain=names, range=colours)),
                order="order:Q",
            )
        )

    return (
        alt.vconcat(
            bars(ratings, "category", [ORANGE, GREY, BLUE], 70, "share of the ratings"),
            bars(outcomes, "what", [BLUE, SKY, ORANGE], 40, "share of all pairs, one rating of each"),
        )
        .resolve_scale(color="independent")
        .properties(
            title=alt.Title(
                f"Win probability {found.estimate:.3f}: {100 * above:.0f} % of the pairs, and half of the ties",
                subtitle=f"200 ratings of each; 95 % interval {found.lo:.3f} to {found.hi:.3f}.",
            )
        )
    )
