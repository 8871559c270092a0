"""Whether the ledger can be trusted with ratings: it takes writes, and a commit is on its disk. Changes nothing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, insert, make_url, select, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from ivr.store.database import Database
from ivr.store.faults import refusal
from ivr.store.tables import metadata


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite database; None for a database server, and for an address that makes no sense."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        return None
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


def require_writable(database: Database) -> None:
    """Try a write of no row in every table, undone at once.

    Raises:
        DatabaseRefused: a table is missing, the user may not write it, or the whole database takes no writes.
    """
    with _undone(database) as connection:
        for table in metadata.sorted_tables:
            nothing = select(*table.columns).where(text("1 = 0"))
            connection.execute(insert(table).from_select([column.name for column in table.columns], nothing))


def keeps_commits(database: Database) -> bool:
    """Say whether a commit survives a power cut: PostgreSQL can be told not to wait for its disk."""
    if database.dialect == "sqlite":
        return True  # this program sets synchronous = FULL on each connection itself
    with _undone(database) as connection:
        return str(connection.exec_driver_sql("SHOW fsync").scalar()) == "on"


def commit_seconds(database: Database) -> float:
    """Return how long PostgreSQL takes for a small durable commit; the record it writes belongs to no table."""
    started = time.perf_counter()
    try:
        with database.engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("SELECT pg_logical_emit_message(true, 'ivr', 'doctor')")
    except SQLAlchemyError as error:
        raise refusal(error, database.place) from error
    return time.perf_counter() - started


@contextmanager
def _undone(database: Database) -> Iterator[Connection]:
    try:
        with database.engine.connect().execution_options(writes=True) as connection:
            yield connection
            connection.rollback()
    except SQLAlchemyError as error:
        raise refusal(error, database.place) from error
