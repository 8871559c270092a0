"""Local days: the site's date of a moment, quick for millions of moments."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Final

_HOUR: Final = 3600
_MOST_HOURS = 200_000  # of more than twenty years


class LocalDays:
    """The dates of one time zone, each hour's looked up once."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._hours: dict[int, str | None] = {}

    def day(self, timestamp: float) -> str:
        """Return the date, ``2026-03-01``, of a moment in seconds since 1970."""
        hour = int(timestamp // _HOUR)
        try:
            day = self._hours[hour]
        except KeyError:
            day = self._note(hour)
        return self._at(timestamp).date().isoformat() if day is None else day

    def _note(self, hour: int) -> str | None:
        """Keep the date of a whole hour; None where it changes within it, or where the clock was set."""
        if len(self._hours) >= _MOST_HOURS:
            self._hours.clear()
        first, last = self._at(hour * _HOUR), self._at(hour * _HOUR + _HOUR - 1)
        is_even = first.date() == last.date() and first.utcoffset() == last.utcoffset()
        day = self._hours[hour] = first.date().isoformat() if is_even else None
        return day

    def _at(self, timestamp: float) -> datetime:
        return datetime.fromtimestamp(timestamp, UTC).astimezone(self.zone)


@lru_cache(maxsize=8)
def local_days(zone: tzinfo) -> LocalDays:
    """Return the dates of ``zone``, those of a zone always from the same store."""
    return LocalDays(zone)
