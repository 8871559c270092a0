"""A prepared read: one SELECT, compiled once and run on the driver's own cursor, for what every call reads."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import CompoundSelect, Select
from sqlalchemy.engine.interfaces import DBAPICursor

from ivr.store.bulk_statement import Row
from ivr.store.driver_cursor import POSITIONAL

_Reader = Callable[[Any], Any]


class PreparedRead:
    """A SELECT with named values, in the words of one kind of database; its rows are plain tuples, typed."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]], dialect: str) -> None:
        words = POSITIONAL[dialect]
        compiled = statement.compile(dialect=words)
        self._words = words
        self._text = compiled.string
        self._binders = [
            (name, compiled.binds[name].type.dialect_impl(words).bind_processor(words))
            for name in compiled.positiontup or ()
        ]
        self._types = [column.type for column in statement.selected_columns]
        self._readers: list[tuple[int, _Reader]] | None = None

    def rows(self, cursor: DBAPICursor, **values: Any) -> list[Row]:  # noqa: ANN401 - whatever the columns hold
        """Return the rows for ``values``; raises the driver's own errors."""
        bound = [values[name] if bind is None else bind(values[name]) for name, bind in self._binders]
        cursor.execute(self._text, bound)
        if self._readers is None:
            self._readers = self._readers_of(cursor)
        return [_typed(row, self._readers) for row in cursor.fetchall()]

    def first(self, cursor: DBAPICursor, **values: Any) -> Row | None:  # noqa: ANN401 - whatever the columns hold
        """Return the first row for ``values``; None where there is none."""
        rows = self.rows(cursor, **values)
        return rows[0] if rows else None

    def _readers_of(self, cursor: DBAPICursor) -> list[tuple[int, _Reader]]:
        """Return how columns are read whose values the driver does not type; some types ask how they came."""
        came_as = [column[1] for column in cursor.description or ()]
        readers = [
            each.dialect_impl(self._words).result_processor(self._words, code)
            for each, code in zip(self._types, came_as, strict=True)
        ]
        return [(place, read) for place, read in enumerate(readers) if read is not None]


def _typed(row: Row, readers: list[tuple[int, _Reader]]) -> Row:
    if not readers:
        return row
    values = list(row)
    for place, read in readers:
        values[place] = read(values[place])
    return tuple(values)
