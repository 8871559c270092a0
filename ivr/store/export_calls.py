"""Exporting calls: every closed call in the calls file's columns, as CSV, JSON or a spreadsheet."""

import csv
import io
import json
from collections.abc import Generator, Iterable
from contextlib import closing
from datetime import datetime
from enum import StrEnum
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from sqlalchemy import Connection, select

from ivr.domain.calls import HandledCall
from ivr.store.call_rows import is_handled, with_presses
from ivr.store.calls_csv import COLUMNS, encode, typed_values
from ivr.store.cells import moment_text
from ivr.store.database import Database
from ivr.store.tables import calls

_AT_ONCE = 500
_SHEET_ROWS = 1_048_575  # what a spreadsheet holds below its header


class ExportFormat(StrEnum):
    """How exported rows are written."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


def export_calls(database: Database, target: BinaryIO, form: ExportFormat) -> int:
    """Write every closed call of one moment to ``target``, oldest first, and return how many; raises DatabaseRefused.

    Test and excluded calls are among them, marked.
    """
    write = {ExportFormat.CSV: write_csv, ExportFormat.JSON: _write_json, ExportFormat.XLSX: _write_xlsx}[form]

    def query(connection: Connection) -> int:
        # Closed before the connection, also where the target takes no more.
        with closing(handled_calls(connection)) as rows:
            return write(rows, target)

    return database.read_now(query)


def handled_calls(connection: Connection) -> Generator[HandledCall]:
    """Yield every closed call, oldest first, without holding them all."""
    statement = select(calls).where(is_handled()).order_by("ended_at", "pbx", "uniqueid")
    with connection.execute(statement, execution_options={"yield_per": _AT_ONCE}) as result:
        for rows in result.partitions():
            yield from with_presses(connection, rows)


def write_csv(rows: Iterable[HandledCall], target: BinaryIO) -> int:
    """Write the rows as a calls file and return how many there were."""
    text = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for row in rows:
        writer.writerow(encode(row))
        count += 1
    text.detach()
    return count


def _write_json(rows: Iterable[HandledCall], target: BinaryIO) -> int:
    count = 0
    target.write(b"[")
    for count, row in enumerate(rows, 1):
        target.write(b",\n" if count > 1 else b"\n")
        target.write(json.dumps(_plain(row), ensure_ascii=False).encode())
    target.write(b"\n]\n")
    return count


def _write_xlsx(rows: Iterable[HandledCall], target: BinaryIO) -> int:
    book = Workbook(write_only=True)
    sheet = _new_sheet(book, 1)
    count = 0
    for count, row in enumerate(rows, 1):
        if count > 1 and count % _SHEET_ROWS == 1:
            sheet = _new_sheet(book, count // _SHEET_ROWS + 1)
        sheet.append([_spreadsheet_cell(sheet, value) for value in _plain(row).values()])
    # Put together in a file of our own: a pipe cannot go back to the archive's earlier parts.
    with TemporaryFile() as whole:
        book.save(whole)
        whole.seek(0)
        copyfileobj(whole, target)
    return count


def _new_sheet(book: Workbook, number: int) -> WriteOnlyWorksheet:
    sheet: WriteOnlyWorksheet = book.create_sheet("calls" if number == 1 else f"calls {number}")
    sheet.append(COLUMNS)
    return sheet


def _spreadsheet_cell(sheet: WriteOnlyWorksheet, value: object) -> Cell:
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value if isinstance(value, int | float) else None)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
    # Text that begins with = would be run as a formula by whoever opens the file.
    cell.data_type = "s"
    return cell


def _plain(row: HandledCall) -> dict[str, object]:
    """Return the row's typed values, moments as text with their offset."""
    return {
        column: moment_text(value)
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, StrEnum)
        else value
        for column, value in typed_values(row).items()
    }
