"""Import tallies: what the calls of a file count, gathered in memory and stored under the import's number."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ivr.domain.kpi.contributions import Contributions
from ivr.store.import_columns import CallColumns
from ivr.store.tally_writes import TallyWrites
from ivr.store.writer import Work

_MOST_CELLS = 100_000  # some tens of megabytes
_CELLS_AT_ONCE = 5_000  # PostgreSQL has live calls wait for the tallies meanwhile


class ImportTallies:
    """Counts the calls of an import in ``zone``; its cells are unseen until the import is complete."""

    def __init__(self, dialect: str, zone: ZoneInfo) -> None:
        self._writes = TallyWrites(dialect)
        self._contributions = Contributions(zone)

    def add(self, calls: CallColumns) -> Sequence[Contributions]:
        """Count calls that are stored; return what should be stored now: nothing before it is much."""
        self._contributions.add_columns(calls.values)
        return self.taken() if self._contributions.size > _MOST_CELLS else ()

    def taken(self) -> Sequence[Contributions]:
        """Return what is gathered, in parts for a transaction each, and forget it."""
        parts = list(self._contributions.parts(_CELLS_AT_ONCE))
        self._contributions.clear()
        return parts

    def storing(self, part: Contributions, number: int) -> Work[None]:
        """Return the work that stores a part for the import."""

        def work(connection: Connection) -> None:
            self._writes.store(connection, part, import_id=number)

        return work
