"""Reading a calls file, line by line, whatever its size; each refusal names the line."""

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from ivr.domain.calls import CallId, HandledCall
from ivr.errors import ImportRefused
from ivr.store.calls_csv import COLUMNS, REQUIRED_COLUMNS, decode
from ivr.store.csv_lines import CsvLines

_HEADER_REMEDY = f"begin the file with a line of column names, at least {','.join(REQUIRED_COLUMNS)}"


def read_calls(path: Path, pseudonym: Callable[[str], str | None]) -> Iterator[tuple[int, HandledCall]]:
    """Yield each call of the file with its line number; raises ImportRefused at the first thing that is wrong."""
    lines = CsvLines(path)
    rows = iter(lines)
    header = next(rows, None)
    if header is None:
        raise ImportRefused(1, "the file is empty", _HEADER_REMEDY)
    columns = header[1]
    _check_header(columns)
    seen: dict[CallId, int] = {}
    for number, row in rows:
        if len(row) != len(columns):
            raise ImportRefused(
                number,
                f"{len(row)} cells stand under {len(columns)} columns",
                "write one cell for each column and put text that holds a comma in double quotes",
            )
        call = decode(dict(zip(columns, row, strict=True)), number, pseudonym)
        if call.call in seen:
            raise ImportRefused(
                number,
                f"call_id {call.call.uniqueid} stands in line {seen[call.call]} already",
                "keep one line for each call, and tell several Asterisks apart in the column pbx",
            )
        seen[call.call] = number
        yield number, call


def _check_header(columns: Sequence[str]) -> None:
    if len(columns) == 1 and any(other in columns[0] for other in (";", "\t", "|")):
        raise ImportRefused(1, "the columns are not separated by commas", "save the file with commas")
    if not set(columns) & set(COLUMNS):
        raise ImportRefused(1, "there is no header", _HEADER_REMEDY)
    for column in columns:
        if column not in COLUMNS:
            near = get_close_matches(column, COLUMNS, n=1)
            remedy = f"write {near[0]}" if near else "take it out; docs/ledger.md lists the columns"
            raise ImportRefused(1, f'the column "{column[:40]}" is not known', remedy)
        if columns.count(column) > 1:
            raise ImportRefused(1, f"the column {column} stands twice", "keep one")
    missing = [column for column in REQUIRED_COLUMNS if column not in columns]
    if missing:
        raise ImportRefused(1, f"the column {missing[0]} is missing", "add it; it is required")
