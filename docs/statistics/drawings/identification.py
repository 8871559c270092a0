"""Three ways to give out layouts, and which of them can then be compared with the reference."""

from dataclasses import replace

import altair as alt
from fitted_case import cells_of, instruments_of

from drawings.theme import BLUE, GREY
from ivr.domain.kpi.structural.encoding import encode
from ivr.domain.kpi.structural.overlap import anchored_layouts
from ivr.domain.kpi.structural.tabulated import Tabulated
from ivr.simulation.calls import simulate
from ivr.simulation.instruments import REFERENCE
from ivr.simulation.scenarios import SCENARIOS, Site

LAYOUTS = ("sequential-123", "sparse-531", "paced-123", "reversed-123")
OWN = {"north": (1.0, 0, 0, 0), "east": (0, 1.0, 0, 0), "south": (0, 0, 1.0, 0)}
PART = {**OWN, "north": (0.5, 0.5, 0, 0)}
DRAWN = {name: tuple(0.85 * share + 0.15 / 4 for share in shares) for name, shares in OWN.items()}
DESIGNS = {"each site its own": OWN, "two drawn at one site": PART, "15 % drawn at each site": DRAWN}
YES, NO = "can be compared with sequential-123", "cannot, however many calls there are"


def chart() -> alt.FacetChart:
    """Return a table of sites and layouts for each design; the tiles hold the share of each layout at the site."""
    rows = []
    for design, shares in DESIGNS.items():
        sites = tuple(Site(name, 0.0, tuple(map(float, each))) for name, each in shares.items())
        simulation = simulate(replace(SCENARIOS["S1"], sites=sites, agents=6), 1)
        instruments = instruments_of(simulation.scenario)
        encoded = encode(Tabulated.of(cells_of(simulation).agents), instruments, instruments.current[REFERENCE.layout])
        anchored = anchored_layouts(encoded.design, REFERENCE.layout)
        rows += [
            {
                "design": design,
                "site": site.name,
                "layout": layout,
                "share": f"{100 * share:g} %",
                "is": YES if layout in anchored else NO,
            }
            for site in sites
            for layout, share in zip(LAYOUTS, site.allocation, strict=True)
            if share
        ]
    base = alt.Chart(width=300, height=96).encode(
        x=alt.X("layout:N", sort=list(LAYOUTS), title=None, axis=alt.Axis(labelAngle=0, labelFontSize=10)),
        y=alt.Y("site:N", sort=list(OWN), title=None),
    )
    tiles = base.mark_rect(stroke="white", strokeWidth=3).encode(
        color=alt.Color("is:N", title=None, scale=alt.Scale(domain=[YES, NO], range=[BLUE, GREY]))
    )
    words = base.mark_text(color="white").encode(text="share:N")
    return (
        alt.layer(tiles, words, data=alt.Data(values=rows))
        .properties(width=420, height=96)
        .facet(
            row=alt.Row("design:N", sort=list(DESIGNS), title=None, header=alt.Header(labelAngle=0, labelAlign="left"))
        )
        .properties(title="What chance never gives out in one place can never be compared")
    )
