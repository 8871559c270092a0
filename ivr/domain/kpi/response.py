"""Response and disposition shares, in the terms of AAPOR's Standard Definitions.

The headline response rate is RR1 with the eligible calls as its base: an agent's call that was never offered is
non-response, a call that was not selected is sampling and stands outside. Calls of unknown eligibility are in
handled and not in eligible; they are counted beside the rate, not estimated into it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.tallies import DayCount, OutcomeCount
from ivr.domain.kpi.wilson import proportion
from ivr.domain.outcomes import DISPOSITIONS, Outcome

_BREAK_OFFS = (Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU)


@dataclass(frozen=True, slots=True)
class Dispositions:
    """How many calls ended in which outcome. ``handled`` also holds calls without a known outcome."""

    handled: int
    outcomes: Mapping[Outcome, int]
    eligible: int
    offered: int
    started: int

    @property
    def rated(self) -> int:
        """Calls with a valid key."""
        return self.outcomes[Outcome.RATED]

    @property
    def unknown(self) -> int:
        """Calls whose end nobody saw: handled, and not known to be eligible."""
        return self.outcomes[Outcome.UNKNOWN]

    @property
    def disposed(self) -> int:
        """Calls that have an outcome."""
        return sum(self.outcomes.values())


def count_dispositions(counts: Iterable[OutcomeCount | DayCount]) -> Dispositions:
    """Add up ``counts``; every outcome is named, 0 included."""
    outcomes = dict.fromkeys(Outcome, 0)
    handled = 0
    for count in counts:
        handled += count.calls
        if count.outcome is not None:
            outcomes[count.outcome] += count.calls
    return Dispositions(
        handled=handled,
        outcomes=outcomes,
        eligible=sum(calls for outcome, calls in outcomes.items() if DISPOSITIONS[outcome].eligible),
        offered=sum(calls for outcome, calls in outcomes.items() if DISPOSITIONS[outcome].offered),
        started=sum(calls for outcome, calls in outcomes.items() if DISPOSITIONS[outcome].started),
    )


def response_rate(calls: Dispositions) -> Estimate:
    """Return rated / eligible."""
    return proportion(calls.rated, calls.eligible, of="eligible calls")


def offer_share(calls: Dispositions) -> Estimate:
    """Return offered / eligible: how many callers reached the rating entry."""
    return proportion(calls.offered, calls.eligible, of="eligible calls")


def delivery_share(calls: Dispositions) -> Estimate:
    """Return started / offered: to how many of the offered the first prompt was played."""
    return proportion(calls.started, calls.offered, of="offered calls")


def break_off_share(calls: Dispositions) -> Estimate:
    """Return the share of started calls that the caller left during the introduction or the options."""
    return proportion(sum(calls.outcomes[each] for each in _BREAK_OFFS), calls.started, of="started calls")


def disposition_leak(calls: Dispositions, handled: int) -> str | None:
    """Return one sentence where the outcomes do not sum to ``handled`` calls; None where they do."""
    if calls.disposed == handled:
        return None
    return (
        f"disposition_leak: {handled} handled calls, but {calls.disposed} have an outcome; "
        "no score is shown until the ledger is whole"
    )
