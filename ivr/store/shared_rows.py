"""Shared rows: what many cells have in common, stored once, under the number that is made from the content.

Rows are never changed and never deleted, so one that was once seen committed need not be written again.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, Table, Transaction

from ivr.store.bulk_statement import Row
from ivr.store.driver_cursor import PLACEHOLDERS, driver_cursor

_MOST_KEPT = 500_000


class SharedRows:
    """The rows of one table, whose first column is the number and whose others are the content."""

    def __init__(self, table: Table, dialect: str) -> None:
        columns = [column.name for column in table.columns]
        marks = ", ".join([PLACEHOLDERS[dialect]] * len(columns))
        self._insert = f"INSERT INTO {table.name} VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 - own names
        self._known: set[int] = set()
        self._written: set[int] = set()
        self._transaction: Transaction | None = None

    def ensure(self, connection: Connection, contents: Mapping[int, Row]) -> None:
        """Store those of ``contents``, given by their numbers, that are not there yet."""
        missing = sorted(number for number in contents if number not in self._known)
        if not missing:
            return
        if len(self._known) > _MOST_KEPT:
            self._known.clear()
        transaction = connection.get_transaction()
        if transaction is not self._transaction:
            self._transaction, self._written = transaction, set()
        with driver_cursor(connection) as cursor:
            for number in missing:
                cursor.execute(self._insert, (number, *contents[number]))
                if cursor.rowcount or number in self._written:
                    # Not known before another transaction finds it: this one may yet be undone.
                    self._written.add(number)
                else:
                    self._known.add(number)
