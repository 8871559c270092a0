"""Delay effects: how many fewer callers answer after a silence, which is what corrects for non-response.

A silence before the first prompt is heard by everybody alike, before any choice is read: it changes who answers and not
what is answered. The farther the response rates lie apart, the more it tells; under five points it tells too little.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ivr.domain.draws import read_spelled
from ivr.domain.kpi.comparisons import Comparison, no_comparison
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.experiment_cells import ArmCell
from ivr.domain.kpi.two_proportions import TwoByTwo, compare_proportions
from ivr.domain.kpi.wilson import proportion
from ivr.domain.outcomes import DISPOSITIONS, Outcome

WEAK_POINTS = 5.0
"""Response rates closer than this say too little of who does not answer."""


@dataclass(frozen=True, slots=True)
class DelayFigures:
    """One delay: its calls, and its response rate against that of the shortest; None for the shortest itself."""

    delay_seconds: float
    eligible: int
    rated: int
    response_rate: Estimate
    response: Comparison | None


def delay_figures(cells: Iterable[ArmCell], design_effect: float, refused: str | None) -> tuple[DelayFigures, ...]:
    """Return one row a delay, the shortest first; ``refused`` is why no effect may be shown, None where one may."""
    strata: dict[str, dict[float, list[int]]] = {}
    totals: dict[float, list[int]] = {}
    for cell in cells:
        if cell.delay_seconds is None or cell.outcome is None or not DISPOSITIONS[cell.outcome].eligible:
            continue
        counts = [totals.setdefault(cell.delay_seconds, [0, 0])]
        if cell.allocation is not None and read_spelled(cell.allocation) is not None:
            counts.append(strata.setdefault(cell.allocation, {}).setdefault(cell.delay_seconds, [0, 0]))
        for each in counts:
            each[0] += cell.calls if cell.outcome is Outcome.RATED else 0
            each[1] += cell.calls
    shortest = min(totals, default=None)
    figures = []
    for delay, (rated, eligible) in sorted(totals.items()):
        response: Comparison | None = None
        if delay != shortest and shortest is not None:
            nothing = [0, 0]
            tables = [TwoByTwo(*of.get(delay, nothing), *of.get(shortest, nothing)) for _, of in sorted(strata.items())]
            if refused is not None:
                response = no_comparison(Status.REFUSED, refused)
            elif not strata:
                response = no_comparison(Status.NOT_IDENTIFIED, "no allocation is stored with the calls")
            else:
                response = compare_proportions(tables, design_effect=design_effect, of="eligible calls")
        rate = proportion(rated, eligible, of="eligible calls")
        figures.append(DelayFigures(delay, eligible, rated, rate, response))
    return tuple(figures)


def weak_delays(figures: tuple[DelayFigures, ...]) -> str | None:
    """Say that the delays change too little to correct non-response by; None where they do, or nobody knows."""
    rates = [each.response_rate.estimate for each in figures if each.response_rate.estimate is not None]
    if len(rates) < 2 or not any(rates) or 100 * (max(rates) - min(rates)) >= WEAK_POINTS:
        return None
    return (
        f"the silences change the response rate by {100 * (max(rates) - min(rates)):.1f} points, "
        f"under {WEAK_POINTS:g}: too little to correct non-response by"
    )
