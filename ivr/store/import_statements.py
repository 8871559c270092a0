"""Import statements: new rows of one table, many at a time, as quick as the database takes them.

A driver gives up the interpreter's lock for each statement, and has to wait for it again behind the thread that reads
the file; so SQLite takes some hundred rows with each, and PostgreSQL all of them as one COPY.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Table
from sqlalchemy.engine.interfaces import DBAPICursor

from ivr.store.column_types import UtcDateTime

Column = Iterable[Any]
Batch = tuple[str, Sequence[Any]]
"""A statement and its values; for PostgreSQL the values of one row that is copied."""
ROWS_AT_ONCE = 512
"""How many rows go with a statement: of 41 columns they keep within the 32,766 values that SQLite takes."""
_LENGTHS = (ROWS_AT_ONCE, 64, 8, 1)
_AFTER_SECONDS = len("+00:00")
_WITH_MICROSECONDS = len("2026-03-01 09:00:00.123456+00:00")


class NewRows:
    """Inserts rows of ``columns`` into ``table``; none of them may be there."""

    def __init__(self, table: Table, columns: Sequence[str], dialect: str) -> None:
        self._columns = tuple(columns)
        self._binders = _binders(table, columns, dialect)
        self._copies = dialect == "postgresql"
        names = ", ".join(f'"{name}"' for name in columns)
        marks = f"({', '.join('?' * len(columns))})"
        insert = f'INSERT INTO "{table.name}" ({names}) VALUES '  # noqa: S608 - names of the schema
        self._inserts = {length: insert + ", ".join([marks] * length) for length in _LENGTHS}
        self._copy = f'COPY "{table.name}" ({names}) FROM STDIN'

    def batches(self, values: Mapping[str, Column]) -> list[Batch]:
        """Return the rows of ``values``, which are given by column, as :meth:`insert` takes them."""
        binders = self._binders
        columns = [
            list(map(binders[name], values[name])) if name in binders else list(values[name]) for name in self._columns
        ]
        return list(self._copied(columns) if self._copies else self._inserted(columns))

    def insert(self, cursor: DBAPICursor, batches: Sequence[Batch]) -> None:
        """Insert what :meth:`batches` gave; raises the driver's own errors."""
        if self._copies and batches:
            copying: Any = cursor  # what DB-API has no word for
            with copying.copy(self._copy) as copy:
                for _, row in batches:
                    copy.write_row(row)
            return
        for text, values in batches:
            cursor.execute(text, values)

    def _copied(self, columns: Sequence[Sequence[Any]]) -> Iterator[Batch]:
        return ((self._copy, row) for row in zip(*columns, strict=True))

    def _inserted(self, columns: Sequence[Sequence[Any]]) -> Iterator[Batch]:
        """Yield the rows, as many to a statement as there are; a slice a column is quicker than a tuple a row."""
        width, many, done = len(columns), len(columns[0]), 0
        for length, text in self._inserts.items():
            while many - done >= length:
                values: list[Any] = [None] * (length * width)
                for place, column in enumerate(columns):
                    values[place::width] = column[done : done + length]
                yield text, values
                done += length


def sqlite_moment(moment: datetime) -> str:
    """Return a moment in UTC as SQLAlchemy stores it in SQLite, in a fifth of the time; columns hold few twice."""
    text = moment.isoformat(" ")
    whole = text[:-_AFTER_SECONDS]
    return whole if len(text) == _WITH_MICROSECONDS else whole + ".000000"


def _binders(table: Table, columns: Sequence[str], dialect: str) -> Mapping[str, Callable[[Any], Any]]:
    """Return what turns values into the driver's, where they are not that already."""
    if dialect == "postgresql":
        return {}
    kinds = {name: table.c[name].type for name in columns}
    truths = {name: int for name, kind in kinds.items() if isinstance(kind, Boolean)}
    return {**truths, **{name: sqlite_moment for name, kind in kinds.items() if isinstance(kind, UtcDateTime)}}
