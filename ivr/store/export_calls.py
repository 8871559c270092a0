"""Exporting calls: every closed call in the calls file's columns."""

from collections.abc import Generator, Iterable
from contextlib import closing
from typing import BinaryIO

from sqlalchemy import Connection, select

from ivr.domain.calls import HandledCall
from ivr.store.call_rows import is_handled, with_presses
from ivr.store.calls_csv import COLUMNS, typed_values
from ivr.store.database import Database
from ivr.store.export_rows import ExportFormat, Values, export_rows, write_rows
from ivr.store.tables import calls

_NAME = "calls"
_AT_ONCE = 500


def export_calls(database: Database, target: BinaryIO, form: ExportFormat) -> int:
    """Write every closed call of one moment to ``target``, oldest first, and return how many; raises DatabaseRefused.

    Test and excluded calls are among them, marked.
    """
    return export_rows(database, _NAME, COLUMNS, _read, target, form)


def handled_calls(connection: Connection, *, pbx: str | None = None) -> Generator[HandledCall]:
    """Yield every closed call, or those of one Asterisk, oldest first, without holding them all."""
    statement = select(calls).where(is_handled()).order_by("ended_at", "pbx", "uniqueid")
    if pbx is not None:
        statement = statement.where(calls.c.pbx == pbx)
    with connection.execute(statement, execution_options={"yield_per": _AT_ONCE}) as result:
        for rows in result.partitions():
            yield from with_presses(connection, rows)


def write_csv(rows: Iterable[HandledCall], target: BinaryIO) -> int:
    """Write the rows as a calls file and return how many there were."""
    return write_rows(_NAME, COLUMNS, map(_values, rows), target, ExportFormat.CSV)


def _read(connection: Connection) -> Generator[Values]:
    with closing(handled_calls(connection)) as rows:
        yield from map(_values, rows)


def _values(row: HandledCall) -> Values:
    return tuple(typed_values(row).values())
