import asyncio
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import text

from ivr.domain.calls import CallArrived, CallId
from ivr.store.checkpoints import LOG_PAGES
from ivr.store.database import Database, open_database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer


def calls_without_the_log(file: Path) -> int:
    """Count the calls of the database file alone, as it is now."""
    copy = file.with_name("copy.db")
    shutil.copyfile(file, copy)
    connection = sqlite3.connect(copy)
    try:
        return int(connection.execute("SELECT count(*) FROM calls").fetchone()[0])
    except sqlite3.DatabaseError:
        return 0  # not brought in yet, or copied while it was
    finally:
        connection.close()


async def test_the_log_is_brought_in_beside_the_writer(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    async with Writer(database) as writer:
        await SqlLedger(database, writer).record(*(CallArrived(CallId("default", str(n))) for n in range(50)))
        async with asyncio.timeout(30):
            while calls_without_the_log(tmp_path / "ivr.db") < 50:
                await asyncio.sleep(0.05)
    database.close()


async def test_a_log_that_nothing_brings_in_is_bounded_by_the_writer(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    async with Writer(database) as writer:
        bound = await writer.write(
            lambda connection: connection.execute(text("PRAGMA wal_autocheckpoint")).scalar_one()
        )
    database.close()
    assert bound == LOG_PAGES


async def test_a_checkpoint_that_fails_ends_neither_thread(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    async with Writer(database) as writer:
        ledger = SqlLedger(database, writer)
        connect = database.engine.connect
        await ledger.record(CallArrived(CallId("default", "1")))
        failed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def refuse() -> None:
            loop.call_soon_threadsafe(failed.set)
            raise sqlite3.OperationalError("disk I/O error")

        database.engine.connect = refuse  # type: ignore[method-assign]
        await ledger.record(CallArrived(CallId("default", "2")))
        await failed.wait()
        database.engine.connect = connect  # type: ignore[method-assign]
        await ledger.record(CallArrived(CallId("default", "3")))
        async with asyncio.timeout(30):
            while calls_without_the_log(tmp_path / "ivr.db") < 3:
                await asyncio.sleep(0.05)
    database.close()


async def test_the_writer_of_another_database_has_no_checkpoints(database: Database) -> None:
    async with Writer(database) as writer:
        alive = writer._checkpoints._thread.is_alive()
    assert alive == (database.dialect == "sqlite")
    assert not writer._checkpoints._thread.is_alive()
