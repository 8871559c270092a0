"""Day cells: the daily tallies for a reader that holds them, which afterwards reads the days alone that have changed.

Every change of a day's cells is noted in ``tally_days`` in the transaction that makes it, under the revision that the
tallies have from then on. A change of a call that is noted and not in the cells yet is added to what is read, and its
day is read again the next time; so no reader is ever behind what was committed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, select

from ivr.domain.kpi.daily_cells import DailyResult, Place
from ivr.store.bulk_statement import Row
from ivr.store.cell_writes import LIVE, UNSEEN
from ivr.store.counted_cells import CellCounting, CountedCells
from ivr.store.driver_cursor import PLACEHOLDERS, driver_cursor
from ivr.store.tables import daily_tallies, imports, tally_days, tally_places, tally_results
from ivr.store.tally_imports import imports_with_cells
from ivr.store.tally_writes import counted, noted_changes, read_state

_DAYS_AT_ONCE = 7
_NUMBERS_AT_ONCE = 500  # SQLite takes a bounded number of values in one statement
_DAILY = daily_tallies.name
_COLUMNS = ", ".join(column.name for column in daily_tallies.columns if column.name not in {"book", "import_id"})
_CELLS = f"SELECT {_COLUMNS} FROM {_DAILY} WHERE book = ? AND import_id = ? AND day BETWEEN ? AND ?"  # noqa: S608 - own names


class Seen(NamedTuple):
    """Up to where a reader has read: hand it back to read on. ``noted`` are days with changes not in the cells."""

    book: int
    zone: str
    revision: int
    noted: frozenset[str]


@dataclass(frozen=True, slots=True)
class CellChanges:
    """What has changed since a reader's last look.

    A reader drops all it holds of the ``days``, or all it holds at all where this ``is_whole``, and takes the ``cells``
    instead; a day may come to have none. Each is a row (day, place, agent, result, calls, asked, asked_ms,
    asked_ms_squared, first_us, last_us) with an empty agent where there is none. They come many at a time, in no order,
    and have to be read before the transaction ends. Cells with the same day, place, agent and result are added up:
    numbers of some may be below 0, a sum of 0 calls is no cell, and the two moments of a cell without calls above 0
    are nobody's. ``places`` and ``results`` say what the numbers in the cells stand for.
    """

    seen: Seen
    is_whole: bool
    days: Sequence[str]
    cells: Iterator[Sequence[Row]]
    places: Mapping[int, Place]
    results: Mapping[int, DailyResult]


def changed_days(connection: Connection, book: int, since_revision: int) -> Sequence[str]:
    """Return the days whose visible cells in ``book`` have changed after ``since_revision``, the earliest first."""
    days = select(tally_days.c.day).distinct().where(tally_days.c.book == book, tally_days.c.revision > since_revision)
    return connection.execute(days.order_by(tally_days.c.day)).scalars().all()


def read_changes(connection: Connection, seen: Seen | None) -> CellChanges | None:
    """Return what has changed since ``seen`` (None: everything); None where the tallies are not built.

    All of it is as of the one moment that the transaction of ``connection`` sees.
    """
    state = read_state(connection)
    if state.book is None:
        return None
    noted = CellCounting().of(counted(noted_changes(connection), ZoneInfo(state.zone)))
    of_noted = noted.cells[_DAILY]
    now = Seen(state.book, state.zone, state.revision, frozenset(cell[0] for cell in of_noted))
    if seen is None or seen[:2] != now[:2]:
        days = sorted({*changed_days(connection, now.book, UNSEEN), *now.noted})
        cells = _cells(connection, now.book, _spans(days))
        places, results = _all(connection, tally_places), _all(connection, tally_results)
    else:
        days = sorted({*changed_days(connection, now.book, seen.revision), *seen.noted, *now.noted})
        some = list(_cells(connection, now.book, [(day, day) for day in days]))
        cells = iter(some)
        places = _numbered(connection, tally_places, {row[1] for rows in some for row in rows})
        results = _numbered(connection, tally_results, {row[3] for rows in some for row in rows})
    return CellChanges(
        seen=now,
        is_whole=seen is None or seen[:2] != now[:2],
        days=days,
        cells=_chain(of_noted, cells),
        places={number: Place(*content) for number, content in _with_noted(places, noted, tally_places)},
        results={number: DailyResult(*content) for number, content in _with_noted(results, noted, tally_results)},
    )


def _cells(connection: Connection, book: int, spans: Iterable[tuple[str, str]]) -> Iterator[Sequence[Row]]:
    """Yield the visible cells of the days from ... to ..., those of each import apart."""
    complete = set(connection.execute(select(imports.c.id).where(imports.c.complete)).scalars())
    apart = sorted(complete & set(imports_with_cells(connection, daily_tallies, book)))
    statement = _CELLS.replace("?", PLACEHOLDERS[connection.dialect.name])
    with driver_cursor(connection) as cursor:
        for first, last in spans:
            for number in (LIVE, *apart):
                cursor.execute(statement, (book, number, first, last))
                yield cursor.fetchall()


def _spans(days: Sequence[str]) -> list[tuple[str, str]]:
    some = [days[start : start + _DAYS_AT_ONCE] for start in range(0, len(days), _DAYS_AT_ONCE)]
    return [(each[0], each[-1]) for each in some]


def _chain(noted: Sequence[Row], cells: Iterator[Sequence[Row]]) -> Iterator[Sequence[Row]]:
    yield noted
    yield from cells


def _with_noted(found: Mapping[int, Row], noted: CountedCells, table: Table) -> Iterable[tuple[int, Row]]:
    return {**noted.shared[table.name], **found}.items()


def _all(connection: Connection, table: Table) -> dict[int, Row]:
    return {row[0]: tuple(row[1:]) for row in connection.execute(select(table))}


def _numbered(connection: Connection, table: Table, numbers: set[int]) -> dict[int, Row]:
    wanted = sorted(numbers)
    found: dict[int, Row] = {}
    for start in range(0, len(wanted), _NUMBERS_AT_ONCE):
        statement = select(table).where(table.c.id.in_(wanted[start : start + _NUMBERS_AT_ONCE]))
        found.update((row[0], tuple(row[1:])) for row in connection.execute(statement))
    return found
