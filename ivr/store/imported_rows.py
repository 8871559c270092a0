"""Imported rows: closed calls from a file, stored a few at a time, unseen until their import is complete.

One long transaction would keep live calls from being stored, so a file is written in small ones. Its rows
carry the import's number and stay out of every figure until `complete` turns true, in one statement.
What an import that was cut off left behind is taken away by the next one.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ivr.domain.calls import CallId, HandledCall, Leg
from ivr.store.call_rows import CLOSED_COLUMNS, closed_values, is_one_of, with_presses
from ivr.store.fact_rows import key_of
from ivr.store.fact_writes import FactWrites
from ivr.store.tables import calls, imports, legs, presses
from ivr.store.upserts import insert_or_replace

_IMPORTED_LEG = "imported"
_PURGED_AT_ONCE = 500


def begin_import(connection: Connection) -> int:
    """Note a new import and return its number."""
    result = connection.execute(insert(imports).values(started_at=datetime.now(UTC)).returning(imports.c.id))
    number: int = result.scalar_one()
    return number


def complete_import(connection: Connection, number: int) -> None:
    """Make the rows of the import visible."""
    connection.execute(update(imports).where(imports.c.id == number).values(complete=True))


def purge_unfinished(connection: Connection) -> bool:
    """Take away some rows of unfinished imports; return whether there may be more. Needs the import's lock."""
    unfinished = select(imports.c.id).where(imports.c.complete.is_(False))
    some = select(calls.c.pbx, calls.c.uniqueid).where(calls.c.import_id.in_(unfinished)).limit(_PURGED_AT_ONCE)
    keys = [CallId(row.pbx, row.uniqueid) for row in connection.execute(some)]
    if keys:
        connection.execute(delete(calls).where(is_one_of(calls, keys)))
        return True
    connection.execute(delete(imports).where(imports.c.complete.is_(False)))
    return False


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


class ImportedRows:
    """Writes the rows of a file, in the words of one kind of database."""

    def __init__(self, dialect: str) -> None:
        self._facts = FactWrites(dialect)
        self._replace = insert_or_replace(calls, dialect, ("state", *CLOSED_COLUMNS))

    def add(self, connection: Connection, rows: Sequence[HandledCall], number: int) -> None:
        """Store calls that are not there yet, unseen; raises IntegrityError where one is there."""
        connection.execute(insert(calls), [{**closed_values(row), "import_id": number} for row in rows])
        credited = [_leg_values(row) for row in rows if _has_leg(row)]
        if credited:
            connection.execute(insert(legs), credited)
        self._facts.write_presses(connection, tuple(press for row in rows for press in row.keys))

    def replace(self, connection: Connection, row: HandledCall) -> None:
        """Put ``row`` in the place of the call's row; the facts of a live call stay, its presses become the row's."""
        connection.execute(self._replace, closed_values(row))
        key = key_of(row.call)
        of_call = (presses.c.pbx == key["pbx"], presses.c.uniqueid == key["uniqueid"])
        connection.execute(delete(presses).where(*of_call))
        self._facts.write_presses(connection, row.keys)
        leg_of_call = (legs.c.pbx == key["pbx"], legs.c.uniqueid == key["uniqueid"])
        connection.execute(delete(legs).where(*leg_of_call, legs.c.leg == _IMPORTED_LEG))
        seen_live = connection.execute(select(legs.c.leg).where(*leg_of_call).limit(1)).first()
        if _has_leg(row) and seen_live is None:
            connection.execute(insert(legs), _leg_values(row))


def _has_leg(row: HandledCall) -> bool:
    return row.agent is not None or row.queue is not None


def _leg_values(row: HandledCall) -> dict[str, Any]:
    """Return the credited leg, the only one of which the file knows more than that it was."""
    leg = Leg(
        call=row.call,
        leg=_IMPORTED_LEG,
        agent=row.agent,
        interface=None,
        queue=row.queue,
        connected_at=_connected_at(row),
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        wait_seconds=row.wait_seconds,
        talk_seconds=row.talk_seconds,
    )
    return {
        **key_of(leg.call),
        "leg": leg.leg,
        "agent": leg.agent,
        "interface": leg.interface,
        "queue": leg.queue,
        "connected_at": leg.connected_at,
        "ended_at": leg.ended_at,
        "ended_by": leg.ended_by,
        "wait_seconds": leg.wait_seconds,
        "talk_seconds": leg.talk_seconds,
    }


def _connected_at(row: HandledCall) -> datetime:
    try:
        return row.ended_at - timedelta(seconds=row.talk_seconds or 0)
    except OverflowError:
        return row.ended_at
