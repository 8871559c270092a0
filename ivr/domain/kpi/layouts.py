"""Layouts side by side: how often each is answered, what is pressed, and how far it lies from the reference.

The difference is one of pressed shares, pooled over all calls of the window. It is the layout's own effect only
where callers were assigned at random and in the same proportions everywhere; it says so in its reasons.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ivr.domain.kpi import burden
from ivr.domain.kpi.agents import LEAK
from ivr.domain.kpi.appraisal import joined
from ivr.domain.kpi.estimates import POINTS, Estimate, Status, no_figure
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.mis_keys import ConfirmationCount, mis_key_rate
from ivr.domain.kpi.response import Dispositions, break_off_share, count_dispositions, response_rate
from ivr.domain.kpi.series import Span, series_spans
from ivr.domain.kpi.shared_draws import drawn_with
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.kpi.top_box import Ratings, read_ratings, top_box
from ivr.domain.kpi.wilson import newcombe_interval, proportion
from ivr.domain.outcomes import Outcome

FEWEST_TO_COMPARE = 200
"""Below this many ratings in either layout a difference is marked wide."""

_METHOD = "newcombe_hybrid_score"
REFERENCE = "reference"
"""The method of the reference layout's own difference, which is 0 by definition."""


@dataclass(frozen=True, slots=True)
class CategoryShare:
    """One category's share of a layout's ratings; category 0 is the worst."""

    category: int
    name: str
    share: Estimate


@dataclass(frozen=True, slots=True)
class LayoutFigures:
    """One layout's figures; ``layout`` None holds the calls that were assigned none.

    ``leads`` says why any version among the calls leads, ``signed_by`` who signed for all that do; ``series`` holds
    the versions one by one, as a line over the figures breaks between them.
    """

    layout: str | None
    versions: tuple[str, ...]
    calls: Dispositions
    response_rate: Estimate
    break_off: Estimate
    observed: Estimate
    shares: tuple[CategoryShare, ...]
    effect_points: Estimate
    burden_seconds: Estimate
    mis_key_rate: Estimate
    notes: tuple[str, ...]
    leads: tuple[str, ...] = ()
    signed_by: str | None = None
    series: tuple[Span, ...] = ()


def layout_figures(
    counts: Sequence[OutcomeCount],
    instruments: Instruments,
    reference: str | None,
    *,
    confirmations: Sequence[ConfirmationCount] = (),
    allocations: Collection[str] = (),
    leaking: bool = False,
) -> tuple[LayoutFigures, ...]:
    """Return one row a layout, ordered by key, the calls without a layout last; ``leaking`` refuses every score.

    ``allocations`` are the distributions that the calls' layouts were drawn from, as they are stored with the calls.
    """
    cells = _by_layout(counts)
    scales = {layout: _scale(layout, of_layout, instruments) for layout, of_layout in cells.items()}
    ratings = {layout: read_ratings(of_layout, instruments) for layout, of_layout in cells.items()}
    rows = []
    for layout, of_layout in cells.items():
        calls = count_dispositions(of_layout)
        refused = no_figure(Status.REFUSED, LEAK)
        leads, signed_by = joined(
            each for each in (instruments.of(layout, one.layout_version) for one in of_layout) if each is not None
        )
        rows.append(
            LayoutFigures(
                layout=layout,
                versions=tuple(sorted({each.layout_version for each in of_layout if each.layout_version})),
                calls=calls,
                response_rate=refused if leaking else response_rate(calls),
                break_off=refused if leaking else break_off_share(calls),
                observed=refused if leaking else top_box(ratings[layout]),
                shares=() if leaking else _shares(of_layout, scales[layout], instruments),
                effect_points=no_figure(Status.REFUSED, LEAK, unit=POINTS)
                if leaking
                else _effect(layout, reference, ratings, scales, allocations),
                burden_seconds=no_figure(Status.REFUSED, LEAK, unit=burden.UNIT)
                if leaking
                else burden.burden_seconds(of_layout, instruments),
                mis_key_rate=refused
                if leaking
                else mis_key_rate([each for each in confirmations if each.layout == layout], instruments),
                notes=ratings[layout].notes(),
                leads=leads,
                signed_by=signed_by,
                series=series_spans(of_layout),
            )
        )
    return tuple(rows)


def _by_layout(counts: Iterable[OutcomeCount]) -> Mapping[str | None, list[OutcomeCount]]:
    cells: dict[str | None, list[OutcomeCount]] = {}
    for count in counts:
        cells.setdefault(count.layout, []).append(count)
    return {layout: cells[layout] for layout in sorted(cells, key=lambda key: (key is None, key or ""))}


def _scale(layout: str | None, cells: Iterable[OutcomeCount], instruments: Instruments) -> tuple[str, ...] | None:
    """Return the categories that a layout has today; of one without a definition today, those it had last."""
    if layout is None:
        return None
    if layout in instruments.current:
        return instruments.current[layout].categories
    versions = sorted(cells, key=lambda cell: (cell.last_ended_at, cell.layout_version or ""), reverse=True)
    known = (instruments.of(layout, cell.layout_version) for cell in versions)
    return next((each.categories for each in known if each is not None), None)


def _shares(
    cells: Iterable[OutcomeCount], scale: tuple[str, ...] | None, instruments: Instruments
) -> tuple[CategoryShare, ...]:
    """Return each category's share; versions with other categories than ``scale`` are not among them."""
    if scale is None:
        return ()
    pressed = dict.fromkeys(range(len(scale)), 0)
    for cell in cells:
        instrument = instruments.of(cell.layout, cell.layout_version)
        is_alike = instrument is not None and instrument.categories == scale
        if cell.outcome is Outcome.RATED and cell.category in pressed and is_alike:
            pressed[cell.category] += cell.calls
    judged = sum(pressed.values())
    return tuple(
        CategoryShare(category, scale[category], proportion(calls, judged, of="ratings"))
        for category, calls in pressed.items()
    )


def _effect(
    layout: str | None,
    reference: str | None,
    ratings: Mapping[str | None, Ratings],
    scales: Mapping[str | None, tuple[str, ...] | None],
    allocations: Collection[str],
) -> Estimate:
    if reference is None:
        return _no_effect(Status.NOT_IDENTIFIED, "no reference layout is configured")
    if layout == reference:
        own = ratings[layout].judged
        return Estimate(0.0, 0.0, 0.0, POINTS, own, REFERENCE, Status.OK, ("this is the reference layout",))
    together = None if layout is None else drawn_with(layout, allocations)
    if together is not None and reference not in together:
        reason = f"no call could have had either this layout or the reference layout {reference}: no stratum draws both"
        return _no_effect(Status.NOT_IDENTIFIED, reason)
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
    return Estimate(100 * difference, 100 * lo, 100 * hi, POINTS, here.judged, _METHOD, status, tuple(reasons))


def _no_effect(status: Status, reason: str) -> Estimate:
    return no_figure(status, reason, unit=POINTS, method=_METHOD)
