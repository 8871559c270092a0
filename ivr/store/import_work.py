"""Import work: what the process that reads a calls file does with it, beside the one that writes.

Reading and checking the lines, making rows of them and counting them takes as long as writing the rows; so it has a
processor of its own. Nothing here knows the database, whose libraries take longer to load than many a file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import NamedTuple

from ivr.domain.calls import HandledCall
from ivr.domain.kpi.contributions import Contributions
from ivr.store.calls_file import CallsFile
from ivr.store.counted_cells import CellCounting, CountedCells
from ivr.store.import_columns import CallColumns, ColumnDecoder, Key
from ivr.store.import_rows import NewRows, RowMaker, RowsPlan

_MOST_CELLS = 100_000  # some tens of megabytes


class CallRowsPlan(NamedTuple):
    """The plans for rows of `calls` and of `presses`."""

    calls: RowsPlan
    presses: RowsPlan


class CallRows(NamedTuple):
    """The rows of some calls."""

    calls: NewRows
    presses: NewRows


class Batch(NamedTuple):
    """Calls of the file: those at ``places`` of the lines that were read together under ``number``."""

    number: int
    places: Sequence[int]
    keys: Sequence[Key]
    rows: CallRows


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to read and how; it goes to another process.

    ``pseudonym`` turns any identifier of a caller into its keyed hash; the days of ``zone`` are counted, and
    ``cells_at_once`` are stored in one transaction.
    """

    path: Path
    pseudonym: Callable[[str], str | None]
    plan: CallRowsPlan
    zone: tzinfo
    cells_at_once: int


class ImportWork:
    """Reads one file; raises ImportRefused for what is wrong at its head, and from :meth:`some`."""

    def __init__(self, order: ImportOrder) -> None:
        self._file = CallsFile(order.path)
        self._decoder = ColumnDecoder(self._file.header, order.pseudonym)
        self._calls, self._presses = RowMaker(order.plan.calls), RowMaker(order.plan.presses)
        self._press_columns = order.plan.presses.columns
        self._contributions = Contributions(order.zone)
        self._cells = CellCounting()
        self._cells_at_once = order.cells_at_once
        self._read: dict[int, CallColumns] = {}
        self._last = 0

    def some(self, at_most: int) -> Batch | None:
        """Return the next calls of the file, None at its end. They are kept until they are counted."""
        lines = self._file.some(at_most)
        if not lines.numbers:
            return None
        self._last += 1
        self._read[self._last] = self._decoder.decode(lines.numbers, lines.cells)
        return self.only(self._last, range(len(lines.numbers)))

    def only(self, number: int, places: Sequence[int]) -> Batch:
        """Return some calls of those that were read together."""
        found = self._chosen(number, places)
        return Batch(number, places, found.keys(), CallRows(self._calls.rows(found.values), self._pressed(found)))

    def records(self, number: int, places: Sequence[int]) -> list[tuple[int, HandledCall]]:
        """Return calls as records, each with its line."""
        found = self._read[number]
        return [(found.lines[place], self._decoder.row(found.lines[place], found.cells[place])) for place in places]

    def count(self, number: int, places: Sequence[int]) -> list[CountedCells]:
        """Count those calls and forget all that were read with them; return cells to store, none before it is much."""
        self._contributions.add_columns(self._chosen(number, places).values)
        del self._read[number]
        return self.counted() if self._contributions.size > _MOST_CELLS else []

    def forget(self, number: int) -> None:
        """Forget calls of which none is to be counted."""
        del self._read[number]

    def counted(self) -> list[CountedCells]:
        """Return all that is counted, in parts for a transaction each, and forget it."""
        counted = self._cells.of(self._contributions)
        self._contributions.clear()
        return list(counted.parts(self._cells_at_once))

    def _chosen(self, number: int, places: Sequence[int]) -> CallColumns:
        found = self._read[number]
        return found if len(places) == len(found) else found.only(places)

    def _pressed(self, found: CallColumns) -> NewRows:
        calls = zip(found.values["pbx"], found.values["uniqueid"], found.presses, strict=True)
        pressed = [(pbx, uniqueid, *tail) for pbx, uniqueid, tails in calls for tail in tails]
        columns = list(zip(*pressed, strict=True)) or [()] * len(self._press_columns)
        return self._presses.rows(dict(zip(self._press_columns, columns, strict=True)))
