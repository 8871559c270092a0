"""The same tests on both databases: an SQLite file and a private PostgreSQL, each test with a new one."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from ivr.store.database import Database, open_database
from ivr.store.ledger import SqlLedger
from ivr.store.tallies import SqlTallies
from ivr.store.writer import Writer

from .postgres import new_database, private_cluster

_numbers = count()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    with private_cluster() as socket_folder:
        yield socket_folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that is not there yet (SQLite) or empty (PostgreSQL)."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ivr.db'}"
    return new_database(request.getfixturevalue("cluster"), f"ivr{next(_numbers)}")


@pytest.fixture
def second_url(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Another one of the same kind."""
    if url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'second.db'}"
    return new_database(request.getfixturevalue("cluster"), f"ivr{next(_numbers)}")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


@pytest.fixture
async def writer(database: Database) -> AsyncIterator[Writer]:
    async with Writer(database) as writer:
        yield writer


@pytest.fixture
def ledger(database: Database, writer: Writer) -> SqlLedger:
    return SqlLedger(database, writer)


@pytest.fixture
def tallies(database: Database) -> SqlTallies:
    return SqlTallies(database)
