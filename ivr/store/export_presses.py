"""Exporting presses: every key as heard, with its time and the question that it was heard in."""

from collections.abc import Generator
from typing import BinaryIO

from sqlalchemy import Connection, and_, select

from ivr.store.call_rows import is_handled
from ivr.store.database import Database
from ivr.store.export_rows import ExportFormat, Values, export_rows
from ivr.store.tables import calls, presses

PRESS_FILE_COLUMNS = ("call_id", "pbx", "number", "question", "key", "lo_ms", "hi_ms")
_AT_ONCE = 2000


def export_presses(database: Database, target: BinaryIO, form: ExportFormat) -> int:
    """Write every press of every closed call to ``target``, oldest call first; return how many.

    Raises DatabaseRefused.
    """
    return export_rows(database, "presses", PRESS_FILE_COLUMNS, _read, target, form)


def _read(connection: Connection) -> Generator[Values]:
    of_call = and_(presses.c.pbx == calls.c.pbx, presses.c.uniqueid == calls.c.uniqueid)
    statement = (
        select(
            presses.c.uniqueid,
            presses.c.pbx,
            presses.c.number,
            presses.c.question,
            presses.c.key,
            presses.c.lo_ms,
            presses.c.hi_ms,
        )
        .join_from(presses, calls, of_call)
        .where(is_handled())
        .order_by(calls.c.ended_at, calls.c.pbx, calls.c.uniqueid, presses.c.number)
    )
    with connection.execute(statement, execution_options={"yield_per": _AT_ONCE}) as result:
        yield from result
