"""A reader that holds the daily cells in memory and reads the changed days alone, for tests."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import Connection

from ivr.store.database import Database
from ivr.store.day_cells import Seen, read_changes


class HeldCells:
    """Holds what it has read; ``days_read`` are those of its last look, ``was_whole`` says whether that was of all."""

    def __init__(self) -> None:
        self.days_read: list[str] = []
        self.was_whole = False
        self._seen: Seen | None = None
        self._days: dict[str, list[Any]] = {}

    def look(self, database: Database) -> Counter[Any]:
        """Read on, and return the calls and the seconds of every cell, all that it shares written out."""
        return database.read_now(self.read)

    def read(self, connection: Connection) -> Counter[Any]:
        """Look at what the transaction of ``connection`` sees."""
        self._take(connection)
        sums: defaultdict[Any, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for day, cells in self._days.items():
            for place, agent, result, numbers in cells:
                for position, number in enumerate(numbers):
                    sums[day, place, agent, result][position] += number
        return Counter({key: tuple(numbers) for key, numbers in sums.items() if any(numbers)})

    def _take(self, connection: Connection) -> None:
        changes = read_changes(connection, self._seen)
        assert changes is not None
        self._seen, self.was_whole, self.days_read = changes.seen, changes.is_whole, list(changes.days)
        if changes.is_whole:
            self._days = {}
        for day in changes.days:
            self._days[day] = []
        for rows in changes.cells:
            for day, place, agent, result, *numbers, first_us, last_us in rows:
                assert first_us <= last_us
                cell = (changes.places[place], agent or None, changes.results[result], numbers)
                # A day that was not to be read again would have its cells twice.
                self._days[day].append(cell)
