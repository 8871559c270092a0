"""Layouts side by side: how often each is answered, what is pressed, and how far it lies from the reference.

The difference is one of pressed shares, pooled over all calls of the window. It is the layout's own effect only
where callers were assigned at random and in the same proportions everywhere; it says so in its reasons.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ivr.domain.kpi.agents import LEAK
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.response import Dispositions, break_off_share, count_dispositions, response_rate
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.kpi.top_box import Ratings, Scales, read_ratings, top_box
from ivr.domain.kpi.wilson import newcombe_interval, proportion
from ivr.domain.outcomes import Outcome

FEWEST_TO_COMPARE = 200
"""Below this many ratings in either layout a difference is marked wide."""

_POINTS = "percentage points"
_METHOD = "newcombe_hybrid_score"


@dataclass(frozen=True, slots=True)
class CategoryShare:
    """One category's share of a layout's ratings; category 0 is the worst."""

    category: int
    name: str
    share: Estimate


@dataclass(frozen=True, slots=True)
class LayoutFigures:
    """One layout's figures; ``layout`` None holds the calls that were assigned none."""

    layout: str | None
    versions: tuple[str, ...]
    calls: Dispositions
    response_rate: Estimate
    break_off: Estimate
    observed: Estimate
    shares: tuple[CategoryShare, ...]
    effect_points: Estimate
    notes: tuple[str, ...]


def layout_figures(
    counts: Sequence[OutcomeCount], scales: Scales, reference: str | None, *, leaking: bool = False
) -> tuple[LayoutFigures, ...]:
    """Return one row a layout, ordered by key, the calls without a layout last; ``leaking`` refuses every score."""
    cells = _by_layout(counts)
    ratings = {layout: read_ratings(of_layout, scales) for layout, of_layout in cells.items()}
    rows = []
    for layout, of_layout in cells.items():
        calls = count_dispositions(of_layout)
        refused = no_figure(Status.REFUSED, LEAK)
        rows.append(
            LayoutFigures(
                layout=layout,
                versions=tuple(sorted({each.layout_version for each in of_layout if each.layout_version})),
                calls=calls,
                response_rate=refused if leaking else response_rate(calls),
                break_off=refused if leaking else break_off_share(calls),
                observed=refused if leaking else top_box(ratings[layout]),
                shares=() if leaking else _shares(layout, of_layout, ratings[layout], scales),
                effect_points=no_figure(Status.REFUSED, LEAK, unit=_POINTS)
                if leaking
                else _effect(layout, reference, ratings, scales),
                notes=ratings[layout].notes(),
            )
        )
    return tuple(rows)


def _by_layout(counts: Iterable[OutcomeCount]) -> Mapping[str | None, list[OutcomeCount]]:
    cells: dict[str | None, list[OutcomeCount]] = {}
    for count in counts:
        cells.setdefault(count.layout, []).append(count)
    return {layout: cells[layout] for layout in sorted(cells, key=lambda key: (key is None, key or ""))}


def _shares(
    layout: str | None, cells: Iterable[OutcomeCount], ratings: Ratings, scales: Scales
) -> tuple[CategoryShare, ...]:
    if layout is None or layout not in scales:
        return ()
    pressed = dict.fromkeys(range(len(scales[layout])), 0)
    for cell in cells:
        if cell.outcome is Outcome.RATED and cell.category in pressed:
            pressed[cell.category] += cell.calls
    return tuple(
        CategoryShare(category, scales[layout][category], proportion(calls, ratings.judged, of="ratings"))
        for category, calls in pressed.items()
    )


def _effect(
    layout: str | None, reference: str | None, ratings: Mapping[str | None, Ratings], scales: Scales
) -> Estimate:
    if reference is None:
        return _no_effect(Status.NOT_IDENTIFIED, "no reference layout is configured")
    if layout == reference:
        own = ratings[layout].judged
        return Estimate(0.0, 0.0, 0.0, _POINTS, own, "reference", Status.OK, ("this is the reference layout",))
    here, there = ratings[layout], ratings.get(reference)
    if there is None or not there.judged:
        return _no_effect(Status.INSUFFICIENT, f"no ratings of the reference layout {reference}")
    if not here.judged:
        return _no_effect(Status.INSUFFICIENT, "no ratings that can be read")
    lo, hi = newcombe_interval(here.best, here.judged, there.best, there.judged)
    reasons = ["pooled over all calls: the layout's own effect only where callers are assigned at random alike"]
    if layout is not None and scales[layout] != scales.get(reference):
        reasons.append("its categories are not those of the reference layout: the scales are not interchangeable")
    fewest = min(here.judged, there.judged)
    if fewest < FEWEST_TO_COMPARE:
        reasons.append(f"fewer than {FEWEST_TO_COMPARE} ratings in one of the two layouts")
    difference = here.best / here.judged - there.best / there.judged
    status = Status.WIDE if fewest < FEWEST_TO_COMPARE else Status.OK
    return Estimate(100 * difference, 100 * lo, 100 * hi, _POINTS, here.judged, _METHOD, status, tuple(reasons))


def _no_effect(status: Status, reason: str) -> Estimate:
    return no_figure(status, reason, unit=_POINTS, method=_METHOD)
