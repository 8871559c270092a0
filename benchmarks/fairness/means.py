"""Means over seeds, each with its Monte-Carlo standard error."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.fairness.scores import Scores


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over the ``seeds`` that had a value; the standard error is None for a single one."""

    value: float
    standard_error: float | None
    seeds: int

    @property
    def slack(self) -> float:
        """Two Monte-Carlo standard errors: what a bar may be missed by, as chance alone misses it by that."""
        return 2 * (self.standard_error or 0.0)


def mean_of(values: Sequence[float | None]) -> Mean | None:
    """Return the mean of the values that are there; None where none is."""
    there = [value for value in values if value is not None]
    if not there:
        return None
    count = len(there)
    mean = math.fsum(there) / count
    if count == 1:
        return Mean(mean, None, 1)
    variance = math.fsum((value - mean) ** 2 for value in there) / (count - 1)
    return Mean(mean, math.sqrt(variance / count), count)


def means_of(runs: Sequence[Scores]) -> Mapping[str, Mean | None]:
    """Return the mean of every score over the runs."""
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: mean_of([run.get(name) for run in runs]) for name in names}
