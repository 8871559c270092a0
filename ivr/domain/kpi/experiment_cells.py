"""Experiment cells: the counts of one experiment that it is judged by; frozen, and without a caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ivr.domain.outcomes import Outcome


class ArmCell(NamedTuple):
    """So many closed calls of one place that were given the same and ended alike.

    ``allocation`` is the whole distribution that the layout was drawn from, ``key:p key:p``, None where the calls came
    without one; ``delay_probability`` is the chance of their delay alone.
    """

    site: str | None
    queue: str | None
    allocation: str | None
    layout: str | None
    layout_version: str | None
    delay_seconds: float | None
    delay_probability: float | None
    outcome: Outcome | None
    category: int | None
    calls: int


class DayCell(NamedTuple):
    """The same by the day (UTC) on which the calls ended, without place and delay."""

    day: str
    allocation: str | None
    layout: str | None
    layout_version: str | None
    outcome: Outcome | None
    category: int | None
    calls: int


class DrawnCell(NamedTuple):
    """So many callers (calls, where the caller is unknown) whose first call had this draw.

    ``started`` counts those whose first call with a prompt had it. A caller is counted once, whatever comes later.
    """

    allocation: str | None
    layout: str | None
    delay_seconds: float | None
    delay_probability: float | None
    callers: int
    started: int


class ReplicateCell(NamedTuple):
    """So many calls of one replicate group, told by any text, that were given the same layout and ended alike."""

    group: str
    layout: str | None
    layout_version: str | None
    outcome: Outcome | None
    category: int | None
    calls: int


@dataclass(frozen=True, slots=True)
class CountedExperiment:
    """Everything that was counted of an experiment at one moment.

    ``several`` counts callers who were given more than one layout out of one allocation. The two moments are None where
    there is no call.
    """

    arms: Sequence[ArmCell] = ()
    days: Sequence[DayCell] = ()
    drawn: Sequence[DrawnCell] = ()
    replicates: Sequence[ReplicateCell] = ()
    several: int = 0
    first_ended_at: datetime | None = None
    last_ended_at: datetime | None = None
