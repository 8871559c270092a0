"""Drawn arms: whom chance gave which layout and which delay, for the sample-ratio tests.

What is counted is what was drawn: callers, where a caller keeps one layout, else calls. Whether a call ended before
its first prompt cannot depend on the layout, which is not heard yet, so layouts are tested twice: over all that were
assigned, and over those that heard a prompt. A delay is heard before the prompt and drives callers away: for
delays only the first holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ivr.domain.draws import read_spelled
from ivr.domain.experiments import Unit
from ivr.domain.kpi.arms import Arms
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.experiment_cells import ArmCell, CountedExperiment, DrawnCell
from ivr.domain.kpi.sample_ratio import DrawnUnits, SampleRatio, sample_ratio
from ivr.domain.kpi.sequential_sample_ratio import sequential_sample_ratio
from ivr.domain.outcomes import DISPOSITIONS

_OTHER = "another delay"


@dataclass(frozen=True, slots=True)
class RatioTests:
    """The fixed test and the one for whoever looks every day."""

    fixed: SampleRatio
    sequential: SampleRatio

    @property
    def mismatch(self) -> str | None:
        """What is wrong with the counts, in a sentence; None where nothing is."""
        return next((each.reasons[0] for each in (self.fixed, self.sequential) if each.is_mismatch), None)


@dataclass(frozen=True, slots=True)
class DrawTests:
    """The tests of the layouts, assigned and started, and of the delays; ``unit`` is what they count."""

    unit: Unit
    assigned: RatioTests
    started: RatioTests
    delays: RatioTests


def draw_tests(counted: CountedExperiment, arms: Arms, unit: Unit | None) -> DrawTests:
    """Test what was drawn; ``unit`` None: by the caller, where every caller kept to one layout."""
    drawn_by = unit or (Unit.CALLER if counted.several == 0 else Unit.CALL)
    if not arms.strata:
        why = "no allocation is stored with the calls" if counted.arms else "no calls"
        return DrawTests(drawn_by, *(_unknown(why) for _ in range(3)))
    if drawn_by is Unit.CALLER:
        units = [_Units(cell, cell.callers, cell.started) for cell in counted.drawn]
    else:
        units = [_Units(cell, cell.calls, cell.calls if _has_started(cell) else 0) for cell in counted.arms]
    layouts, started, delays = _counts(units)
    return DrawTests(
        drawn_by,
        _tests(_with_chances(layouts, arms.chances)),
        _tests(_with_chances(started, arms.chances)),
        _delay_tests(delays),
    )


_Counts = dict[str, dict[str, int]]
_Delays = dict[str, dict[tuple[float, float | None], int]]


class _Units(NamedTuple):
    """So many callers or calls of one draw, and how many of them heard a prompt."""

    cell: DrawnCell | ArmCell
    number: int
    started: int


def _counts(units: Iterable[_Units]) -> tuple[_Counts, _Counts, _Delays]:
    """Return by allocation how many had each layout, how many of them heard a prompt, and how many had each delay."""
    layouts: _Counts = {}
    started: _Counts = {}
    delays: _Delays = {}
    for cell, number, heard in units:
        if cell.allocation is not None and cell.layout is not None:
            _note(layouts, cell.allocation, cell.layout, number)
            _note(started, cell.allocation, cell.layout, heard)
            if cell.delay_seconds is not None:
                delay = (cell.delay_seconds, cell.delay_probability)
                of_stratum = delays.setdefault(cell.allocation, {})
                of_stratum[delay] = of_stratum.get(delay, 0) + number
    return layouts, started, delays


def _note(counts: _Counts, allocation: str, arm: str, number: int) -> None:
    of_stratum = counts.setdefault(allocation, {})
    of_stratum[arm] = of_stratum.get(arm, 0) + number


def _has_started(cell: ArmCell) -> bool:
    return cell.outcome is not None and DISPOSITIONS[cell.outcome].started is True


def _with_chances(counts: _Counts, chances: Mapping[str, Mapping[str, float]]) -> list[DrawnUnits]:
    return [
        DrawnUnits(observed, chances[allocation])
        for allocation, observed in sorted(counts.items())
        if allocation in chances
    ]


def _delay_tests(delays: _Delays) -> RatioTests:
    if not delays:
        return _unknown("no delay is stored with the calls")
    strata: list[DrawnUnits] = []
    for allocation, counts in sorted(delays.items()):
        if read_spelled(allocation) is None:
            continue
        observed: dict[str, int] = {}
        chances: dict[str, float] = {}
        for (delay, chance), number in sorted(counts.items(), key=lambda item: item[0][0]):
            if chance is None:
                return _unknown("no probability is stored with the delays")
            name = f"{delay:g} s"
            if name in chances:
                return _unknown(f"the delay of {name} has two probabilities in one stratum")
            observed[name], chances[name] = number, chance
        rest = 1 - sum(chances.values())
        if rest > 1e-6:
            # One that nobody has drawn yet is not among the calls, but its chance is known.
            observed[_OTHER], chances[_OTHER] = 0, rest
        strata.append(DrawnUnits(observed, chances))
    return _tests(strata)


def _tests(strata: Sequence[DrawnUnits]) -> RatioTests:
    return RatioTests(sample_ratio(strata), sequential_sample_ratio(strata))


def _unknown(reason: str) -> RatioTests:
    return RatioTests(
        *(
            SampleRatio({}, {}, None, 0, None, method, Status.NOT_IDENTIFIED, (reason,))
            for method in ("chi_square", "multinomial_e_process")
        )
    )
