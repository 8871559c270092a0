"""The lines of a CSV file as lists of cells, each with the number of the line where it begins."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ivr.errors import ImportRefused

_LONGEST_LINE = 1_000_000
_MARK = b"\xef\xbb\xbf"  # spreadsheets begin UTF-8 with it


class CsvLines:
    """Reads UTF-8 with commas and double quotes; raises ImportRefused for anything else. Empty lines are skipped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        try:
            file = self._path.open("rb")
        except OSError as error:
            raise ImportRefused(1, f"{self._path} cannot be read ({error.strerror})", "name a CSV file") from None
        with file:
            reader = csv.reader(self._decoded(file), strict=True)
            begins = 1
            try:
                for cells in reader:
                    if cells:
                        yield begins, cells
                    begins = self._read + 1
            except csv.Error as error:
                raise ImportRefused(
                    begins,
                    f"the quoting or the line's end is broken ({error})",
                    'close every double quote, and write a quote inside text as ""',
                ) from None

    def _decoded(self, file: BinaryIO) -> Iterator[str]:
        """Yield lines as text; decoding each alone tells the line of a wrong byte."""
        self._read = 0
        while line := file.readline(_LONGEST_LINE):
            self._read += 1
            if self._read == 1:
                line = line.removeprefix(_MARK)
            if len(line) == _LONGEST_LINE:
                raise ImportRefused(self._read, "the line has no end", "save the file as CSV with line breaks")
            try:
                yield line.decode()
            except UnicodeDecodeError:
                raise ImportRefused(self._read, "the text is not UTF-8", "save the file as UTF-8") from None
