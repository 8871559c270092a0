"""Cell writes: counted cells added to the cells of a book, each table with as few statements as can be."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, func

from ivr.store.bulk_statement import BulkStatement, Row
from ivr.store.counted_cells import CountedCells
from ivr.store.driver_cursor import PLACEHOLDERS, driver_batch
from ivr.store.shared_rows import SharedRows
from ivr.store.tables import (
    daily_tallies,
    group_tallies,
    period_tallies,
    press_tallies,
    tally_contacts,
    tally_days,
    tally_hearings,
    tally_places,
    tally_results,
)
from ivr.store.upserts import insert_or_replace, proposed

_SHARED_TABLES = (tally_places, tally_hearings, tally_contacts, tally_results)
CELL_TABLES = (daily_tallies, press_tallies, period_tallies, group_tallies)
LIVE = 0
"""The import of cells that no import holds apart."""
UNSEEN = 0
"""The revision of days whose cells nobody sees yet."""
_BY_DAY = (daily_tallies, press_tallies)


class CellWrites:
    """The statements for one kind of database."""

    def __init__(self, dialect: str) -> None:
        self._shared = {table.name: SharedRows(table, dialect) for table in _SHARED_TABLES}
        self._adds = {table: _add(table, dialect) for table in CELL_TABLES}
        self._clears = {table: _clear(table, dialect) for table in CELL_TABLES}
        columns = [column.name for column in tally_days.columns]
        latest = {"revision": _most(dialect)(tally_days.c.revision, proposed(tally_days, "revision", dialect))}
        self._note_days = BulkStatement.of(insert_or_replace(tally_days, dialect, (), latest), columns, dialect)

    def write(self, connection: Connection, book: int, import_id: int, given: CountedCells, revision: int) -> None:
        """Add ``given`` to the cells of a book that belong to ``import_id``; a cell that comes to 0 is removed.

        Its days are noted as changed at ``revision``; those of an import that nobody sees yet are not.
        """
        for name, contents in given.shared.items():
            self._shared[name].ensure(connection, contents)
        rows = {table: [(book, import_id, *cell) for cell in given.cells.get(table.name, ())] for table in CELL_TABLES}
        changed_at = revision if import_id == LIVE else UNSEEN
        days = {cell[0] for table in _BY_DAY for cell in given.cells.get(table.name, ())}
        self.add(connection, rows, [(book, import_id, day, changed_at) for day in sorted(days)])

    def add(
        self, connection: Connection, rows: dict[Table, list[Row]], days: Sequence[Row], *, may_cancel: bool = False
    ) -> None:
        """Add rows as the tables have them, in the order of their keys; a cell that comes to 0 is removed.

        ``days`` are rows of ``tally_days``; of one that is there the later revision holds. ``may_cancel``: what is
        added may bring a cell from below to 0, not only what is taken away.
        """
        with driver_batch(connection) as cursor:
            for table, cells in rows.items():
                self._adds[table].run(cursor, cells)
                width = len(table.primary_key)
                sums = slice(width, width + len(_sums(table)))
                fewer = [cell[:width] for cell in cells if may_cancel or min(cell[sums]) < 0]
                if fewer:
                    cursor.executemany(self._clears[table], fewer)
            self._note_days.run(cursor, days)


def remove_cells(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Take rows of one of the tables away."""
    keys = [column.name for column in table.primary_key]
    mark = PLACEHOLDERS[connection.dialect.name]
    where = " AND ".join(f"{key} = {mark}" for key in keys)
    connection.exec_driver_sql(
        f"DELETE FROM {table.name} WHERE {where}",  # noqa: S608 - own names
        [row[: len(keys)] for row in rows],
    )


def _add(table: Table, dialect: str) -> BulkStatement:
    keys = {column.name for column in table.primary_key}
    rules: dict[str, Any] = {
        column.name: column + proposed(table, column.name, dialect)
        for column in table.columns
        if column.name not in keys
    }
    if table is daily_tallies:
        least = func.min if dialect == "sqlite" else func.least
        rules["first_us"] = least(table.c.first_us, proposed(table, "first_us", dialect))
        rules["last_us"] = _most(dialect)(table.c.last_us, proposed(table, "last_us", dialect))
    columns = [column.name for column in table.columns]
    return BulkStatement.of(insert_or_replace(table, dialect, (), rules), columns, dialect)


def _most(dialect: str) -> Any:  # noqa: ANN401 - a function of SQL
    return func.max if dialect == "sqlite" else func.greatest


def _clear(table: Table, dialect: str) -> str:
    mark = PLACEHOLDERS[dialect]
    keys = " AND ".join(f"{column.name} = {mark}" for column in table.primary_key)
    # All sums: a cell of no calls may still hold what is to be taken off the cell of an import.
    nothing = " AND ".join(f"{name} = 0" for name in _sums(table))
    return f"DELETE FROM {table.name} WHERE {keys} AND {nothing}"  # noqa: S608 - own names


def _sums(table: Table) -> list[str]:
    """Return the columns that are added up, which follow the key; the two moments of a daily cell are not."""
    keys = {column.name for column in table.primary_key}
    return [column.name for column in table.columns if column.name not in keys | {"first_us", "last_us"}]
