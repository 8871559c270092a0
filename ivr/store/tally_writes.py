"""Tally writes: the cells follow the calls, in the same transaction.

Triggers on ``calls`` note in ``tally_changes`` what a counted call was and what it is, whoever changed it and by
whatever statement: a closing, a late fact, an import that replaces, an administrator. :meth:`TallyWrites.settle` takes
these notes into the cells; what is not settled yet is added by whoever reads the cells. So a way of writing calls that
comes later can forget nothing. Only rows that come with an import's number are not noted when they are inserted: the
import has counted them already, and stores their cells under its number.

While a new book is built beside the one in use (:mod:`ivr.store.tally_building`), a change counts in both, as far as
the building has come. One writer at a time: PostgreSQL's writers wait for each other at ``tally_state``, which also
keeps two of them from meeting the same cells in a different order.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from ivr.domain.kpi.contributions import TALLIED, Contributions
from ivr.store.bulk_statement import Row
from ivr.store.cell_writes import LIVE, CellWrites
from ivr.store.counted_cells import CellCounting, CountedCells
from ivr.store.driver_cursor import driver_batch, driver_cursor
from ivr.store.tables import imports, tally_changes

_COLUMNS = ("book", "zone", "revision", "building", "building_zone", "scanned_pbx", "scanned_uniqueid")
_STATE = f"SELECT {', '.join(_COLUMNS)} FROM tally_state"  # noqa: S608 - own names
_HOLD = "LOCK TABLE tally_state IN EXCLUSIVE MODE"
_CHANGE = ", ".join(("sign", "import_id", *TALLIED))
_TAKE = f"DELETE FROM tally_changes RETURNING {_CHANGE}"  # noqa: S608 - own names
_REVISE = f"UPDATE tally_state SET revision = revision + ? RETURNING {', '.join(_COLUMNS)}"  # noqa: S608 - own names
_TAKE_SHARED = f"""
WITH taken AS ({_TAKE}),
counted AS (SELECT count(*) AS changes FROM taken),
revised AS (
    UPDATE tally_state SET revision = revision + changes FROM counted WHERE changes > 0 RETURNING {", ".join(_COLUMNS)}
)
SELECT revised.*, taken.* FROM revised CROSS JOIN taken
"""  # noqa: S608 - own names
_STORED = "UPDATE tally_state SET revision = revision + 1"
_KEY = slice(2, 4)
_ENDED_AT = 2 + TALLIED.index("ended_at")


class TallyState(NamedTuple):
    """Which book is in use and in which zone it counts days, and up to which call another one is built.

    ``book`` is None in a ledger whose tallies are not built yet, ``building`` where none is being built. ``revision``
    has grown whenever any cell has changed.
    """

    book: int | None
    zone: str
    revision: int
    building: int | None
    building_zone: str | None
    scanned_pbx: str | None
    scanned_uniqueid: str | None

    def has_scanned(self, pbx: str, uniqueid: str) -> bool:
        """Say whether the building has come past the call."""
        if self.scanned_pbx is None or self.scanned_uniqueid is None:
            return False
        return (pbx, uniqueid) <= (self.scanned_pbx, self.scanned_uniqueid)


def read_state(connection: Connection) -> TallyState:
    """Return how the tallies stand."""
    with driver_cursor(connection) as cursor:
        cursor.execute(_STATE)
        return TallyState(*cursor.fetchall()[0])


def tally_zone(connection: Connection) -> ZoneInfo:
    """Return the time zone whose days and months the tallies count."""
    return ZoneInfo(read_state(connection).zone)


def hold_tallies(connection: Connection) -> None:
    """Wait until nobody else writes tallies, and keep it so until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_HOLD)


class TallyWrites:
    """The statements for one kind of database."""

    def __init__(self, dialect: str) -> None:
        self._cells = CellWrites(dialect)
        self._counting = CellCounting()
        self._is_shared = dialect == "postgresql"

    def settle(self, connection: Connection) -> None:
        """Take every noted change into the cells."""
        state, changes = self._take(connection)
        if state is None:
            return
        by_import, now = self._by_import(connection, changes), state.revision
        if state.book is not None:
            for import_id, some in by_import.items():
                self._write(connection, state.book, import_id, counted(some, ZoneInfo(state.zone)), now)
        if state.building is not None and state.building_zone is not None:
            scanned = [change for change in by_import.get(LIVE, ()) if state.has_scanned(*change[_KEY])]
            self._write(connection, state.building, LIVE, counted(scanned, ZoneInfo(state.building_zone)), now)

    def store(self, connection: Connection, given: CountedCells, *, import_id: int) -> None:
        """Add what the rows of an import count, unseen until the import is complete."""
        hold_tallies(connection)
        state = read_state(connection)
        if state.book is None:
            return
        with driver_cursor(connection) as cursor:
            cursor.execute(_STORED)
        self._cells.write(connection, state.book, import_id, given, state.revision + 1)

    def build(self, connection: Connection, book: int, given: Contributions, revision: int) -> None:
        """Add calls to a book that is being built."""
        self._write(connection, book, LIVE, given, revision)

    def _write(self, connection: Connection, book: int, import_id: int, given: Contributions, revision: int) -> None:
        self._cells.write(connection, book, import_id, self._counting.of(given), revision)

    def _take(self, connection: Connection) -> tuple[TallyState | None, list[Row]]:
        """Return how the tallies stand and the changes, which are noted no longer; no state where there are none."""
        width = len(TallyState._fields)
        if self._is_shared:
            with driver_batch(connection) as first, driver_cursor(connection) as cursor:
                # Two statements, as the second must see what was committed while the first waited.
                first.execute(_HOLD)
                cursor.execute(_TAKE_SHARED)
                rows = cursor.fetchall()
            return (TallyState(*rows[0][:width]) if rows else None), [row[width:] for row in rows]
        with driver_cursor(connection) as cursor:
            cursor.execute(_TAKE)
            changes = [_typed(row) for row in cursor.fetchall()]
            if not changes:
                return None, changes
            cursor.execute(_REVISE, (len(changes),))
            return TallyState(*cursor.fetchall()[0]), changes

    def _by_import(self, connection: Connection, changes: Iterable[Row]) -> dict[int, list[Row]]:
        """Return the changes by the import whose cells they belong to; those of imports that are gone count nowhere."""
        by_number: dict[int | None, list[Row]] = defaultdict(list)
        for change in changes:
            by_number[change[1]].append(change)
        belonging = {LIVE: by_number.pop(None, [])}
        if by_number:
            found = connection.execute(
                select(imports.c.id, imports.c.complete).where(imports.c.id.in_([*by_number]))
            ).all()
            for number, complete in found:
                belonging.setdefault(LIVE if complete else number, []).extend(by_number[number])
        return {number: some for number, some in belonging.items() if some}


def counted(changes: Sequence[Row], zone: ZoneInfo) -> Contributions:
    """Return what noted changes add, each a sign, an import and the columns of :data:`TALLIED`."""
    contributions = Contributions(zone)
    for sign in (-1, 1):
        rows = [change[2:] for change in changes if change[0] == sign and change[_ENDED_AT] is not None]
        if rows:
            contributions.add_columns(dict(zip(TALLIED, zip(*rows, strict=True), strict=True)), sign=sign)
    return contributions


def noted_changes(connection: Connection) -> list[Row]:
    """Return the changes that are not in the cells yet, without those of imports that are not complete."""
    seen = select(imports.c.id).where(imports.c.complete)
    columns = [tally_changes.c[name] for name in ("sign", "import_id", *TALLIED)]
    statement = select(*columns).where(tally_changes.c.import_id.is_(None) | tally_changes.c.import_id.in_(seen))
    return [tuple(row) for row in connection.execute(statement)]


def _typed(row: Row) -> Row:
    """Return a row of SQLite with its moment typed, which the driver gives as a text in UTC."""
    ended_at = row[_ENDED_AT]
    if ended_at is None:
        return row
    return (*row[:_ENDED_AT], datetime.fromisoformat(ended_at).replace(tzinfo=UTC), *row[_ENDED_AT + 1 :])
