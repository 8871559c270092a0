"""Outcome rates of a survey by AAPOR's Standard Definitions: response, cooperation, refusal and contact.

Theory: every case in the sample ends as a complete interview (I), a partial one (P), a refusal or break-off (R), a
non-contact (NC), something other (O), or its eligibility is not known (U). The rates differ in what they count as an
answer and in what they do with U. With K = I + P + R + NC + O:

    RR1 = I / (K + U)        RR2 = (I + P) / (K + U)        the least, as all unknown cases count as eligible
    RR3 = I / (K + e U)      RR4 = (I + P) / (K + e U)      e is the share of the unknown cases that is eligible
    RR5 = I / K              RR6 = (I + P) / K              the greatest, as no unknown case counts as eligible
    COOP1 = I / (I + P + R + O)      REF1 = R / (K + U)      CON1 = (I + P + R + O) / (K + U)

Here a case is a handled call that was to be asked; one that our own rules left out is sampling and in none of the
rates. A call is I as soon as its primary question has a valid key; ``partial`` says for how many of those a later
question stayed open, which makes them P. Where nothing is said, e is the eligible share of the calls whose eligibility
is known.

AAPOR (2023), Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys, 10th edition.
"""

from collections import Counter
from dataclasses import dataclass

from ivr.domain.kpi.effective_sample import effective_share
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.response import Dispositions, disposition_leak
from ivr.domain.kpi.wilson import proportion
from ivr.domain.outcomes import DISPOSITIONS

_METHOD = "wilson"
_CALLS = "calls in the sample"


@dataclass(frozen=True, slots=True)
class Cases:
    """The calls of a window by AAPOR's groups; ``left_out`` were never to be asked."""

    complete: int
    partial: int
    refused: int
    non_contact: int
    other: int
    unknown: int
    left_out: int

    @property
    def reached(self) -> int:
        """I + P + R + O: the callers who heard the question."""
        return self.complete + self.partial + self.refused + self.other

    @property
    def eligible(self) -> int:
        """K: the calls known to be in the sample."""
        return self.reached + self.non_contact


@dataclass(frozen=True, slots=True)
class OutcomeRates:
    """AAPOR's rates, proportions; ``eligible_share`` is the e that RR3 and RR4 used."""

    rr1: Estimate
    rr2: Estimate
    rr3: Estimate
    rr4: Estimate
    rr5: Estimate
    rr6: Estimate
    coop1: Estimate
    ref1: Estimate
    con1: Estimate
    eligible_share: Estimate


def count_cases(calls: Dispositions, partial: int = 0) -> Cases:
    """Sort ``calls`` by AAPOR's groups; ``partial`` of the rated ones left a later question open.

    Raises:
        ValueError: where ``partial`` is not within 0 to the rated calls.
    """
    groups: Counter[str | None] = Counter()
    for outcome, number in calls.outcomes.items():
        groups[DISPOSITIONS[outcome].aapor] += number
    if not 0 <= partial <= groups["I"]:
        raise ValueError(f"{partial} partial answers among {groups['I']} rated calls")
    return Cases(
        groups["I"] - partial, partial, groups["R"], groups["NC"], groups["O"], groups["U"], left_out=groups[None]
    )


def outcome_rates(
    calls: Dispositions, *, handled: int | None = None, partial: int = 0, eligible_share: float | None = None
) -> OutcomeRates:
    """Return AAPOR's rates of ``calls``.

    ``handled`` is the number of handled calls as counted apart (default: as in ``calls``); where the outcomes do not
    sum to it, every rate is refused. ``eligible_share`` is e, 0 to 1; default: estimated.
    """
    leak = disposition_leak(calls, calls.handled if handled is None else handled)
    if leak is not None:
        return _all_refused(leak)
    if not 0 <= partial <= calls.rated:
        return _all_refused(f"{partial} partial answers are not among the {calls.rated} rated calls")
    cases = count_cases(calls, partial)
    e = _eligible_share(cases, eligible_share)
    answered, sample = cases.complete + cases.partial, cases.eligible + cases.unknown
    return OutcomeRates(
        rr1=proportion(cases.complete, sample, of=_CALLS),
        rr2=proportion(answered, sample, of=_CALLS),
        rr3=_estimated(cases.complete, cases, e),
        rr4=_estimated(answered, cases, e),
        rr5=proportion(cases.complete, cases.eligible, of="calls known to be in the sample"),
        rr6=proportion(answered, cases.eligible, of="calls known to be in the sample"),
        coop1=proportion(cases.complete, cases.reached, of="callers who heard the question"),
        ref1=proportion(cases.refused, sample, of=_CALLS),
        con1=proportion(cases.reached, sample, of=_CALLS),
        eligible_share=e,
    )


def _eligible_share(cases: Cases, given: float | None) -> Estimate:
    if given is None:
        return proportion(cases.eligible, cases.eligible + cases.left_out, of="calls of known eligibility")
    if not 0 <= given <= 1:  # NaN is not within either
        reason = f"e = {given:g} is no share: the eligible part of the unknown calls lies within 0 to 1"
        return no_figure(Status.REFUSED, reason, method="given")
    return Estimate(given, given, given, "proportion", cases.unknown, "given", Status.OK, ("e was given",))


def _estimated(successes: int, cases: Cases, e: Estimate) -> Estimate:
    """Return the rate whose denominator takes the share e of the unknown calls for eligible."""
    sample = cases.eligible + cases.unknown
    if e.status is Status.REFUSED:
        return no_figure(Status.REFUSED, *e.reasons, n=sample, method=_METHOD)
    if e.estimate is None:
        if cases.unknown == 0:
            return proportion(successes, sample, of=_CALLS)
        reason = "no call of known eligibility, so nothing says how many of the unknown ones were in the sample"
        return no_figure(Status.NOT_IDENTIFIED, reason, n=sample, method=_METHOD)
    denominator = cases.eligible + e.estimate * cases.unknown
    if denominator == 0:
        return no_figure(Status.INSUFFICIENT, f"no {_CALLS}", n=sample, method=_METHOD)
    why = (f"{e.estimate:.0%} of {cases.unknown} calls of unknown end are taken for eligible",) if cases.unknown else ()
    return effective_share(successes / denominator, denominator, sample, method=_METHOD, of=_CALLS, reasons=why)


def _all_refused(reason: str) -> OutcomeRates:
    refused = no_figure(Status.REFUSED, reason, method=_METHOD)
    return OutcomeRates(*[refused] * 10)
