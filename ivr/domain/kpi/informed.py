"""Informed answers: ratings whose key came only after all options had been played.

A caller who presses before the own choice has been read may press what is handy. The share who heard all of them says
how far a layout is listened to; it says nothing of what was pressed, and nothing good or bad of the agent.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.tallies import HearingCount
from ivr.domain.kpi.wilson import proportion


@dataclass(frozen=True, slots=True)
class InformedAnswers:
    """One layout's share of ratings pressed after all options; ``unknown`` ratings do not say how far they heard."""

    layout: str
    share: Estimate
    unknown: int


def informed_answers(hearings: Iterable[HearingCount], known: Instruments) -> tuple[InformedAnswers, ...]:
    """Return one row a layout, ordered by key; ratings without a layout are left out."""
    found: dict[str, list[int]] = {}
    for each in hearings:
        if each.layout is None:
            continue
        heard_all, judged, unknown = found.setdefault(each.layout, [0, 0, 0])
        instrument = known.of(each.layout, each.layout_version)
        options = None if instrument is None else instrument.options
        if options is None or each.options_heard is None:
            found[each.layout] = [heard_all, judged, unknown + each.calls]
        else:
            more = each.calls if each.options_heard >= options else 0
            found[each.layout] = [heard_all + more, judged + each.calls, unknown]
    return tuple(
        InformedAnswers(layout, proportion(heard_all, judged, of="ratings that say how far the caller heard"), unknown)
        for layout, (heard_all, judged, unknown) in sorted(found.items())
    )
