"""Shared rows: what many cells have in common, stored once, under a number that is made from the content.

A number from the content needs no looking up and no agreement between programs: whoever writes a contact first, its
cells are the same. 64 bits of a digest collide for a million contacts with a chance of one in 30 million. Rows are
never changed and never deleted, so one that was once seen committed need not be written again.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from typing import Any

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
        self._numbers: dict[Row, int] = {}
        self._known: set[int] = set()
        self._written: set[int] = set()
        self._transaction: Transaction | None = None

    def numbers_of(self, contents: Iterable[Row]) -> list[int]:
        """Return the number of each content."""
        if len(self._numbers) > _MOST_KEPT:
            self._numbers.clear()
            self._known.clear()
        numbers = self._numbers
        return [numbers.get(content) or self._number(content) for content in contents]

    def ensure(self, connection: Connection, contents: Sequence[Row], wanted: Collection[int]) -> None:
        """Store those of ``contents`` whose places are ``wanted``, where they are not there yet."""
        rows = [(self._number(contents[place]), contents[place]) for place in wanted]
        missing = sorted((row for row in rows if row[0] not in self._known), key=lambda row: row[0])
        if not missing:
            return
        transaction = connection.get_transaction()
        if transaction is not self._transaction:
            self._transaction, self._written = transaction, set()
        with driver_cursor(connection) as cursor:
            for number, content in missing:
                cursor.execute(self._insert, (number, *map(_plain, content)))
                if cursor.rowcount or number in self._written:
                    # Not known before another transaction finds it: this one may yet be undone.
                    self._written.add(number)
                else:
                    self._known.add(number)

    def _number(self, content: Row) -> int:
        number = self._numbers.get(content)
        if number is None:
            text = json.dumps([_plain(value) for value in content], separators=(",", ":"))
            digest = blake2b(text.encode(), digest_size=8).digest()
            number = self._numbers[content] = int.from_bytes(digest, "big", signed=True)
        return number


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever the columns hold
    return str(value) if isinstance(value, str) else value
