"""Rounds: how a figure changed from one period to the next, and whether that can be said at all.

Two rounds compare only on the same ground: both standardised to the same reference layout, in the same version, and to
the same mix of calls. Where the wording, the order or the audio changed in between, the change of the figure is the
agent's and the layout's in one, and the series breaks; unless the old version stayed on a share of the calls in the new
round, so that the new one could be linked to it. Many callers ring in both rounds, so the two figures go up and down
together: the variance of the difference comes from the same replicate groups, left out of both rounds at once
(delete-a-group jackknife, Kott 2001), and is smaller than the sum of the two.

P. S. Kott (2001), Journal of Official Statistics 17:521-526.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit

from ivr.domain.kpi.estimates import POINTS, Estimate, Status, no_figure
from ivr.domain.kpi.multiplicity import benjamini_hochberg
from ivr.domain.kpi.wilson import CONFIDENCE, Z

METHOD = "difference_of_standardised"
FEWEST_TO_RELINK = 200
"""So many ratings of the old version in the new round link the two; kept on 5 % of the calls it takes 4,000."""
FEW_GROUPS = 10
FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True, slots=True)
class Round:
    """One agent's figure in one period, and the ground that it stands on.

    ``figure`` is a proportion, ``replicates`` the same without each replicate group in turn (empty: not kept).
    ``mix`` names the version of the reference mix of calls.
    """

    period: str
    figure: Estimate
    reference_layout: str
    reference_version: str
    mix: str
    replicates: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """The change in percentage points; ``q_value`` is adjusted for all agents asked at once, None without a test."""

    difference: Estimate
    p_value: float | None
    q_value: float | None = None

    @property
    def moved(self) -> bool:
        """Whether the change is clear of chance."""
        return self.q_value is not None and self.q_value < FALSE_DISCOVERIES


def round_change(before: Round, after: Round, *, overlap_ratings: int = 0) -> Change:
    """Return ``after`` minus ``before`` in percentage points.

    ``overlap_ratings`` are those of the old version within the new round. Other ground without enough of them is a
    series break, and not identified.
    """
    n = min(before.figure.n, after.figure.n)
    for each in (before, after):
        if each.figure.estimate is None or each.figure.lo is None or each.figure.hi is None:
            reasons = tuple(f"{each.period}: {reason}" for reason in each.figure.reasons) or (
                f"no figure in {each.period}",
            )
            return Change(no_figure(each.figure.status, *reasons, unit=POINTS, n=n, method=METHOD), None)
    notes = []
    broken = _break(before, after)
    if broken is not None:
        if overlap_ratings < FEWEST_TO_RELINK:
            reason = f"series break between {before.period} and {after.period}: {broken}"
            return Change(no_figure(Status.NOT_IDENTIFIED, reason, unit=POINTS, n=n, method=METHOD), None)
        notes.append(f"{broken}: linked by {overlap_ratings} ratings of the old version in {after.period}")
    error, freedom, reason = _error(before, after)
    if error is None:
        return Change(no_figure(Status.REFUSED, reason, unit=POINTS, n=n, method=METHOD), None)
    difference = 100 * ((after.figure.estimate or 0.0) - (before.figure.estimate or 0.0))
    quantile = Z if freedom is None else float(stdtrit(freedom, 0.5 + CONFIDENCE / 2))
    status = Status.OK
    for each in (before, after):
        if each.figure.status is not Status.OK:
            status = Status.WIDE
            notes.extend(f"{each.period}: {own}" for own in each.figure.reasons)
    if freedom is not None and freedom + 1 < FEW_GROUPS:
        status = Status.WIDE
    notes.extend([reason] if reason else [])
    reach = quantile * error
    figure = Estimate(difference, difference - reach, difference + reach, POINTS, n, METHOD, status, tuple(notes))
    return Change(figure, _p_value(difference, error, freedom))


def round_changes(
    before: Mapping[str, Round], after: Mapping[str, Round], *, overlap_ratings: int = 0
) -> Mapping[str, Change]:
    """Return the change of every agent who is in both rounds, by agent, with q-values over all of them."""
    changes = {
        agent: round_change(before[agent], after[agent], overlap_ratings=overlap_ratings)
        for agent in sorted(before.keys() & after.keys())
    }
    adjusted = benjamini_hochberg([each.p_value for each in changes.values()])
    return {
        agent: Change(each.difference, each.p_value, q)
        for (agent, each), q in zip(changes.items(), adjusted, strict=True)
    }


def _break(before: Round, after: Round) -> str | None:
    if before.reference_layout != after.reference_layout:
        return f"the reference layout was {before.reference_layout}, then {after.reference_layout}"
    if before.reference_version != after.reference_version:
        return f"callers heard another version of {after.reference_layout}"
    if before.mix != after.mix:
        return "the figures stand on different mixes of calls"
    return None


def _error(before: Round, after: Round) -> tuple[float | None, int | None, str]:
    """Return the standard error in points, the degrees of freedom (None: normal) and what has to be said of it."""
    groups = len(before.replicates)
    if not groups or not after.replicates:
        widths = [(each.figure.hi or 0.0) - (each.figure.lo or 0.0) for each in (before, after)]
        said = "callers who rang in both rounds are taken for different ones: the interval is on the wide side"
        return 100 * sqrt(sum((width / (2 * Z)) ** 2 for width in widths)), None, said
    if groups != len(after.replicates):
        return None, None, "the rounds were split into different replicate groups: fit both anew with the same number"
    if not all(isfinite(each) for each in before.replicates + after.replicates):
        return None, None, "a replicate is not a finite number"
    if groups < 2:
        return None, None, "one replicate group: how far the figures go together cannot be told"
    apart = np.array(after.replicates) - np.array(before.replicates)
    error = 100 * sqrt((groups - 1) / groups * float(((apart - apart.mean()) ** 2).sum()))
    return error, groups - 1, f"only {groups} replicate groups" if groups < FEW_GROUPS else ""


def _p_value(difference: float, error: float, freedom: int | None) -> float | None:
    if not error:
        return None
    score = -abs(difference) / error
    return 2 * float(ndtr(score) if freedom is None else stdtr(freedom, score))
