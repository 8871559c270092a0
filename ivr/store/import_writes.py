"""Import writes: the calls of a file as new rows of the ledger, with their presses.

A file's call gets no row of `legs`: all that is known of its one credited leg stands in the call's own row.
"""

from sqlalchemy import Connection

from ivr.store import tables
from ivr.store.call_rows import CLOSED_COLUMNS
from ivr.store.driver_cursor import driver_cursor
from ivr.store.fact_rows import KEY_COLUMNS, PRESS_COLUMNS
from ivr.store.import_statements import Insertion
from ivr.store.import_work import CallRows, CallRowsPlan


class ImportWrites:
    """The statements for one kind of database."""

    def __init__(self, dialect: str) -> None:
        self._calls = Insertion(tables.calls, (*KEY_COLUMNS, *CLOSED_COLUMNS), "uniqueid", dialect)
        self._presses = Insertion(tables.presses, PRESS_COLUMNS, "uniqueid", dialect)
        self.plan = CallRowsPlan(self._calls.plan, self._presses.plan)

    def store(self, connection: Connection, rows: CallRows, number: int) -> None:
        """Store rows of an import, unseen until it is complete; raises IntegrityError where one is there."""
        with driver_cursor(connection) as cursor:
            # First, as the presses refer to them.
            self._calls.insert(cursor, rows.calls, {"state": "closed", "import_id": number})
            self._presses.insert(cursor, rows.presses)
