"""The database: SQLite in a file or PostgreSQL, opened so that a commit is on disk when it returns."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from ivr.errors import DatabaseMissing, DatabaseRefused
from ivr.store import schema
from ivr.store.driver_cursor import driver_cursor
from ivr.store.faults import refusal

T = TypeVar("T")
BUSY_SECONDS = 10
"""How long SQLite waits for another program's write, and PostgreSQL's connection may take."""
_LOOK_AGAIN_SECONDS = 0.001
CALLERS_THREADS = 4
REPORTS_THREADS = 4
_CONNECTIONS = CALLERS_THREADS + REPORTS_THREADS + 2
"""One for each thread that reads, one for the writer, and one to spare."""
_REMEDY = "write sqlite:////path/of/ivr.db or postgresql://user:password@host/database"


class Database:
    """An open database whose schema is the one that this program knows.

    ``place`` names it without its password. Reads run in threads, each in a transaction that sees one moment. What a
    caller waits for has threads of its own, so that no number of slow reports holds it up.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        backend = engine.url.get_backend_name()
        self.place = engine.url.set(drivername=backend).render_as_string(hide_password=True)
        # One moment for every statement of a read, as SQLite's snapshots have it anyhow.
        self._snapshots = engine if backend == "sqlite" else engine.execution_options(isolation_level="REPEATABLE READ")
        # A lone statement sees one moment by itself; a transaction around it would cost PostgreSQL two more messages.
        self._lone = engine if backend == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._callers = ThreadPoolExecutor(CALLERS_THREADS, "callers-read")
        self._reports = ThreadPoolExecutor(REPORTS_THREADS, "reports-read")

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Return what ``query`` reads for a call, without holding up the event loop; raises DatabaseRefused."""
        return await asyncio.get_running_loop().run_in_executor(self._callers, self.read_now, query)

    async def read_once(self, query: Callable[[Connection], T]) -> T:
        """Return what ``query`` reads with a single statement, as :meth:`read` does and quicker."""
        return await asyncio.get_running_loop().run_in_executor(self._callers, self._read, self._lone, query)

    async def read_report(self, query: Callable[[Connection], T]) -> T:
        """Return what ``query`` reads for whoever is no caller, as :meth:`read` does; it may take its time."""
        return await asyncio.get_running_loop().run_in_executor(self._reports, self.read_now, query)

    def read_now(self, query: Callable[[Connection], T]) -> T:
        """Return what ``query`` reads; raises DatabaseRefused."""
        return self._read(self._snapshots, query)

    def _read(self, engine: Engine, query: Callable[[Connection], T]) -> T:
        try:
            with engine.connect() as connection:
                return query(connection)
        except SQLAlchemyError as error:
            raise refusal(error, self.place) from error

    def close(self) -> None:
        """Give back every connection, once the reads under way have ended; nothing is read afterwards."""
        for threads in (self._callers, self._reports):
            threads.shutdown(cancel_futures=True)
        self.engine.dispose()


def open_database(url: str, *, create: bool = True, read_only: bool = False) -> Database:
    """Open the database at ``url``; one that is missing or empty is created and migrated, if ``create``.

    ``read_only``: the database itself refuses whatever would write; then ``create`` has to be False.

    Raises DatabaseRefused: an address that makes no sense, a place that cannot be used, a schema that is
    older (``ivr db upgrade`` brings it up) or newer than what this program knows.
    """
    address = _address(url)
    if not create and address.database and _is_sqlite(address) and not Path(address.database).exists():
        raise DatabaseMissing(f"there is no database at {address.database}; `ivr serve` or `ivr import` make one")
    check = schema.require_current if not create else schema.create_or_require_current
    return _open(address, check, read_only=read_only)


def upgrade(url: str) -> str:
    """Bring the database at ``url`` to this program's schema and return its revision; safe to run twice at once."""
    _open(_address(url), schema.upgrade).close()
    return schema.known_revision()


def _open(address: URL, check: Callable[[Connection], None], *, read_only: bool = False) -> Database:
    if _is_sqlite(address):
        _require_usable_file(Path(address.database or ""))
    database = Database(_make_engine(address))
    if read_only:
        event.listen(database.engine, "connect", _refuse_writes)
    try:
        if _is_sqlite(address) and not read_only:
            schema.enter_wal_mode(database.engine)
        with database.engine.connect() as connection:
            check(connection)
            connection.commit()
    except (SQLAlchemyError, sqlite3.Error) as error:
        database.close()
        raise refusal(error, database.place) from error
    except DatabaseRefused as error:
        database.close()
        raise DatabaseRefused(f"the database {database.place} {error}") from error
    return database


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        # Not chained: what the parser says quotes the address, and with it the password.
        raise DatabaseRefused(f"the database's address is none; {_REMEDY}") from None
    backend = address.get_backend_name()
    if backend == "sqlite":
        if not address.database or address.database == ":memory:":
            raise DatabaseRefused(f"the database's address names no file; {_REMEDY}")
        return address.set(drivername="sqlite+pysqlite")
    if backend in {"postgresql", "postgres"}:
        return address.set(drivername="postgresql+psycopg")
    raise DatabaseRefused(f"a database of the kind {backend} is not known; {_REMEDY}")


def _is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _require_usable_file(path: Path) -> None:
    """Tell the plain mistakes apart, for which SQLite has one message only."""
    if path.is_dir():
        raise DatabaseRefused(f"{path} is a folder; name a file in it, for example {path / 'ivr.db'}")
    if not path.parent.is_dir():
        raise DatabaseRefused(f"the folder {path.parent} is not there; create it, owned by the service's user")


def _make_engine(address: URL) -> Engine:
    if _is_sqlite(address):
        engine = create_engine(
            address, hide_parameters=True, pool_size=_CONNECTIONS, connect_args={"timeout": BUSY_SECONDS}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        address,
        hide_parameters=True,
        pool_size=_CONNECTIONS,
        pool_pre_ping=True,
        # The second: how long what is sent may stay unanswered by a machine that has gone without a word.
        connect_args={"connect_timeout": BUSY_SECONDS, "tcp_user_timeout": BUSY_SECONDS * 1000}
        | {name: value for name, value in address.query.items() if name in {"connect_timeout", "tcp_user_timeout"}},
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError("the SQLite driver is not the standard library's")
    # The driver would begin transactions late and commit before DDL; _begin_sqlite says BEGIN itself.
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _refuse_writes(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    if isinstance(connection, sqlite3.Connection):
        cursor.execute("PRAGMA query_only = ON")
    else:
        cursor.execute("SET default_transaction_read_only TO on")
        connection.commit()
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot wait for its turn, so writers say so at once.
    if not connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("BEGIN")
        return
    with driver_cursor(connection) as cursor:
        # SQLite itself would look again only after up to 100 ms, and miss the short rests of an import.
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            _begin_immediately(cursor)
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _begin_immediately(cursor: DBAPICursor) -> None:
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            # The lowest byte is what kind of code it is.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)
        else:
            return


def _prepare_postgresql(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # A server may default to `off`, where a commit returns before it is on disk.
    cursor.execute("SET synchronous_commit TO on")
    cursor.close()
    connection.commit()
