"""Building tallies anew: a second book is counted from the rows beside the one in use, then compared or swapped in.

Theory: calls are scanned in the order of their keys, some at a time, each time in one transaction that also notes how
far the scan has come. A call that changes meanwhile is counted in the new book as well if the scan is past it; if not,
the scan will meet it as it is then. So the new book is exact at every moment as far as the scan, and once that is
through it equals the rows. Nothing shows before the one statement that puts it in use, and nobody waits for longer
than a step takes. The transaction must see one moment: a change that came between its statements would be counted
twice. PostgreSQL's snapshot is therefore taken after the lock.

No import runs meanwhile, as one that has stored rows has not stored all of their cells.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, case, delete, func, not_, or_, select, tuple_, update
from sqlalchemy.exc import SQLAlchemyError

from ivr.domain.kpi.contributions import TALLIED, Contributions
from ivr.errors import DatabaseRefused, TalliesNotBuilt
from ivr.store.call_rows import is_handled
from ivr.store.cell_writes import CELL_TABLES, LIVE, remove_cells
from ivr.store.database import Database
from ivr.store.faults import refusal
from ivr.store.import_lock import sole_import
from ivr.store.tables import calls, daily_tallies, imports, tally_days, tally_state
from ivr.store.tally_writes import TallyWrites, hold_tallies, read_state
from ivr.store.writer import Work

T = TypeVar("T")
_CALLS_AT_ONCE = 1_000
_CELLS_AT_ONCE = 5_000
_BEYOND_ALL = "\U0010ffff"
"""Sorts behind the name of any Asterisk."""
_NOT_BUILDING = {"building": None, "building_zone": None, "scanned_pbx": None, "scanned_uniqueid": None}
_HINTS = {"first_us", "last_us"}  # of all that a cell ever had, so they may differ


@dataclass(frozen=True, slots=True)
class TallyCheck:
    """What a check found: how many calls are counted, in how many cells, and how many cells differ from the rows."""

    calls: int
    cells: int
    differing: int


def check_tallies(database: Database) -> TallyCheck:
    """Compare the tallies with the rows, changing nothing that is read; raises TalliesNotBuilt."""
    with sole_import(database):
        building = _Building(database)
        state = database.read_now(read_state)
        if state.book is None:
            raise TalliesNotBuilt(
                f"the database {database.place} holds calls that are not tallied yet; run `ivr db tallies --rebuild`"
            )
        try:
            book = building.build(state.zone)
            return database.read_now(lambda connection: _compare(connection, state.book, book))
        finally:
            building.give_up()


def rebuild_tallies(database: Database, zone: str) -> TallyCheck:
    """Count all calls anew in the days and months of ``zone`` and put that in use; say how many cells differed."""
    with sole_import(database):
        building = _Building(database)
        try:
            book = building.build(zone)
            state = database.read_now(read_state)
            found = database.read_now(lambda connection: _compare(connection, state.book, book))
            building.put_in_use()
        finally:
            building.give_up()
        return found


class _Building:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._writes = TallyWrites(database.dialect)
        options = {} if database.dialect == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._engine = database.engine.execution_options(writes=True, **options)

    def build(self, zone: str) -> int:
        """Count all calls into a new book and return its number; it is kept up from then on."""
        self._clear()
        book = self._step(lambda connection: _begin(connection, zone))
        while self._step(lambda connection: self._scan(connection, book, ZoneInfo(zone))):
            pass
        return book

    def put_in_use(self) -> None:
        """Let readers and writers use the new book from one moment on."""

        def work(connection: Connection) -> None:
            self._writes.settle(connection)
            connection.execute(
                update(tally_state).values(
                    book=tally_state.c.building,
                    zone=tally_state.c.building_zone,
                    revision=tally_state.c.revision + 1,
                    built_at=datetime.now(UTC),
                    **_NOT_BUILDING,
                )
            )

        self._step(work)

    def give_up(self) -> None:
        """Forget what is being built, if anything is, and take away the cells of every book that is not in use."""
        # Whatever went wrong before is what is to be told; the next building clears as well.
        with suppress(DatabaseRefused):
            self._clear()

    def _clear(self) -> None:
        def stop(connection: Connection) -> None:
            hold_tallies(connection)
            connection.execute(update(tally_state).values(**_NOT_BUILDING))

        if self._database.read_now(read_state).building is not None:
            self._step(stop)
        while self._step(_clear_some):
            pass

    def _scan(self, connection: Connection, book: int, zone: ZoneInfo) -> bool:
        """Count some calls more; return whether there may be others."""
        self._writes.settle(connection)
        state = read_state(connection)
        if state.building != book:
            raise DatabaseRefused(
                f"the tallies of {self._database.place} are being built by another program; wait until it has ended"
            )
        columns = [calls.c[name] for name in TALLIED]
        statement = select(*columns).where(
            is_handled(), not_(calls.c.test), not_(calls.c.excluded), calls.c.ended_at.is_not(None)
        )
        if state.scanned_pbx is not None:
            statement = statement.where(
                tuple_(calls.c.pbx, calls.c.uniqueid) > tuple_(state.scanned_pbx, state.scanned_uniqueid)
            )
        rows = connection.execute(statement.order_by("pbx", "uniqueid").limit(_CALLS_AT_ONCE)).all()
        if rows:
            given = Contributions(zone)
            given.add_columns(dict(zip(TALLIED, zip(*rows, strict=True), strict=True)))
            self._writes.build(connection, book, given, state.revision)
        pbx, uniqueid = (rows[-1].pbx, rows[-1].uniqueid) if rows else (_BEYOND_ALL, "")
        connection.execute(update(tally_state).values(scanned_pbx=pbx, scanned_uniqueid=uniqueid))
        return bool(rows)

    def _step(self, work: Work[T]) -> T:
        """Run ``work`` in a transaction of its own, then rest as long as it took, for live calls to be stored."""
        started = time.perf_counter()
        try:
            with self._engine.connect() as connection, connection.begin():
                result = work(connection)
        except SQLAlchemyError as error:
            raise refusal(error, self._database.place) from error
        time.sleep(time.perf_counter() - started)
        return result


def _begin(connection: Connection, zone: str) -> int:
    hold_tallies(connection)
    book = (read_state(connection).book or 0) + 1
    connection.execute(update(tally_state).values(_NOT_BUILDING | {"building": book, "building_zone": zone}))
    return book


def _clear_some(connection: Connection) -> bool:
    """Take away some cells of books that nobody uses; return whether there may be more."""
    hold_tallies(connection)
    state = read_state(connection)
    for table in CELL_TABLES:
        books = (func.min(table.c.book), func.max(table.c.book))
        for book in {connection.execute(select(each)).scalar() for each in books} - {None, state.book}:
            rows = connection.execute(select(table).where(table.c.book == book).limit(_CELLS_AT_ONCE)).all()
            remove_cells(connection, table, [tuple(row) for row in rows])
            return True
    connection.execute(delete(tally_days).where(tally_days.c.book.is_distinct_from(state.book)))
    return False


def _compare(connection: Connection, used: int | None, built: int) -> TallyCheck:
    """Count the cells of the book that was built, and those of both that differ."""
    counted = select(func.count(), func.coalesce(func.sum(daily_tallies.c.calls), 0)).where(
        daily_tallies.c.book == built
    )
    cells, handled = connection.execute(counted).one()
    differing = 0
    for table in CELL_TABLES:
        differing += _differing(connection, table, used, built)
        if table is not daily_tallies:
            cells += connection.execute(select(func.count()).where(table.c.book == built)).scalar_one()
    return TallyCheck(calls=int(handled), cells=cells, differing=differing)


def _differing(connection: Connection, table: Table, used: int | None, built: int) -> int:
    keys: Sequence[str] = [column.name for column in table.primary_key][2:]
    whole = select(imports.c.id).where(imports.c.complete)
    differences = [
        func.sum(case((table.c.book == built, column), else_=-column)) != 0
        for column in table.columns
        if column.name not in {"book", "import_id", *keys, *_HINTS}
    ]
    unlike = (
        select(table.c[keys[0]])
        .where(table.c.book.in_([used, built]), or_(table.c.import_id == LIVE, table.c.import_id.in_(whole)))
        .group_by(*(table.c[key] for key in keys))
        .having(or_(*differences))
        .subquery()
    )
    number: int = connection.execute(select(func.count()).select_from(unlike)).scalar_one()
    return number
