"""Export sheets: rows of plain values as a spreadsheet, as many sheets as they take."""

from collections.abc import Iterable, Sequence
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_SHEET_ROWS = 1_048_575  # what a spreadsheet holds below its header


def write_sheets(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]], target: BinaryIO) -> int:
    """Write the rows under ``columns`` to sheets called ``name`` and return how many rows there were."""
    book = Workbook(write_only=True)
    sheet = _new_sheet(book, name, columns)
    count = 0
    for count, row in enumerate(rows, 1):
        if count > 1 and count % _SHEET_ROWS == 1:
            sheet = _new_sheet(book, f"{name} {count // _SHEET_ROWS + 1}", columns)
        sheet.append([_spreadsheet_cell(sheet, value) for value in row])
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
