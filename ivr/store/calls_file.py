"""Reading a calls file some lines at a time, whatever its size; each refusal names the line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from ivr.errors import ImportRefused
from ivr.store.calls_csv import COLUMNS, REQUIRED_COLUMNS
from ivr.store.csv_lines import CsvLines

_HEADER_REMEDY = f"begin the file with a line of column names, at least {','.join(REQUIRED_COLUMNS)}"


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of a file: where each begins, and its cells."""

    numbers: list[int] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)


class CallsFile:
    """A calls file with a good header, open for one reading; raises ImportRefused."""

    def __init__(self, path: Path) -> None:
        self._rows = iter(CsvLines(path))
        header = next(self._rows, None)
        if header is None:
            raise ImportRefused(1, "the file is empty", _HEADER_REMEDY)
        self.header: Sequence[str] = header[1]
        _check_header(self.header)
        self._fault: ImportRefused | None = None

    def some(self, at_most: int) -> Lines:
        """Return the next lines, ``at_most`` so many; none at the end.

        Raises ImportRefused for a line that is broken, once those before it have been returned.
        """
        if self._fault is not None:
            raise self._fault
        lines = Lines()
        columns = len(self.header)
        try:
            for number, cells in islice(self._rows, at_most):
                if len(cells) != columns:
                    raise ImportRefused(
                        number,
                        f"{len(cells)} cells stand under {columns} columns",
                        "write one cell for each column and put text that holds a comma in double quotes",
                    )
                lines.numbers.append(number)
                lines.cells.append(cells)
        except ImportRefused as fault:
            if not lines.numbers:
                raise
            self._fault = fault
        return lines


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
