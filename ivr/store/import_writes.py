"""Import writes: the calls of a file as new rows of the ledger, with their presses and the leg that is known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import repeat
from typing import NamedTuple

from sqlalchemy import Connection

from ivr.store import tables
from ivr.store.call_rows import CLOSED_COLUMNS
from ivr.store.driver_cursor import driver_cursor
from ivr.store.fact_rows import KEY_COLUMNS, LEG_COLUMNS, PRESS_COLUMNS
from ivr.store.import_columns import CallColumns
from ivr.store.import_statements import Batch, Column, NewRows

IMPORTED_LEG = "imported"
"""The key of the credited leg, the only one of which a file knows more than that it was."""


class ImportRows(NamedTuple):
    """Rows as the driver takes them; ``many`` is of how many calls."""

    many: int
    calls: Sequence[Batch]
    legs: Sequence[Batch]
    presses: Sequence[Batch]


class ImportWrites:
    """The statements for one kind of database."""

    def __init__(self, dialect: str) -> None:
        self._calls = NewRows(tables.calls, (*KEY_COLUMNS, "state", "import_id", *CLOSED_COLUMNS), dialect)
        self._legs = NewRows(tables.legs, LEG_COLUMNS, dialect)
        self._presses = NewRows(tables.presses, PRESS_COLUMNS, dialect)

    def rows_of(self, found: CallColumns, number: int) -> ImportRows:
        """Return the rows of the calls; they belong to the import ``number`` and are unseen until it is complete."""
        values = found.values
        many = len(found)
        connected = map(connected_at, values["ended_at"], values["talk_seconds"])
        leg: dict[str, Column] = {
            "leg": repeat(IMPORTED_LEG, many),
            "interface": repeat(None, many),
            "connected_at": connected,
        }
        call: dict[str, Column] = {"state": repeat("closed", many), "import_id": repeat(number, many)}
        pressed = zip(values["pbx"], values["uniqueid"], found.presses, strict=True)
        presses = [(pbx, uniqueid, *tail) for pbx, uniqueid, tails in pressed for tail in tails]
        return ImportRows(
            many,
            self._calls.batches({**values, **call}),
            self._legs.batches({**values, **leg}),
            self._presses.batches(dict(zip(PRESS_COLUMNS, zip(*presses, strict=True), strict=True))) if presses else (),
        )

    def store(self, connection: Connection, rows: ImportRows) -> None:
        """Store rows that are not there yet; raises IntegrityError where one is there."""
        with driver_cursor(connection) as cursor:
            # First, as the others refer to them.
            self._calls.insert(cursor, rows.calls)
            self._legs.insert(cursor, rows.legs)
            self._presses.insert(cursor, rows.presses)


def connected_at(ended_at: datetime, talk_seconds: float | None) -> datetime:
    """Return when the credited leg was answered, as far as its talk tells."""
    try:
        return ended_at - timedelta(seconds=talk_seconds or 0)
    except OverflowError:
        return ended_at
