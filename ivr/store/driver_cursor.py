"""The driver's own cursor within a transaction, for statements that are too many to pass through SQLAlchemy each."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects import registry
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError

POSITIONAL: Mapping[str, Dialect] = {
    "sqlite": registry.load("sqlite.pysqlite")(paramstyle="qmark"),
    "postgresql": registry.load("postgresql.psycopg")(paramstyle="format"),
}
"""What to compile statements with for a driver's cursor: values go by position."""
PLACEHOLDERS: Mapping[str, str] = {"sqlite": "?", "postgresql": "%s"}
"""What stands for a value in a text that is written by hand."""


@contextmanager
def driver_cursor(connection: Connection) -> Iterator[DBAPICursor]:
    """Yield a cursor of ``connection``; the driver's errors come out as SQLAlchemy's, as for any other statement.

    It begins no transaction; begin one first where several statements must see the same moment.
    """
    fault = connection.dialect.loaded_dbapi.Error
    cursor = connection.connection.cursor()
    try:
        yield cursor
    except fault as error:
        raise DBAPIError.instance(None, None, error, fault, dialect=connection.dialect) from error
    finally:
        cursor.close()


@contextmanager
def driver_batch(connection: Connection) -> Iterator[DBAPICursor]:
    """Yield a cursor for statements without results: PostgreSQL is sent all of them before the first is answered.

    What one of them raises may come at the end.
    """
    with driver_cursor(connection) as cursor:
        pipeline = getattr(connection.connection.driver_connection, "pipeline", nullcontext)
        with pipeline():
            yield cursor
