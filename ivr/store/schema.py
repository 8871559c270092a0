"""The schema's version: which one a database has, which one this program knows, and the way from one to the other."""

import logging
import sqlite3
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from ivr.errors import DatabaseRefused

# A first start would say on stderr how a migration works; nobody asked.
logging.getLogger("alembic").setLevel(logging.WARNING)

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x49565200  # any number that other programs on the same server do not use
_WAL_SECONDS = 10.0


def known_revision() -> str:
    """Return the newest revision that this program knows."""
    head = _scripts().get_current_head()
    if head is None:
        raise AssertionError("the program is installed without its migrations")
    return head


def create_or_require_current(connection: Connection) -> None:
    """Make the schema in an empty database; raises DatabaseRefused for an older, a newer or a foreign one."""
    if _revision(connection) is None:
        upgrade(connection)
    require_current(connection)


def require_current(connection: Connection) -> None:
    """Raise DatabaseRefused unless the schema is the one that this program knows."""
    found, known = _revision(connection), known_revision()
    if found == known:
        return
    _refuse_unknown(found, known)
    if found is None:
        raise DatabaseRefused("is empty; run `ivr db upgrade` once")
    raise DatabaseRefused(
        f"is of the older revision {found}, this program knows {known}; back it up, then run `ivr db upgrade`"
    )


def upgrade(connection: Connection) -> None:
    """Bring the schema up to date, in one transaction; a second upgrade at the same time waits, then does nothing."""
    if connection.dialect.name == "sqlite":
        connection.rollback()
        connection.execution_options(writes=True)
        connection.begin()
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found, known = _revision(connection), known_revision()
    _refuse_unknown(found, known)
    if found is None and "calls" in inspect(connection).get_table_names():
        raise DatabaseRefused("holds another program's table `calls`; name another database")
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")


def enter_wal_mode(engine: Engine) -> None:
    """Let readers and the writer of an SQLite file work side by side; the file remembers it.

    SQLite does not wait for its turn here, however long its busy timeout, so two first starts would collide.
    """
    deadline = time.monotonic() + _WAL_SECONDS
    while True:
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
        finally:
            connection.close()


def _refuse_unknown(found: str | None, known: str) -> None:
    if found is not None and found not in {script.revision for script in _scripts().walk_revisions()}:
        raise DatabaseRefused(
            f"is of the newer revision {found}, this program knows up to {known}; "
            "install the program's newer version, or restore a backup made before the upgrade"
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_MIGRATIONS))
