"""Guardrails: an arm that costs callers or answers too much ends the experiment, however often one looks.

Looking every minute at an ordinary test finds a difference in the end where there is none. So the rise of an arm over
its control is bounded from below by an asymptotic confidence sequence, which holds at all looks together
(Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021, arXiv 2103.06476, equation 9):

    half-width = s sqrt(2 (n r^2 + 1) / (n r)^2  log(sqrt(n r^2 + 1) / alpha)),
    r = sqrt((-2 log alpha + log(-2 log alpha + 1)) / N), tightest at n = N.

The rise is the stratified difference of proportions with the weights of Mantel and Haenszel (Cochran 1954), because
strata, and the steps of a ramp, differ in their callers and in their allocations alike. s^2 is n times its variance,
for which each proportion has one success and one failure added (Agresti and Caffo 2000): a rare fault that the
control has not shown yet is no proof that it has none. alpha is divided by the number of comparisons (Bonferroni).
Only counts go in, so any process, and a service that was started anew, comes to the same.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.kpi.confidence_sequences import half_width
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.errors import ExperimentRefused

FALSE_STOPS = 0.05
"""The chance, over the whole of an experiment and all its arms, to stop one in which nothing rises past a margin."""
_HANG_UPS = frozenset({Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU, Outcome.LEFT_BEFORE_PROMPT})
_FAULTS = frozenset({Outcome.UNAVAILABLE, Outcome.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Guardrail:
    """How far an arm's rates may lie above the control's, as proportions, and from how many calls of each on.

    ``hang_up_rise`` is of the callers who reached the rating, ``fault_rise`` of those and the ones lost to faults.
    """

    hang_up_rise: float = 0.25
    fault_rise: float = 0.05
    minimum: int = 200

    def __post_init__(self) -> None:
        for name, margin in (("hang_up_rise", self.hang_up_rise), ("fault_rise", self.fault_rise)):
            if not 0 < margin < 1:
                raise ExperimentRefused(
                    f"guardrail: {name} is {margin:g}; write a proportion above 0 and below 1, 0.1 for 10 points",
                    place=("guardrail", name),
                )
        if self.minimum < 1:
            raise ExperimentRefused(
                f"guardrail: minimum is {self.minimum}; write a number of calls, at least 1",
                place=("guardrail", "minimum"),
            )


class Harm(StrEnum):
    """What a guardrail watches."""

    HANG_UPS = "hang-ups"
    FAULTS = "faults"


@dataclass(frozen=True, slots=True)
class CallCount:
    """So many closed calls of one place that were given the same and ended alike."""

    site: str | None
    queue: str | None
    layout: str
    delay_seconds: float
    outcome: Outcome
    calls: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Calls among which every caller had the same chances (a stratum, at one step of the ramp), and its control."""

    control: str
    counts: Sequence[CallCount]


@dataclass(frozen=True, slots=True)
class Rise:
    """How far a harm's rate in ``arm`` lies above that in ``control``, as proportions.

    ``at_least`` is the lower bound that holds at all looks; None where either has too few calls for one.
    """

    harm: Harm
    arm: str
    control: str
    rate: float
    control_rate: float
    calls: int
    control_calls: int
    at_least: float | None
    margin: float

    @property
    def is_breach(self) -> bool:
        """Whether the rise is past its margin beyond doubt."""
        return self.at_least is not None and self.at_least > self.margin

    def __str__(self) -> str:
        bound = (
            "too few calls for a bound" if self.at_least is None else f"at least {100 * self.at_least:.1f} points more"
        )
        return (
            f"{self.harm} of {self.arm}: {100 * self.rate:.1f} % of {self.calls} calls; of {self.control}: "
            f"{100 * self.control_rate:.1f} % of {self.control_calls}; {bound}, the margin is {100 * self.margin:g}"
        )


def rises(guardrail: Guardrail, cells: Iterable[Cell]) -> list[Rise]:
    """Return every arm's rise in every harm: layouts over their cells' controls, delays over none.

    Where no control was ever given beside an arm, that arm is compared with all others together.
    """
    by_layout = [_Arms(f"layout {cell.control}", cell.counts, lambda count: f"layout {count.layout}") for cell in cells]
    by_delay = [_Arms("delay 0 s", arms.counts, lambda count: f"delay {count.delay_seconds:g} s") for arms in by_layout]
    compared = [*_comparisons(by_layout), *_comparisons(by_delay)]
    margins = {Harm.HANG_UPS: guardrail.hang_up_rise, Harm.FAULTS: guardrail.fault_rise}
    if not compared:
        return []
    alpha = FALSE_STOPS / len(compared) / len(margins)
    return [
        _rise(harm, arm, _tallied(arms, harm), margin, guardrail.minimum, alpha)
        for harm, margin in margins.items()
        for arm, arms in compared
    ]


@dataclass(frozen=True, slots=True)
class _Arms:
    """The counts of a cell, told apart by one of the two things that are drawn, and the control among them."""

    control: str
    counts: Sequence[CallCount]
    arm_of: Callable[[CallCount], str]


@dataclass(slots=True)
class _Tally:
    harmed: int = 0
    calls: int = 0


_Tallies = Sequence[tuple[str, Mapping[str, _Tally]]]
"""For each cell its control, and how many calls of each arm there were."""
_Pair = tuple[_Tally, _Tally]


def _comparisons(cells: Sequence[_Arms]) -> list[tuple[str, Sequence[_Arms]]]:
    """Return each arm that is not the control of every cell, with the cells."""
    arms = {(cell.arm_of(count), cell.control) for cell in cells for count in cell.counts}
    return [(arm, cells) for arm in sorted({arm for arm, control in arms if arm != control})]


def _tallied(cells: Sequence[_Arms], harm: Harm) -> _Tallies:
    """Count for each cell, by arm, the calls that the harm could have befallen, and those that it did."""
    harmful = _HANG_UPS if harm is Harm.HANG_UPS else _FAULTS
    tallied: list[tuple[str, Mapping[str, _Tally]]] = []
    for cell in cells:
        arms: dict[str, _Tally] = {}
        for count in cell.counts:
            is_harmed = count.outcome in harmful
            if is_harmed or DISPOSITIONS[count.outcome].offered:
                tally = arms.setdefault(cell.arm_of(count), _Tally())
                tally.calls += count.calls
                tally.harmed += count.calls if is_harmed else 0
        tallied.append((cell.control, arms))
    return tallied


def _beside(tallies: _Tallies, arm: str) -> tuple[list[_Pair], str]:
    """Return the arm beside the control in each cell that has both, or beside all others; say which."""
    both = [(control, arms) for control, arms in tallies if arm in arms and control in arms and arm != control]
    if both:
        controls = {control for control, _ in both}
        return [(arms[arm], arms[control]) for control, arms in both], " and ".join(sorted(controls))
    rest = [(arms[arm], _together(arms, arm)) for _, arms in tallies if arm in arms and len(arms) > 1]
    return rest, "all others"


def _together(arms: Mapping[str, _Tally], without: str) -> _Tally:
    return _sum(tally for arm, tally in arms.items() if arm != without)


def _rise(harm: Harm, arm: str, tallies: _Tallies, margin: float, minimum: int, alpha: float) -> Rise:
    pairs, control = _beside(tallies, arm)
    treated, untreated = (_sum(side) for side in zip(*pairs, strict=True)) if pairs else (_Tally(), _Tally())
    at_least = None
    if min(treated.calls, untreated.calls) >= minimum:
        difference, variance = _stratified_difference(pairs)
        calls = treated.calls + untreated.calls
        at_least = difference - half_width(math.sqrt(calls * variance), calls, alpha)
    return Rise(
        harm=harm,
        arm=arm,
        control=control,
        rate=_rate(treated),
        control_rate=_rate(untreated),
        calls=treated.calls,
        control_calls=untreated.calls,
        at_least=at_least,
        margin=margin,
    )


def _stratified_difference(pairs: Sequence[_Pair]) -> tuple[float, float]:
    """Return the difference of proportions over the cells, with Mantel-Haenszel weights, and its variance."""
    weights = [arm.calls * control.calls / (arm.calls + control.calls) for arm, control in pairs]
    total = math.fsum(weights)
    difference = math.fsum(
        weight * (_rate(arm) - _rate(control)) for weight, (arm, control) in zip(weights, pairs, strict=True)
    )
    variance = math.fsum(
        weight**2 * (_variance(arm) + _variance(control)) for weight, (arm, control) in zip(weights, pairs, strict=True)
    )
    return difference / total, variance / total**2


def _rate(tally: _Tally) -> float:
    return tally.harmed / tally.calls if tally.calls else 0.0


def _variance(tally: _Tally) -> float:
    added = (tally.harmed + 1) / (tally.calls + 2)
    return added * (1 - added) / tally.calls


def _sum(tallies: Iterable[_Tally]) -> _Tally:
    both = list(tallies)
    return _Tally(sum(tally.harmed for tally in both), sum(tally.calls for tally in both))
