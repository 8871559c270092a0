"""The categories' geometry: one bar a category with its interval, one block a layout's scale."""

from dataclasses import dataclass

from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.pressed import Pressed
from ivr.domain.kpi.wilson import proportion
from ivr.web.charts.marks import Whisker, share_whisker


@dataclass(frozen=True, slots=True)
class CategoryBar:
    """One category of a scale; ``kind`` is its colour (``best``, ``middle``, ``worst``), ``number`` 0 is the worst."""

    kind: str
    number: int
    name: str
    ratings: int
    share: Estimate
    width: str
    whisker: Whisker | None


@dataclass(frozen=True, slots=True)
class CategoryBlock:
    """The ratings on one layout's scale, the best category first."""

    layout: str
    ratings: int
    bars: tuple[CategoryBar, ...]


def category_block(pressed: Pressed) -> CategoryBlock:
    """Draw the ratings of one scale."""
    last = len(pressed.categories) - 1
    bars = []
    for number in range(last, -1, -1):
        share = proportion(pressed.counts[number], pressed.n, of="ratings")
        bars.append(
            CategoryBar(
                category_kind(number, last),
                number,
                pressed.categories[number],
                pressed.counts[number],
                share,
                f"{100 * (share.estimate or 0.0):.2f}",
                share_whisker(share),
            )
        )
    return CategoryBlock(pressed.layout, pressed.n, tuple(bars))


def category_kind(number: int, last: int) -> str:
    """Name a category's colour: the two ends, and what lies between."""
    return "best" if number == last else "worst" if number == 0 else "middle"
