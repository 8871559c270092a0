"""Cells of imports: thrown away with an import that was cut off, merged into the live ones when many have piled up."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Table, delete, func, select

from ivr.store.bulk_statement import Row
from ivr.store.cell_writes import CELL_TABLES, LIVE, CellWrites, remove_cells
from ivr.store.tables import imports, tally_changes, tally_days
from ivr.store.tally_writes import hold_tallies, read_state

KEPT_APART = 8
"""So many completed imports keep cells of their own: merging costs as much as writing them, so it may wait."""
_AT_ONCE = 2_000


def purge_tallies(connection: Connection) -> bool:
    """Take away some cells of unfinished imports; return whether there may be more.

    Call it when no call of theirs is left, and before their numbers are given up. Needs the import's lock.
    """
    unfinished = select(imports.c.id).where(imports.c.complete.is_(False))
    numbers = set(connection.execute(unfinished).scalars())
    book = read_state(connection).book
    for table in CELL_TABLES:
        for number in numbers & set(imports_with_cells(connection, table, book)):
            remove_cells(connection, table, _some(connection, table, book, number))
            return True
    if numbers:
        for table in (tally_changes, tally_days):
            connection.execute(delete(table).where(table.c.import_id.in_(unfinished)))
    return False


def fold_some(connection: Connection) -> bool:
    """Merge some cells of the oldest completed import, if more than a few have cells; return whether there are more.

    What is counted stays the same at every step.
    """
    hold_tallies(connection)
    book = read_state(connection).book
    complete = set(connection.execute(select(imports.c.id).where(imports.c.complete)).scalars())
    apart = {table: complete & set(imports_with_cells(connection, table, book)) for table in CELL_TABLES}
    numbers = sorted(set().union(*apart.values()))
    if len(numbers) <= KEPT_APART:
        return False
    table = next(table for table in CELL_TABLES if numbers[0] in apart[table])
    rows = _some(connection, table, book, numbers[0])
    days = _some(connection, tally_days, book, numbers[0])
    writes = CellWrites(connection.dialect.name)
    writes.add(connection, {table: _merged(rows)}, _merged(days), may_cancel=True)
    remove_cells(connection, table, rows)
    if days:
        remove_cells(connection, tally_days, days)
    return True


def _merged(rows: Sequence[Row]) -> list[Row]:
    return sorted((row[0], LIVE, *row[2:]) for row in rows)


def imports_with_cells(connection: Connection, table: Table, book: int | None) -> Iterator[int]:
    """Yield the imports that have cells in a table, each found by one step into its tree."""
    number: int | None = LIVE
    while number is not None:
        following = select(func.min(table.c.import_id)).where(table.c.book == book, table.c.import_id > number)
        number = connection.execute(following).scalar()
        if number is not None:
            yield number


def _some(connection: Connection, table: Table, book: int | None, number: int) -> list[Row]:
    statement = select(table).where(table.c.book == book, table.c.import_id == number).limit(_AT_ONCE)
    return [tuple(row) for row in connection.execute(statement)]
