"""The look that all pictures share.

``draw.py`` puts it on; a drawing asks only for a colour that means something: ``from drawings.theme import ORANGE``.
The colours are those of Okabe and Ito, which people with any of the common colour blindnesses tell apart; text and
rules stay dark grey on white. The first font comes with the renderer, so widths are measured alike on every machine;
where it is missing the browser takes one of the same widths.
"""

import altair as alt

WIDTH = 560
HEIGHT = 280

BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
GREY = "#767676"
INK = "#333333"
PALETTE = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY)

_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


def look() -> alt.theme.ThemeConfig:
    """Return the theme: white ground, plain axes, large enough letters, titles set left like sentences."""
    axis: alt.theme.AxisConfigKwds = {
        "labelColor": INK,
        "labelFontSize": 12,
        "titleColor": INK,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "gridColor": "#E6E6E6",
        "domainColor": GREY,
        "tickColor": GREY,
        "labelLimit": 260,
    }
    return alt.theme.ThemeConfig(
        background="white",
        padding=10,
        config={
            "font": _FONT,
            "view": {"continuousWidth": WIDTH, "continuousHeight": HEIGHT, "discreteWidth": WIDTH, "stroke": None},
            "axis": axis,
            "legend": {
                "labelColor": INK,
                "labelFontSize": 12,
                "labelLimit": 260,
                "titleColor": INK,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "orient": "bottom",
            },
            "header": {"labelColor": INK, "labelFontSize": 12, "titleColor": INK, "titleFontSize": 13},
            "title": {
                "anchor": "start",
                "color": INK,
                "fontSize": 15,
                "fontWeight": "bold",
                "offset": 12,
                "subtitleColor": INK,
                "subtitleFontSize": 12,
                "subtitlePadding": 6,
            },
            "range": {"category": list(PALETTE)},
            "text": {"color": INK, "fontSize": 12},
            "mark": {"color": BLUE},
            "line": {"strokeWidth": 2},
            "point": {"filled": True, "size": 50},
            "rule": {"color": GREY},
        },
    )
