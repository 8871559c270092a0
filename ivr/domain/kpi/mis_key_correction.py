"""The mis-key correction: category shares as they would be without slips of the finger, from confirmed answers.

Theory: a caller who means category t presses another one with probability s, each of the K - 1 others alike
(symmetric slips), and presses anew without memory of the first key when asked once more. With e = s / (K - 1), a
category that a share p_k of all ratings shows is truly meant by

    pi_k = (p_k - e) / (1 - s - e)

and a second key agrees with the first, k, with probability (pi_k (1 - s)^2 + (1 - pi_k) e^2) / p_k. So the number of
second keys that differ fixes s, and s fixes the shares. Only a random share of the extreme answers is asked again;
that is enough, as the slips of all keys are taken to be alike.

What goes wrong: a caller who remembers and repeats a slip hides it (s too small); a change of mind, or a misread scale
put right, looks like one (s too large). The second keys are therefore also checked one by one: where they do not fall
as slips would (chi-square, p < .001), no corrected share is shown.

The limits: those of s are the values at which the Wilson limits of the differing share would be expected; those of a
corrected share join the limits of the pressed share and of s (see ``variance_recovery.py``). Nothing collapses at 0.

J. Kuha and C. Skinner (1997), Categorical data analysis and misclassification, in L. Lyberg et al. (eds), Survey
Measurement and Process Quality, Wiley. S. D. Walter and L. M. Irwig (1988), J. Clin. Epidemiol. 41:923-937
(what two readings identify, and under which constraints).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ivr.domain.kpi.chi_square import chi_square_tail
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.instruments import Instrument
from ivr.domain.kpi.mis_keys import ConfirmationCount
from ivr.domain.kpi.variance_recovery import Part, sum_limits
from ivr.domain.kpi.wilson import wilson_interval

FEWEST_CONFIRMATIONS = 30
ASSUMPTION = "assumes that every key slips alike, and that the second press does not remember the first"
_METHOD = "confirmed_slips"
_MISFIT = 0.001
_FEWEST_EXPECTED = 1.0
_HALVINGS = 50


@dataclass(frozen=True, slots=True)
class MisKeyCorrection:
    """The slip rate, a proportion of presses, and each category's share without slips, from worst to best."""

    slip_rate: Estimate
    shares: tuple[Estimate, ...]


def tally_confirmations(counts: Iterable[ConfirmationCount], instrument: Instrument) -> tuple[tuple[int, ...], ...]:
    """Return how many confirmed ratings have each first category (row) and second category (column).

    All are read by ``instrument``; a category or key that it does not have is left out.
    """
    size = len(instrument.categories)
    table = [[0] * size for _ in range(size)]
    for count in counts:
        second = instrument.keys.get(count.confirm_key)
        if second is not None and count.category is not None and 0 <= count.category < size:
            table[count.category][second] += count.calls
    return tuple(tuple(row) for row in table)


def corrected_shares(pressed: Sequence[int], confirmed: Sequence[Sequence[int]]) -> MisKeyCorrection:
    """Correct the shares of ``pressed`` ratings by ``confirmed``, a table of first by second category.

    Fewer than FEWEST_CONFIRMATIONS say nothing (insufficient). Second keys that slips cannot explain leave the slips
    unknown (not identified).

    Raises:
        ValueError: where the tables do not have the same categories, at least two, or hold more confirmations than
            ratings.
    """
    size, n = len(pressed), sum(pressed)
    asked = [sum(row) for row in confirmed]
    if size < 2 or len(confirmed) != size or any(len(row) != size for row in confirmed):
        raise ValueError("the confirmations need the categories of the ratings, at least two")
    if any(some > all_ for some, all_ in zip(asked, pressed, strict=True)) or min(map(min, confirmed)) < 0:
        raise ValueError("more confirmations than ratings")
    total = sum(asked)
    if total < FEWEST_CONFIRMATIONS:
        why = f"{total} confirmed answers; {FEWEST_CONFIRMATIONS} are needed to tell slips"
        return _none(Status.INSUFFICIENT, why, size, total)
    model = _Slips(tuple(pressed), tuple(asked))
    differing = total - sum(confirmed[k][k] for k in range(size))
    slip = model.slip_behind(differing / total)
    if slip is None:
        why = "the second answers differ more often than slips alone could make them: callers change their minds"
        return _none(Status.NOT_IDENTIFIED, why, size, total)
    if _misfit(model, slip, confirmed) < _MISFIT:
        why = "the second answers do not fall as slips would: callers change their minds, or some keys slip more"
        return _none(Status.NOT_IDENTIFIED, why, size, total)
    lo, hi = (model.slip_behind(limit) for limit in wilson_interval(differing, total))
    # Beyond the largest slip rate that the shares allow, that one is the limit.
    within = (0.0 if lo is None else lo, model.most if hi is None else hi)
    rate = Estimate(slip, within[0], within[1], "proportion", total, _METHOD, Status.OK, (ASSUMPTION,))
    return MisKeyCorrection(rate, tuple(_share(each, n, slip, within, size) for each in pressed))


class _Slips:
    """What a slip rate lets expect of the second keys, given the pressed shares and who was asked again."""

    def __init__(self, pressed: tuple[int, ...], asked: tuple[int, ...]) -> None:
        n = sum(pressed)
        self.shares = tuple(each / n for each in pressed)
        self.asked = asked
        self.others = len(pressed) - 1
        # More slips would leave more presses of the rarest key than there are; a slip rate of half of guessing ends it.
        rarest = wilson_interval(min(pressed), n)[1]
        self.most = min(self.others * rarest, self.others / (self.others + 1) / 2)

    def expected(self, slip: float) -> tuple[tuple[float, ...], ...]:
        """Return the expected confirmations by first and second category."""
        meant = [max(0.0, _meant(share, slip, self.others)) for share in self.shares]
        rows = []
        for first, asked in enumerate(self.asked):
            joint = [
                sum(
                    share * self._presses(truth, first, slip) * self._presses(truth, second, slip)
                    for truth, share in enumerate(meant)
                )
                for second in range(len(meant))
            ]
            rows.append(tuple(asked * each / sum(joint) if asked else 0.0 for each in joint))
        return tuple(rows)

    def differing(self, slip: float) -> float:
        """Return the expected share of confirmations that differ."""
        table = self.expected(slip)
        return 1 - sum(table[k][k] for k in range(len(table))) / sum(self.asked)

    def slip_behind(self, differing: float) -> float | None:
        """Return the slip rate at which ``differing`` is expected; None where none is large enough."""
        if differing <= 0:
            return 0.0
        if self.most <= 0 or self.differing(self.most) < differing:
            return None
        lo, hi = 0.0, self.most
        for _ in range(_HALVINGS):
            middle = (lo + hi) / 2
            lo, hi = (middle, hi) if self.differing(middle) < differing else (lo, middle)
        return hi

    def _presses(self, truth: int, key: int, slip: float) -> float:
        return 1 - slip if truth == key else slip / self.others


def _meant(share: float, slip: float, others: int) -> float:
    return (share - slip / others) / (1 - slip - slip / others)


def _share(count: int, n: int, slip: float, within: tuple[float, float], size: int) -> Estimate:
    others = size - 1
    share = _meant(count / n, slip, others)
    lo, hi = wilson_interval(count, n)
    pressed = Part(share, _meant(lo, slip, others), _meant(hi, slip, others))
    # More slips move a share away from the middle: which limit of s is the lower one depends on the share.
    ends = sorted((_meant(count / n, within[0], others), _meant(count / n, within[1], others)))
    low, high = sum_limits([pressed, Part(0.0, min(0.0, ends[0] - share), max(0.0, ends[1] - share))])
    inside = min(1.0, max(0.0, share))
    return Estimate(inside, max(0.0, low), min(1.0, high), "proportion", n, _METHOD, Status.OK, (ASSUMPTION,))


def _misfit(model: _Slips, slip: float, confirmed: Sequence[Sequence[int]]) -> float:
    """Return the p-value of Pearson's chi-square; rare cells are joined, 1 where nothing is left to compare."""
    statistic, cells = 0.0, 0
    rest_seen = rest_expected = 0.0
    for row, expected in zip(confirmed, model.expected(slip), strict=True):
        for seen, awaited in zip(row, expected, strict=True):
            if awaited >= _FEWEST_EXPECTED:
                statistic += (seen - awaited) ** 2 / awaited
                cells += 1
            else:
                rest_seen += seen
                rest_expected += awaited
    if rest_expected >= _FEWEST_EXPECTED:
        statistic += (rest_seen - rest_expected) ** 2 / rest_expected
        cells += 1
    rows = sum(1 for each in model.asked if each)
    freedom = cells - rows - 1  # each row's sum is given, and the slip rate is fitted
    return chi_square_tail(statistic, freedom) if freedom > 0 else 1.0


def _none(status: Status, reason: str, size: int, n: int) -> MisKeyCorrection:
    figure = no_figure(status, reason, n=n, method=_METHOD)
    return MisKeyCorrection(figure, (figure,) * size)
