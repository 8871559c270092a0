"""Checkpoints: SQLite's write-ahead log is brought into the database file beside the writer, so that no write pays.

Left alone, SQLite does it within the commit that fills the log's thousandth page, and those callers wait some
milliseconds. A passive checkpoint on another connection holds up nobody; the log starts anew at the first commit
after one that caught up. Under a load without a pause none may catch up, so a commit that finds the log at
``LOG_PAGES`` brings in the little that is left.
"""

import sqlite3
from contextlib import suppress
from threading import Event, Thread

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ivr.store.database import Database
from ivr.store.driver_cursor import driver_cursor

LOG_PAGES = 2000
"""How far the log may grow, in pages of 4 KiB, before a commit checkpoints; a file that grows is synced more slowly."""
_PAUSE_SECONDS = 0.05
"""Time between two checkpoints: a page that is written again and again is brought in once."""


class Checkpoints:
    """A thread that follows the commits; for a database that is not SQLite there is none, and nothing to do."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._due = Event()
        self._ending = Event()
        self._thread = Thread(target=self._run, name="ledger-checkpoints", daemon=True)
        if database.dialect == "sqlite":
            self._thread.start()

    def relieve(self, connection: Connection) -> None:
        """Have the commits of ``connection`` leave checkpoints to the thread while it keeps up."""
        if connection.dialect.name == "sqlite":
            with driver_cursor(connection) as cursor:
                cursor.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")

    def note_commit(self) -> None:
        """Have the log brought in soon."""
        if not self._due.is_set():
            self._due.set()

    def end(self) -> None:
        """End the thread."""
        self._ending.set()
        self._due.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._due.wait()
            self._due.clear()
            self._ending.wait(_PAUSE_SECONDS)
            # What the disk does to it is told by the writer, whose commits need the same disk.
            with (
                suppress(SQLAlchemyError, sqlite3.Error),
                self._database.engine.connect() as connection,
                driver_cursor(connection) as cursor,
            ):
                cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
