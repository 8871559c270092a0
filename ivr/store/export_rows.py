"""Exporting rows: any table of typed values as CSV, JSON or a spreadsheet, written as it is read."""

import csv
import io
import json
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from sqlalchemy import Connection

from ivr.store.cells import cell_text, moment_text
from ivr.store.database import Database

Values = Sequence[object]
"""A row in the order of its columns: text, numbers, booleans, moments, None where a cell is empty."""


class ExportFormat(StrEnum):
    """How exported rows are written."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


def export_rows(
    database: Database,
    name: str,
    columns: Sequence[str],
    read: Callable[[Connection], Generator[Values]],
    target: BinaryIO,
    form: ExportFormat,
) -> int:
    """Write the rows that ``read`` yields, as of one moment, and return how many; raises DatabaseRefused."""

    def query(connection: Connection) -> int:
        # Closed before the connection, also where the target takes no more.
        with closing(read(connection)) as rows:
            return write_rows(name, columns, rows, target, form)

    return database.read_now(query)


def write_rows(name: str, columns: Sequence[str], rows: Iterable[Values], target: BinaryIO, form: ExportFormat) -> int:
    """Write the rows under ``columns`` and return how many there were; ``name`` is a spreadsheet's sheet."""
    if form is ExportFormat.CSV:
        return _write_csv(columns, rows, target)
    if form is ExportFormat.JSON:
        return _write_json(columns, rows, target)
    # Its library takes a quarter of a second to load, for which no other command should wait.
    from ivr.store.export_sheets import write_sheets  # noqa: PLC0415

    return write_sheets(name, columns, map(_plain_row, rows), target)


def _write_csv(columns: Sequence[str], rows: Iterable[Values], target: BinaryIO) -> int:
    text = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([cell_text(value) for value in row])
        count += 1
    text.detach()
    return count


def _write_json(columns: Sequence[str], rows: Iterable[Values], target: BinaryIO) -> int:
    count = 0
    target.write(b"[")
    for count, row in enumerate(rows, 1):
        target.write(b",\n" if count > 1 else b"\n")
        named = {column: _plain(value) for column, value in zip(columns, row, strict=True)}
        target.write(json.dumps(named, ensure_ascii=False).encode())
    target.write(b"\n]\n")
    return count


def _plain_row(row: Values) -> list[object]:
    return [_plain(value) for value in row]


def _plain(value: object) -> object:
    """Return the value as JSON knows it, a moment as text with its offset."""
    if isinstance(value, datetime):
        return moment_text(value)
    return str(value) if isinstance(value, StrEnum) else value
