"""Direct standardisation: the share each agent would have with one and the same mix of calls.

An agent who is given the difficult queue looks worse than the calls allow. Within a stratum agents are compared as
they are; the strata are then weighted by a reference mix W that is the same for everybody:

    p = sum_s W_s x_s / n_s,    var(p) = sum_s W_s^2 p_s (1 - p_s) / n_s

No model is needed, and none can fill a stratum that an agent has no ratings in: there the figure is not identified.
The interval is Wilson's with the effective number of ratings p (1 - p) / var(p).

J. L. Fleiss, B. Levin and M. C. Paik (2003), Statistical Methods for Rates and Proportions, third edition, chapter 19.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, isfinite

from ivr.domain.kpi.effective_sample import effective_share
from ivr.domain.kpi.estimates import Estimate, Status, no_figure

METHOD = "direct_standardisation"
FEWEST_IN_STRATUM = 5
"""Below this many ratings a stratum's own variance is not trusted, and the pooled one taken for it."""
_NAMED = 3


@dataclass(frozen=True, slots=True)
class StratumCount:
    """Ratings of one stratum, and how many of them were in the best category."""

    best: int
    ratings: int


@dataclass(frozen=True, slots=True)
class Standardised:
    """A standardised share; ``variance`` is None where there is none, ``unsupported`` names the strata that lack."""

    share: Estimate
    variance: float | None = None
    unsupported: tuple[str, ...] = ()


def standardise(counts: Mapping[str, StratumCount], reference_mix: Mapping[str, float]) -> Standardised:
    """Return the share in the best category at ``reference_mix``: weights by stratum, of any scale.

    Strata of weight 0 are left out. Counts that contradict themselves, and weights below 0 or all 0, are refused.
    """
    n = sum(each.ratings for each in counts.values())
    if any(not 0 <= each.best <= each.ratings for each in counts.values()):
        return _none(Status.REFUSED, "a stratum has more best ratings than ratings", n)
    whole = fsum(reference_mix.values())
    if not isfinite(whole) or whole <= 0 or min(reference_mix.values()) < 0:
        return _none(Status.REFUSED, "the reference mix is no mix: its weights have to be 0 or more, and not all 0", n)
    mix = {stratum: weight / whole for stratum, weight in sorted(reference_mix.items()) if weight > 0}
    if not n:
        return _none(Status.INSUFFICIENT, "no ratings", n)
    missing = tuple(stratum for stratum in mix if stratum not in counts or not counts[stratum].ratings)
    if missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        reason = f"no ratings in {', '.join(missing[:_NAMED])}{more}: its part of the mix cannot be filled in"
        return _none(Status.NOT_IDENTIFIED, reason, n, missing)
    used = {stratum: counts[stratum] for stratum in mix}
    pooled = sum(each.best for each in used.values()) / sum(each.ratings for each in used.values())
    # Weights that are rounded may sum to a hair above 1.
    share = min(1.0, fsum(mix[stratum] * each.best / each.ratings for stratum, each in used.items()))
    variance = fsum(mix[stratum] ** 2 * _spread(each, pooled) / each.ratings for stratum, each in used.items())
    kish = 1 / fsum(mix[stratum] ** 2 / each.ratings for stratum, each in used.items())
    effective = share * (1 - share) / variance if variance > 0 and 0 < share < 1 else kish
    rated = sum(each.ratings for each in used.values())
    return Standardised(
        effective_share(share, effective, rated, method=METHOD, of="ratings at the reference mix"), variance
    )


def _spread(count: StratumCount, pooled: float) -> float:
    share = count.best / count.ratings if count.ratings >= FEWEST_IN_STRATUM else pooled
    return share * (1 - share)


def _none(status: Status, reason: str, n: int, unsupported: tuple[str, ...] = ()) -> Standardised:
    return Standardised(no_figure(status, reason, n=n, method=METHOD), None, unsupported)
