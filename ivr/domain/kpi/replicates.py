"""Replicate groups: how far a figure is from certain when callers ring again.

Theory: calls of one caller are alike, so a thousand calls of a hundred callers know less than a thousand of a thousand.
Callers are split at random into G groups, by a hash, and the figure is computed G times without one group. With t_g the
figure without group g and m their mean,

    variance = (G - 1) / G  sum of (t_g - m)^2        (the delete-a-group jackknife),

which holds for any smooth figure of counts and needs no record of who called. The design effect is this variance over
the one that takes every call for a stranger's (Kish 1965). It is itself uncertain, by some sqrt(2 / (G - 1)) of itself,
and never taken below 1.

P. S. Kott (2001), The Delete-a-Group Jackknife, Journal of Official Statistics 17:521-526. L. Kish (1965), Survey
Sampling, Wiley. K. M. Wolter (2007), Introduction to Variance Estimation, 2nd ed., Springer, chapter 4.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.estimates import Status

FEW_GROUPS = 10
"""With fewer groups a variance is shown, and marked wide."""

_Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Replicated:
    """The variance of a figure from so many replicate groups; None where they cannot tell it."""

    variance: float | None
    groups: int
    status: Status
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DesignEffect:
    """By how much repeat callers widen a variance, at least 1; 1 with a reason where it is not known."""

    value: float
    groups: int
    status: Status
    reasons: tuple[str, ...] = ()


def jackknife(counts: NDArray[np.number], statistic: Callable[[_Counts], float | None]) -> Replicated:
    """Return the variance of ``statistic`` over the groups of ``counts``, one row a group.

    ``statistic`` takes the sum of the rows, and returns None where the counts give no figure. Groups without a call say
    nothing, and are not counted.

    Raises:
        ValueError: where a count is below 0 or no number.
    """
    rows = np.asarray(counts, dtype=np.float64)
    rows = rows.reshape(rows.shape[0], -1) if rows.ndim > 2 else rows
    if not np.isfinite(rows).all() or (rows < 0).any():
        raise ValueError("a count of a replicate group is no number of calls")
    used = rows[rows.sum(axis=1) > 0] if rows.size else rows[:0]
    groups = used.shape[0]
    if groups < 2:
        number = "no replicate group has calls" if groups == 0 else "all calls are in one replicate group"
        return Replicated(None, groups, Status.NOT_IDENTIFIED, (f"{number}: how alike its callers are is not known",))
    total = used.sum(axis=0)
    found = [statistic(total - row) for row in used]
    known = [each for each in found if each is not None and np.isfinite(each)]
    if len(known) < groups:
        reason = "without one of the replicate groups there is no figure: too few calls"
        return Replicated(None, groups, Status.INSUFFICIENT, (reason,))
    spread = np.array(known) - np.mean(known)
    variance = float((groups - 1) / groups * (spread @ spread))
    if groups < FEW_GROUPS:
        return Replicated(variance, groups, Status.WIDE, (f"fewer than {FEW_GROUPS} replicate groups",))
    return Replicated(variance, groups, Status.OK)


def design_effect(replicated: Replicated, simple_variance: float) -> DesignEffect:
    """Return the variance of the replicates over ``simple_variance``, that of as many calls of strangers."""
    if replicated.variance is None or not simple_variance > 0:
        reasons = replicated.reasons or ("all observations are alike, so repeat callers change nothing that is seen",)
        status = Status.INSUFFICIENT if replicated.variance is not None else replicated.status
        return DesignEffect(1.0, replicated.groups, status, (*reasons, "every call counts as another caller's"))
    effect = max(1.0, replicated.variance / simple_variance)
    return DesignEffect(effect, replicated.groups, replicated.status, replicated.reasons)


def shares_design_effect(successes: NDArray[np.number], n: NDArray[np.number]) -> DesignEffect:
    """Return the design effect of shares: one row a replicate group, one column an arm, each arm by its n.

    It is one number for all arms, as callers ring again whatever they hear.
    """
    arms: list[DesignEffect] = []
    weights: list[float] = []
    failed: list[DesignEffect] = []
    for column in range(n.shape[1]):
        pair = np.stack([successes[:, column], n[:, column]], axis=1).astype(np.float64)
        hits, size = pair.sum(axis=0)
        share = hits / size if size else 0.0
        found = _raw_effect(jackknife(pair, _share), share * (1 - share) / size if size else 0.0)
        (arms if found.status in {Status.OK, Status.WIDE} else failed).append(found)
        if found.status in {Status.OK, Status.WIDE}:
            weights.append(float(size))
    if not arms:
        if failed:
            return failed[0]
        return DesignEffect(1.0, 0, Status.INSUFFICIENT, ("no calls",))
    value = sum(weight * each.value for weight, each in zip(weights, arms, strict=True)) / sum(weights)
    widest = max(arms, key=lambda each: each.groups)
    return DesignEffect(max(1.0, value), widest.groups, widest.status, widest.reasons)


def _raw_effect(replicated: Replicated, simple_variance: float) -> DesignEffect:
    """Return the design effect before it is kept from falling below 1, so that an average over arms is fair."""
    if replicated.variance is None or not simple_variance > 0:
        return design_effect(replicated, simple_variance)
    value = replicated.variance / simple_variance
    return DesignEffect(value, replicated.groups, replicated.status, replicated.reasons)


def _share(counts: _Counts) -> float | None:
    return float(counts[0] / counts[1]) if counts[1] > 0 else None
