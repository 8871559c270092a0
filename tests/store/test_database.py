import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from ivr.errors import DatabaseRefused
from ivr.store.database import Database, open_database, upgrade
from ivr.store.schema import known_revision
from ivr.store.tables import metadata


def revision(database: Database) -> str | None:
    return database.read_now(lambda connection: MigrationContext.configure(connection).get_current_revision())


def set_revision(database: Database, wanted: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :wanted"), {"wanted": wanted})


def test_a_missing_database_is_made_with_the_newest_schema(database: Database) -> None:
    assert revision(database) == known_revision()


def test_the_migrations_build_exactly_the_tables(database: Database, second_url: str) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    drivername = database.engine.url.drivername
    other = create_engine(second_url.replace(second_url.partition(":")[0], drivername, 1))
    metadata.create_all(other)
    built, declared = inspect(database.engine), inspect(other)
    for table in metadata.tables:
        assert _sorted(built.get_check_constraints(table)) == _sorted(declared.get_check_constraints(table))
        assert _sorted(built.get_foreign_keys(table)) == _sorted(declared.get_foreign_keys(table))
    other.dispose()


def _sorted(constraints: list) -> list[str]:
    return sorted(repr(sorted(constraint.items(), key=repr)) for constraint in constraints)


def test_opening_and_upgrading_again_changes_nothing(url: str) -> None:
    open_database(url).close()
    assert upgrade(url) == known_revision()
    open_database(url, create=False).close()


def test_many_first_starts_at_once_make_one_database(url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        databases = list(pool.map(open_database, [url] * 6))
    assert {revision(database) for database in databases} == {known_revision()}
    for database in databases:
        database.close()


def test_a_newer_database_is_refused_with_the_remedy(database: Database, url: str) -> None:
    set_revision(database, "9999")
    for attempt in (open_database, upgrade):
        with pytest.raises(DatabaseRefused, match=f"newer revision 9999.*knows up to {known_revision()}; install"):
            attempt(url)
    assert revision(database) == "9999"


def test_an_empty_database_is_refused_where_none_is_to_be_made(url: str) -> None:
    with pytest.raises(DatabaseRefused, match=r"there is no database at|is empty; run `ivr db upgrade`"):
        open_database(url, create=False)


def test_another_programs_tables_are_left_alone(url: str, database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(DatabaseRefused, match="another program's table `calls`"):
        open_database(url)


def test_sqlite_is_durable_and_strict(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    with database.engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_postgresql_waits_for_the_disk(cluster: Path, database: Database) -> None:
    if database.dialect == "postgresql":
        with database.engine.connect() as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("sqlite:///{tmp}/absent/ivr.db", "the folder .*absent is not there; create it"),
        ("sqlite:///{tmp}", "is a folder; name a file in it"),
        ("sqlite:///{tmp}/text", "not an SQLite database; name another file"),
        ("sqlite://", "names no file; write sqlite:"),
        ("sqlite:///:memory:", "names no file; write sqlite:"),
        ("mysql://host/ivr", "kind mysql is not known; write sqlite:"),
        ("ivr.db", "address is none; write sqlite:"),
        ("postgresql://u:hidden@127.0.0.1:1/ivr", "no PostgreSQL answers there; start it"),
        ("postgresql://u@/ivr?host={tmp}", "no PostgreSQL answers there; start it"),
        ("postgresql://u@/absent?host={cluster}", "the database, the user or a table is not there; create it"),
    ],
)
def test_a_place_that_cannot_be_used_is_refused_in_one_sentence(
    address: str, sentence: str, tmp_path: Path, cluster: Path
) -> None:
    (tmp_path / "text").write_text("dear diary, " * 100)
    with pytest.raises(DatabaseRefused, match=sentence) as refused:
        open_database(address.format(tmp=tmp_path, cluster=cluster))
    assert "hidden" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """No mode keeps root out, so the test is somebody else for a while."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    yield
    os.seteuid(before)


@pytest.fixture
def kept_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ivr-db-"))
    open_database(f"sqlite:///{folder / 'ivr.db'}").close()
    (folder / "ivr.db").chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_folder_without_the_right_to_write_is_refused(kept_folder: Path, unprivileged: None) -> None:
    with pytest.raises(DatabaseRefused, match="check that its folder exists and that this user may write there"):
        open_database(f"sqlite:///{kept_folder / 'new.db'}")


def test_a_file_without_the_right_to_write_is_refused(kept_folder: Path, unprivileged: None) -> None:
    with pytest.raises(DatabaseRefused, match=r"may write|right to write"):
        open_database(f"sqlite:///{kept_folder / 'ivr.db'}")
