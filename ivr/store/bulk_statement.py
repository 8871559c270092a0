"""A bulk statement: one INSERT for many rows, compiled once and run on the driver's own cursor.

A driver gives up the interpreter's lock for each statement that it runs, and must wait for it again behind the
event loop; so rows go many to a statement. SQLite takes them as VALUES: a power of two of them at a time, which
keeps the texts few and each prepared once. PostgreSQL takes each column as one array, and refuses to meet a row
twice in one statement; so rows with the same key go in one after the other.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Self

from sqlalchemy.engine.interfaces import DBAPICursor

from ivr.store.driver_cursor import POSITIONAL
from ivr.store.upserts import Insert

Row = tuple[Any, ...]
"""Values of one row, in the order of the statement's columns."""

_LENGTHS = (128, 64, 32, 16, 8, 4, 2, 1)
_VALUES = re.compile(r"VALUES (\([^()]*\))")


class BulkStatement:
    """An INSERT with one ``VALUES (...)``, in the words of one kind of database.

    ``types`` are the columns' types as PostgreSQL names them; the first ``key_width`` columns are the key.
    """

    def __init__(self, text: str, types: Sequence[str], key_width: int, dialect: str) -> None:
        self._key_width = key_width
        self._binders: tuple[tuple[int, Callable[[Any], Any]], ...] = ()
        self._by_arrays: str | None = None
        self._by_values: dict[int, str] = {}
        if dialect == "postgresql":
            arrays = ", ".join(f"%s::{name}[]" for name in types)
            self._by_arrays = _VALUES.sub(f"SELECT * FROM unnest({arrays})", text, count=1)  # noqa: S608 - only types
        else:
            self._by_values = {length: _repeated(text, length) for length in _LENGTHS}

    @classmethod
    def of(cls, insert: Insert, columns: Sequence[str], dialect: str) -> Self:
        """Compile ``insert`` for rows of ``columns``, in the table's order and its key first.

        The insert must bind no value but those.
        """
        words = POSITIONAL[dialect]
        compiled = insert.compile(dialect=words, column_keys=list(columns))
        key = [column.name for column in insert.table.primary_key]
        if compiled.positiontup != list(columns) or key != list(columns[: len(key)]):
            raise AssertionError(f"the table's order is {compiled.positiontup}, its key {key}")
        kinds = [insert.table.c[name].type for name in columns]
        types = [kind.compile(dialect=words).partition(" COLLATE")[0] for kind in kinds]
        statement = cls(compiled.string, types, len(key), dialect)
        binders = [kind.dialect_impl(words).bind_processor(words) for kind in kinds]
        statement._binders = tuple((place, bind) for place, bind in enumerate(binders) if bind is not None)
        return statement

    def bound(self, row: Row) -> Row:
        """Return ``row`` as the driver takes it; raises ValueError for a value that its column cannot mean."""
        if not self._binders:
            return row
        values = list(row)
        for place, bind in self._binders:
            values[place] = bind(values[place])
        return tuple(values)

    def run(self, cursor: DBAPICursor, rows: Sequence[Row]) -> None:
        """Insert ``rows``, bound already, in their order; raises the driver's own errors."""
        if self._by_arrays is not None:
            for apart in self._apart(rows):
                cursor.execute(self._by_arrays, [list(column) for column in zip(*apart, strict=True)])
            return
        done = 0
        for length, text in self._by_values.items():
            while len(rows) - done >= length:
                cursor.execute(text, tuple(chain.from_iterable(rows[done : done + length])))
                done += length

    def _apart(self, rows: Sequence[Row]) -> Iterator[list[Row]]:
        """Yield ``rows`` in runs without a key twice."""
        apart: dict[Row, Row] = {}
        for row in rows:
            key = row[: self._key_width]
            if key in apart:
                yield list(apart.values())
                apart = {}
            apart[key] = row
        if apart:
            yield list(apart.values())


def _repeated(text: str, length: int) -> str:
    return _VALUES.sub(lambda found: "VALUES " + ", ".join([found[1]] * length), text, count=1)
