"""The comparison of imported calls with the ledger: which are new, which are there just so, and which differ."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ivr.domain.calls import HandledCall
from ivr.errors import ImportRefused
from ivr.store.calls_csv import DEFAULT_PBX, differing_columns
from ivr.store.calls_file import CallsFile
from ivr.store.database import Database
from ivr.store.import_columns import Key
from ivr.store.import_reading import ImportReading
from ivr.store.import_work import Batch
from ivr.store.imported_rows import find_rows, keys_there

_COMPARED_AT_ONCE = 500
_LINES_AT_ONCE = 5000


class LedgerComparison:
    """Sorts out the calls of a file, some at a time; keeps those that are to be replaced."""

    def __init__(self, path: Path, database: Database, reading: ImportReading, *, update: bool) -> None:
        self._path = path
        self._database = database
        self._reading = reading
        self._update = update
        self.unchanged = 0
        self.changed: list[HandledCall] = []
        """Calls that differ from what is there, where that may be replaced."""

    async def fresh(self, found: Batch, number: int | None) -> Batch:
        """Return the calls that are not there.

        Raises ImportRefused for one that is there and differs, unless that may be replaced, and for one that stands
        in the file twice, be it among these or among those stored already under the import's ``number``.
        """
        there = await self._database.read_report(partial(keys_there, keys=found.keys))
        if len(set(found.keys)) < len(found.keys) or (number is not None and number in there.values()):
            self._refuse_twice(found.keys)
        if not there:
            return found
        by_key = list(zip(found.keys, found.places, strict=True))
        known = [place for key, place in by_key if key in there]
        for start in range(0, len(known), _COMPARED_AT_ONCE):
            await self._compare(found.number, known[start : start + _COMPARED_AT_ONCE])
        return await self._reading.only(found.number, [place for key, place in by_key if key not in there])

    async def _compare(self, number: int, places: Sequence[int]) -> None:
        rows = await self._reading.records(number, places)
        there = await self._database.read_report(partial(find_rows, keys=[row.call for _, row in rows]))
        for line, row in rows:
            old = there.get(row.call)
            differing = [] if old is None or old == row else differing_columns(row, old)
            if old is not None and not differing:
                self.unchanged += 1
            elif self._update:
                self.changed.append(row)
            else:
                how = "is still open" if old is None else f"differs in {', '.join(differing)}"
                raise ImportRefused(
                    line,
                    f"call {row.call.uniqueid} is in the ledger and {how}",
                    "correct the file, or import it with --update to replace what is there",
                )

    def _refuse_twice(self, keys: Sequence[Key]) -> None:
        """Tell the two lines of a call; the file is read again for it, as keeping all lines would take much memory."""
        first: dict[Key, int] = {}
        wanted = set(keys)
        file = CallsFile(self._path)
        while (lines := file.some(_LINES_AT_ONCE)).numbers:
            for line, cells in zip(lines.numbers, lines.cells, strict=True):
                named = dict(zip(file.header, cells, strict=True))
                call = (named.get("pbx") or DEFAULT_PBX, named["call_id"])
                if call in first:
                    raise ImportRefused(
                        line,
                        f"call_id {call[1]} stands in line {first[call]} already",
                        "keep one line for each call, and tell several Asterisks apart in the column pbx",
                    )
                if call in wanted:
                    first[call] = line
        raise ImportRefused(1, "the file was changed while it was read", "import it again")
