"""Daily looks: what an experiment showed at the end of each day, replayed from the counts.

Each interval is that of a confidence sequence, so all of them hold together: whoever looks every day and stops at a
look of their choice is wrong no more often than declared. The difference of a day is that of everything counted up to
its end. Past looks are widened by today's design effect, as nobody kept that of the day.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from ivr.domain.experiments import PrimaryMetric
from ivr.domain.kpi.arm_effects import DesignEffects, compare
from ivr.domain.kpi.arms import ArmCount, Arms, add, arms_of
from ivr.domain.kpi.confidence_sequences import comparison_sequence
from ivr.domain.kpi.experiment_cells import DayCell
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.looks import MOST_LOOKS, Look

Looks = Mapping[PrimaryMetric, tuple[Look, ...]]
"""The looks at one layout, by metric."""


def daily_looks(
    metrics: Sequence[PrimaryMetric],
    layouts: Sequence[str],
    days: Sequence[DayCell],
    instruments: Instruments,
    arms: Arms,
    *,
    reference: str,
    effects: DesignEffects,
    alpha: float,
    tuned_for: float,
    most: int = MOST_LOOKS,
) -> Mapping[str, Looks]:
    """Return the looks at each of ``layouts`` against ``reference``: ``most`` of them, the last among them.

    ``arms`` are the counts of today, which say what scales and chances there are.
    """
    looks: dict[str, dict[PrimaryMetric, list[Look]]] = {
        layout: {metric: [] for metric in metrics} for layout in layouts
    }
    chosen = _chosen(sorted({cell.day for cell in days}), most)
    for day, so_far in cumulated_days(days, instruments, arms):
        if day not in chosen:
            continue
        for layout, of_layout in looks.items():
            for metric, told in of_layout.items():
                compared = compare(metric, so_far, layout, reference, effects)
                told.append(Look(day, comparison_sequence(compared, alpha=alpha, tuned_for=tuned_for)))
    return {layout: {metric: tuple(told) for metric, told in of_layout.items()} for layout, of_layout in looks.items()}


def cumulated_days(days: Iterable[DayCell], instruments: Instruments, arms: Arms) -> Iterator[tuple[str, Arms]]:
    """Yield each day with all that was counted up to its end; what is yielded grows with the next."""
    strata: dict[str, dict[str, ArmCount]] = {}
    for day, cells in groupby(sorted(days, key=lambda cell: cell.day), key=lambda cell: cell.day):
        for allocation, counts in arms_of(cells, instruments, arms.scales).strata.items():
            for layout, count in counts.items():
                add(strata.setdefault(allocation, {}).setdefault(layout, ArmCount()), count)
        yield day, Arms(strata, arms.chances, arms.scales, {})


def _chosen(days: Sequence[str], most: int) -> Collection[str]:
    """Return at most ``most`` of ``days``, evenly, counted back from the last."""
    step = -(-len(days) // most) or 1
    return frozenset(days[::-1][::step])
