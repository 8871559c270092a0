"""Whether the ledger can be trusted: writes that are refused, and commits that do not wait for the disk, are found."""

from pathlib import Path

import pytest
from sqlalchemy import text

from ivr.errors import DatabaseRefused
from ivr.store.database import Database, open_database
from ivr.store.soundness import commit_seconds, keeps_commits, require_writable, sqlite_file
from ivr.store.tables import metadata

from .postgres import new_database


def _rows(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        return {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in metadata.tables
        }


def test_a_sound_ledger_takes_writes_and_keeps_nothing_of_the_trial(database: Database) -> None:
    before = _rows(database)
    require_writable(database)
    assert _rows(database) == before


@pytest.mark.parametrize("table", ["presses", "answers"])
def test_a_missing_table_is_found(database: Database, table: str) -> None:
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text(f"ALTER TABLE {table} RENAME TO gone"))
    with pytest.raises(DatabaseRefused):
        require_writable(database)


def test_a_user_who_may_only_read_is_found(cluster: Path) -> None:
    url = new_database(cluster, "readonly")
    owner = open_database(url)
    with owner.engine.connect() as connection, connection.begin():
        connection.execute(text("CREATE ROLE reader LOGIN"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"))
    owner.close()
    reader = open_database(url.replace("ivr@", "reader@"), create=False)
    try:
        with pytest.raises(DatabaseRefused, match="may not do that"):
            require_writable(reader)
    finally:
        reader.close()


def test_a_server_that_does_not_wait_for_its_disk_is_found(cluster: Path) -> None:
    # The tests' own cluster runs with fsync = off.
    database = open_database(new_database(cluster, "hasty"))
    try:
        assert not keeps_commits(database)
        assert commit_seconds(database) > 0
    finally:
        database.close()


def test_sqlite_always_waits_for_its_disk(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    assert keeps_commits(database)
    database.close()


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:////var/lib/ivr/ivr.db", Path("/var/lib/ivr/ivr.db")),
        ("postgresql://ivr@localhost/ivr", None),
        ("sqlite://", None),
        ("no address", None),
    ],
)
def test_the_file_of_an_address(url: str, file: Path | None) -> None:
    assert sqlite_file(url) == file
