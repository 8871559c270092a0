"""Held cells: the day cube of a ledger, read once and then brought up to date by the days that have changed."""

from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ivr.domain.kpi.day_cube import DayCube
from ivr.store.database import Database
from ivr.store.day_cells import Seen, changed_days, read_changes
from ivr.store.kept_counts import KeptCounts
from ivr.store.leak_checks import Comparison, LeakChecks, compare_span

MOST_DAYS = 40
"""Where more days have changed all cells are read anew: those of single days are read at once, and not as they come."""


@dataclass(frozen=True, slots=True)
class Held:
    """A cube, and up to where the ledger is in it."""

    cube: DayCube
    seen: Seen

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the cube's days."""
        return ZoneInfo(self.seen.zone)

    @property
    def days(self) -> list[str]:
        """The days that have cells."""
        return self.cube.days


class HeldCells:
    """Holds the cells of one ledger; its methods block and may be called from any thread.

    ``is_reading_all``: a refresh that is under way, or the first, takes long.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: Held | None = None
        self._lock = Lock()
        self._changed: set[str] = set()
        self.is_reading_all = True
        self.checks = LeakChecks()
        self.counts = KeptCounts()

    @property
    def held(self) -> Held | None:
        """What is held; None before it was read, and where the tallies are not built."""
        return self._held

    @property
    def checked_at(self) -> datetime | None:
        """When the day was compared with its calls that was not for longest; None where one never was."""
        return None if self._held is None else self.checks.checked_at(self._held.days)

    def refresh(self) -> None:
        """Bring the cube up to date; raises DatabaseRefused."""
        with self._lock:
            self._held = self._database.read_now(self._read)
            self.is_reading_all = self._held is None

    def check_next(self) -> Comparison | None:
        """Compare the tallies of one day with its calls; None where they cannot be just now."""
        held = self._held
        if held is None:
            return None
        days = held.days
        span = self.checks.next_of(days, sorted(self._changed))
        found = self._database.read_now(lambda connection: compare_span(connection, span, held.zone))
        if found is not None and (self._held or held).seen.book == held.seen.book:
            self._changed.discard(span.day)
            self.checks.note(span, found, days)
        return found

    def _read(self, connection: Connection) -> Held | None:
        held = self._held
        seen = None if held is None else held.seen
        if seen is not None and len(changed_days(connection, seen.book, seen.revision)) > MOST_DAYS:
            seen = None
        changes = read_changes(connection, seen)
        if changes is None:
            return None
        self.is_reading_all = changes.is_whole
        if changes.is_whole or held is None:
            if held is not None and held.seen.book == changes.seen.book:
                self._changed.update(changes.days)  # what a check has found stands until the day is looked at again
            else:
                self._changed.clear()
                self.checks.clear()
            return Held(DayCube().taking(changes.cells, places=changes.places, results=changes.results), changes.seen)
        cube = held.cube
        if changes.days:
            self._changed.update(changes.days)
            cube = cube.taking(changes.cells, places=changes.places, results=changes.results, days=changes.days)
        return Held(cube, changes.seen)
