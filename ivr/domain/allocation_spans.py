"""Allocation spans: what an experiment gave a stratum, from when to when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AllocationSpan:
    """Callers of ``stratum`` got these ``layouts`` and silences (seconds) with these shares, 0 to 1.

    Holdout, ramp and stop are counted in. ``until`` is None for what was noted last.
    """

    experiment: str
    stratum: str
    since: datetime
    until: datetime | None
    layouts: Mapping[str, float]
    delays: Mapping[float, float]
