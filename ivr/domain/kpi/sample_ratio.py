"""The sample-ratio test: whether every arm has the share of the calls that chance was to give it.

Theory: where the shares are wrong, calls were lost or assigned wrongly, and whoever was lost was not lost at random, so
that no difference between the arms means anything. In a stratum the arms' counts are multinomial with the logged
chances p. With several strata of different chances the expected counts are summed, and the covariances too:

    d = sum of (n_s - N_s p_s),  V = sum of N_s (diag(p_s) - p_s p_s'),  X^2 = d' V^- d,

which for one stratum is Pearson's chi-square (K. Pearson 1900). It is compared at .001, as it is looked at often and a
mismatch voids everything. What is counted must be what was drawn: callers, where a caller keeps one arm; else X^2 is
divided by the design effect (J. N. K. Rao and A. J. Scott 1981, JASA 76:221-230).

A. Fabijan and others (2019), Diagnosing Sample Ratio Mismatch in Online Controlled Experiments, KDD, 2156-2164.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from ivr.domain.draws import READ_TOLERANCE
from ivr.domain.kpi.estimates import Status

MISMATCH_P_VALUE = 0.001
FEWEST_EXPECTED = 8.0
"""An arm in which fewer are expected is left out of the test: chi-square is none there."""
_METHOD = "chi_square"


@dataclass(frozen=True, slots=True)
class DrawnUnits:
    """What was drawn in one stratum: how many units each arm got (``observed``), and the chance it was given with."""

    observed: Mapping[str, int]
    chances: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """The counts of the arms beside those expected, and whether chance explains the difference.

    ``statistic`` is chi-square, or the natural logarithm of the e-value where ``method`` says so. ``p_value`` of the
    sequential test holds at all looks together. Both are None where there is no test; ``reasons`` says why.
    """

    observed: Mapping[str, int]
    expected: Mapping[str, float]
    statistic: float | None
    degrees_of_freedom: int
    p_value: float | None
    method: str
    status: Status
    reasons: tuple[str, ...] = ()

    @property
    def is_mismatch(self) -> bool:
        """Whether the counts contradict the chances, so that no effect may be shown."""
        return self.status is Status.REFUSED


def sample_ratio(strata: Sequence[DrawnUnits], *, design_effect: float = 1.0) -> SampleRatio:
    """Test the counts of ``strata`` against their chances; a mismatch has the status ``refused``.

    Raises:
        ValueError: where ``design_effect`` is not positive.
    """
    if not design_effect > 0:
        raise ValueError(f"a design effect of {design_effect} is none")
    observed, expected = added(strata)
    if (fault := fault_of(strata)) is not None:
        return SampleRatio(observed, expected, None, 0, None, _METHOD, *fault)
    arms = [arm for arm in sorted(expected) if expected[arm] >= FEWEST_EXPECTED]
    thin = [arm for arm in sorted(expected) if 0 < expected[arm] < FEWEST_EXPECTED]
    left_out = (f"fewer than {FEWEST_EXPECTED:g} expected in {', '.join(thin)}, so not tested",) if thin else ()
    if len(arms) < 2:
        reasons = left_out or ("nothing was left to chance: one arm has every call",)
        return SampleRatio(observed, expected, None, 0, None, _METHOD, Status.INSUFFICIENT, reasons)
    difference = np.zeros(len(arms))
    covariance = np.zeros((len(arms), len(arms)))
    for stratum in strata:
        total = sum(stratum.observed.values())
        chances = np.array([stratum.chances.get(arm, 0.0) for arm in arms])
        difference += np.array([stratum.observed.get(arm, 0) for arm in arms]) - total * chances
        covariance += total * (np.diag(chances) - np.outer(chances, chances))
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if rank == 0:
        reasons = ("nothing was left to chance: in each stratum one arm has every call",)
        return SampleRatio(observed, expected, None, 0, None, _METHOD, Status.INSUFFICIENT, reasons)
    statistic = float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference) / design_effect
    p_value = float(chdtrc(rank, statistic))
    if p_value < MISMATCH_P_VALUE:
        told = (mismatch_text(observed, expected, p_value), *left_out)
        return SampleRatio(observed, expected, statistic, rank, p_value, _METHOD, Status.REFUSED, told)
    return SampleRatio(observed, expected, statistic, rank, p_value, _METHOD, Status.OK, left_out)


def added(strata: Iterable[DrawnUnits]) -> tuple[dict[str, int], dict[str, float]]:
    """Return the counts of each arm over the strata, and the sums of those expected."""
    observed: dict[str, int] = {}
    expected: dict[str, float] = {}
    for stratum in strata:
        total = sum(stratum.observed.values())
        for arm in sorted(stratum.observed.keys() | stratum.chances.keys()):
            observed[arm] = observed.get(arm, 0) + stratum.observed.get(arm, 0)
            expected[arm] = expected.get(arm, 0.0) + total * stratum.chances.get(arm, 0.0)
    return observed, expected


def fault_of(strata: Sequence[DrawnUnits]) -> tuple[Status, tuple[str, ...]] | None:
    """Return why ``strata`` cannot be tested: nothing there, no distribution, or calls that no chance explains."""
    if sum(sum(stratum.observed.values()) for stratum in strata) == 0:
        return Status.INSUFFICIENT, ("no calls",)
    for stratum in strata:
        if any(count < 0 for count in stratum.observed.values()):
            return Status.REFUSED, ("a count is below 0",)
        if any(not 0 <= chance <= 1 for chance in stratum.chances.values()):
            return Status.REFUSED, ("a chance is no probability from 0 to 1",)
        total = sum(stratum.chances.values())
        if abs(total - 1) > READ_TOLERANCE:
            return Status.REFUSED, (f"the chances of a stratum sum to {total:.6g}, not to 1",)
        for arm, count in sorted(stratum.observed.items()):
            if count and stratum.chances.get(arm, 0.0) == 0:
                return Status.REFUSED, (f"{count} have {arm}, to which their allocation gives no chance",)
    return None


def mismatch_text(observed: Mapping[str, int], expected: Mapping[str, float], p_value: float) -> str:
    """Say which arm is farthest from its share, in a sentence."""
    arm = max(sorted(expected), key=lambda each: abs(observed[each] - expected[each]) / max(expected[each], 1.0) ** 0.5)
    return f"{arm} has {observed[arm]} where {expected[arm]:.0f} were expected; by chance that is p = {p_value:.2g}"
