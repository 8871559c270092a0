"""Import statements: new rows of one table, many at a time, as quick as the database takes them.

SQLite takes some hundred rows with each statement, and PostgreSQL all of them as one COPY. What is alike in all rows
is bound once: SQLite's values have numbers, and each row names them again.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Table
from sqlalchemy.engine.interfaces import DBAPICursor

from ivr.store.column_types import UtcDateTime
from ivr.store.import_rows import NewRows, RowsPlan


class Insertion:
    """Inserts rows of ``columns`` into ``table``, of which ``apart`` tells one from the other."""

    def __init__(self, table: Table, columns: Sequence[str], apart: str, dialect: str) -> None:
        kinds = {name: table.c[name].type for name in columns}
        self.plan = RowsPlan(
            columns=tuple(columns),
            apart=apart,
            truths=frozenset(name for name, kind in kinds.items() if isinstance(kind, Boolean)),
            moments=frozenset(name for name, kind in kinds.items() if isinstance(kind, UtcDateTime)),
            copies=dialect == "postgresql",
        )
        self._table = table.name

    def insert(self, cursor: DBAPICursor, rows: NewRows, alike: Mapping[str, Any] | None = None) -> None:
        """Insert rows made by the plan, each with what is ``alike`` besides; raises the driver's own errors."""
        given = {**(alike or {}), **rows.alike}
        names = ", ".join(f'"{name}"' for name in (*given, *rows.varying))
        if not self.plan.copies:
            for values in rows.values:
                text = _insert(self._table, names, len(given), len(rows.varying), len(values) // len(rows.varying))
                cursor.execute(text, [*given.values(), *values])
        elif rows.values:
            before = tuple(given.values())
            copying: Any = cursor  # what DB-API has no word for
            with copying.copy(f'COPY "{self._table}" ({names}) FROM STDIN') as copy:
                for row in rows.values:
                    copy.write_row((*before, *row))


@lru_cache(maxsize=64)
def _insert(table: str, names: str, alike: int, varying: int, rows: int) -> str:
    # A bare mark is the value after the last; numbers for all of them would take SQLite long to read.
    row = ", ".join([*(f"?{number}" for number in range(1, alike + 1)), *["?"] * varying])
    return f'INSERT INTO "{table}" ({names}) VALUES ({"), (".join([row] * rows)})'  # noqa: S608 - names of the schema
