"""The import's lock: one import or count of the tallies at a time in a database, freed when its program dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ivr.errors import DatabaseRefused
from ivr.store.database import Database
from ivr.store.faults import refusal

_LOCK = 0x49565201  # beside the migrations' lock


@contextmanager
def sole_import(database: Database) -> Iterator[None]:
    """Hold the lock; raises DatabaseRefused where an import or a count of the tallies holds it.

    Whoever holds it may take every unfinished import for one that was cut off.
    """
    busy = DatabaseRefused(
        f"an import into {database.place}, or a count of its tallies, is under way; wait until it has ended"
    )
    path = database.engine.url.database
    if database.dialect == "sqlite" and path is not None:
        # A file of its own: closing any handle of the database itself would drop SQLite's locks on it.
        with Path(f"{path}-import").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise busy from None
            yield
        return
    try:
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        held = connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}).scalar_one()
    except SQLAlchemyError as error:
        raise refusal(error, database.place) from error
    try:
        if not held:
            raise busy
        yield
    finally:
        # The server ends a session some time after we left it; an import that follows at once needs the lock now.
        with suppress(SQLAlchemyError):
            connection.execute(text("SELECT pg_advisory_unlock_all()"))
        # Where that failed, ending the session frees the lock; the pool would keep both.
        connection.invalidate()
        connection.close()
