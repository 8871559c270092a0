"""Schedules: the weekly hours and the days off of a queue, read on the clock on the site's wall.

Hours are wall-clock times. On the day when clocks go forward the skipped hour never comes; on the day when they
go back the repeated hour comes twice and is open, or closed, both times.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """A span of one day's wall clock, in minutes from its midnight: ``opens`` <= now < ``closes`` (1440 at most)."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_OF_DAY:
            raise ValueError(f"{self.opens} to {self.closes} is no span of a day")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When callers are asked. ``week`` has the hours of each weekday by number, Monday 0; a day without is closed."""

    week: Mapping[int, tuple[Hours, ...]]
    days_off: frozenset[date] = frozenset()

    def is_open(self, wall: datetime) -> bool:
        """Return whether callers are asked at ``wall``, a moment on the site's clock."""
        if wall.date() in self.days_off:
            return False
        minute = wall.hour * 60 + wall.minute
        return any(hours.opens <= minute < hours.closes for hours in self.week.get(wall.weekday(), ()))


def day_starts(at: datetime, zone: tzinfo) -> datetime:
    """Return the first moment of the day in ``zone`` that ``at`` lies in, which need not be a midnight."""
    midnight = datetime.combine(at.astimezone(zone).date(), time(), tzinfo=zone)
    # Through UTC: where clocks skip midnight there is none, and the day begins with the skip.
    return midnight.astimezone(UTC)
