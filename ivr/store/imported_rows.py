"""Imported rows: closed calls from a file, stored a few at a time, unseen until their import is complete.

One long transaction would keep live calls from being stored, so a file is written in small ones. Its rows
carry the import's number and stay out of every figure until `complete` turns true, in one statement.
What an import that was cut off left behind is taken away by the next one.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, tuple_, update

from ivr.domain.calls import CallId, HandledCall
from ivr.store.call_rows import CLOSED_COLUMNS, closed_values, is_one_of, with_presses
from ivr.store.driver_cursor import driver_cursor
from ivr.store.fact_rows import key_of
from ivr.store.fact_writes import FactWrites
from ivr.store.import_columns import Key
from ivr.store.tables import calls, imports, legs, presses
from ivr.store.tally_imports import purge_tallies
from ivr.store.upserts import insert_or_replace

_PURGED_AT_ONCE = 1000  # taking a row away costs some times what storing it does

_IMPORTED_LEG = "imported"  # imports of before wrote one for each call

# One value, however many calls: SQLite takes a bounded number of values.
_THERE = {
    "sqlite": "SELECT uniqueid, import_id FROM calls WHERE pbx = ? AND uniqueid IN (SELECT value FROM json_each(?))",
    "postgresql": "SELECT uniqueid, import_id FROM calls WHERE pbx = %s AND uniqueid = ANY(%s)",
}


def begin_import(connection: Connection) -> int:
    """Note a new import and return its number."""
    if connection.dialect.name == "sqlite":
        # Kilobytes: by itself SQLite keeps two megabytes of pages, fewer than a transaction of an import touches.
        connection.exec_driver_sql("PRAGMA cache_size = -32000")
    result = connection.execute(insert(imports).values(started_at=datetime.now(UTC)).returning(imports.c.id))
    number: int = result.scalar_one()
    return number


def complete_import(connection: Connection, number: int) -> None:
    """Make the rows of the import visible."""
    connection.execute(update(imports).where(imports.c.id == number).values(complete=True))


def purge_unfinished(connection: Connection) -> bool:
    """Take away some rows of unfinished imports; return whether there may be more. Needs the import's lock."""
    unfinished = select(imports.c.id).where(imports.c.complete.is_(False))
    key = (calls.c.pbx, calls.c.uniqueid)
    some = select(*key).where(calls.c.import_id.in_(unfinished)).limit(_PURGED_AT_ONCE)
    purged = connection.execute(delete(calls).where(tuple_(*key).in_(some))).rowcount
    if purged or purge_tallies(connection):
        return True
    connection.execute(delete(imports).where(imports.c.complete.is_(False)))
    return False


def keys_there(connection: Connection, keys: Sequence[Key]) -> Mapping[Key, int | None]:
    """Return which of the calls are there, each with the number of the import that it is of."""
    by_pbx: dict[str, list[str]] = {}
    for pbx, uniqueid in keys:
        by_pbx.setdefault(pbx, []).append(uniqueid)
    dialect = connection.dialect.name
    there: dict[Key, int | None] = {}
    with driver_cursor(connection) as cursor:
        for pbx, uniqueids in by_pbx.items():
            cursor.execute(_THERE[dialect], (pbx, json.dumps(uniqueids) if dialect == "sqlite" else uniqueids))
            there.update(((pbx, uniqueid), number) for uniqueid, number in cursor.fetchall())
    return there


def find_rows(connection: Connection, keys: Sequence[CallId]) -> dict[CallId, HandledCall | None]:
    """Return the rows that are there for ``keys``; None for a call that is there and not closed."""
    rows = connection.execute(select(calls).where(is_one_of(calls, keys))).all()
    found: dict[CallId, HandledCall | None] = {
        CallId(row.pbx, row.uniqueid): None for row in rows if row.state != "closed"
    }
    found.update(
        (record.call, record) for record in with_presses(connection, [row for row in rows if row.state == "closed"])
    )
    return found


class Replacement:
    """Replaces rows that are there, in the words of one kind of database."""

    def __init__(self, dialect: str) -> None:
        self._facts = FactWrites(dialect)
        self._replace = insert_or_replace(calls, dialect, ("state", *CLOSED_COLUMNS))

    def replace(self, connection: Connection, row: HandledCall) -> None:
        """Put ``row`` in the place of the call's row; the facts of a live call stay, its presses become the row's."""
        connection.execute(self._replace, closed_values(row))
        key = key_of(row.call)
        of_call = (presses.c.pbx == key["pbx"], presses.c.uniqueid == key["uniqueid"])
        connection.execute(delete(presses).where(*of_call))
        self._facts.write_presses(connection, row.keys)
        leg_of_call = (legs.c.pbx == key["pbx"], legs.c.uniqueid == key["uniqueid"])
        connection.execute(delete(legs).where(*leg_of_call, legs.c.leg == _IMPORTED_LEG))
