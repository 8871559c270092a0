"""Checkpoints: SQLite's write-ahead log is brought into the database file while nobody waits for a commit.

Left alone, SQLite does it within the commit that fills the log's thousandth page, and those callers wait some
milliseconds. Here the writer does it on its own connection once no write has come for a moment; the log starts anew at
the next commit. Under a load without a pause the commit that finds the log at ``LOG_PAGES`` does it.

Never on a second connection beside the writer: SQLite before 3.51.3 can skip committed pages where a checkpoint begins
on one connection while a commit on another resets the log (https://sqlite.org/wal.html#walresetbug).
"""

import sqlite3
from contextlib import suppress

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ivr.store.driver_cursor import driver_cursor

LOG_PAGES = 8000
"""How far the log may grow, in pages of 4 KiB, before a commit checkpoints.

At a quarter of it more than one rating in a hundred paid for one under a load without a pause: the p99 of
``benchmarks/ledger.py`` was 6.9 ms then, and is 3.2 ms so.
"""
PAUSE_SECONDS = 0.05
"""How long no write has to have come: a page that is written again and again is brought in once."""


def bound_log(connection: Connection) -> None:
    """Have the commits of ``connection`` leave checkpoints to the pauses while they keep up."""
    if connection.dialect.name == "sqlite":
        with driver_cursor(connection) as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")


def bring_in_log(connection: Connection) -> None:
    """Bring the log in as far as no reader needs it; waits for nobody. Outside a transaction."""
    # What the disk does to it is told by the commits, which need the same disk.
    with suppress(SQLAlchemyError, sqlite3.Error):
        if connection.dialect.name == "sqlite":
            with driver_cursor(connection) as cursor:
                cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
