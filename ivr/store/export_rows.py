"""Exporting rows: any table of typed values as CSV, JSON or a spreadsheet, written as it is read."""

import csv
import io
import json
from collections.abc import Callable, Generator, Iterable, Sequence
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
from sqlalchemy import Connection

from ivr.store.cells import cell_text, moment_text
from ivr.store.database import Database

Values = Sequence[object]
"""A row in the order of its columns: text, numbers, booleans, moments, None where a cell is empty."""
_SHEET_ROWS = 1_048_575  # what a spreadsheet holds below its header


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
    return _write_xlsx(name, columns, rows, target)


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


def _write_xlsx(name: str, columns: Sequence[str], rows: Iterable[Values], target: BinaryIO) -> int:
    book = Workbook(write_only=True)
    sheet = _new_sheet(book, name, columns)
    count = 0
    for count, row in enumerate(rows, 1):
        if count > 1 and count % _SHEET_ROWS == 1:
            sheet = _new_sheet(book, f"{name} {count // _SHEET_ROWS + 1}", columns)
        sheet.append([_spreadsheet_cell(sheet, _plain(value)) for value in row])
    # Put together in a file of our own: a pipe cannot go back to the archive's earlier parts.
    with TemporaryFile() as whole:
        book.save(whole)
        whole.seek(0)
        copyfileobj(whole, target)
    return count


def _new_sheet(book: Workbook, title: str, columns: Sequence[str]) -> WriteOnlyWorksheet:
    sheet: WriteOnlyWorksheet = book.create_sheet(title)
    sheet.append(columns)
    return sheet


def _spreadsheet_cell(sheet: WriteOnlyWorksheet, value: object) -> Cell:
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value if isinstance(value, int | float) else None)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
    # Text that begins with = would be run as a formula by whoever opens the file.
    cell.data_type = "s"
    return cell


def _plain(value: object) -> object:
    """Return the value as JSON knows it, a moment as text with its offset."""
    if isinstance(value, datetime):
        return moment_text(value)
    return str(value) if isinstance(value, StrEnum) else value
