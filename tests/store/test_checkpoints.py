import asyncio
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import text

from ivr.domain.calls import CallArrived, CallId
from ivr.store.checkpoints import LOG_PAGES
from ivr.store.database import open_database
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


async def test_a_checkpoint_that_fails_costs_nothing(tmp_path: Path) -> None:
    """A reader who stays in the log keeps it from being brought in; writes go on, and it is made up for."""
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    async with Writer(database) as writer:
        ledger = SqlLedger(database, writer)
        reader = sqlite3.connect(tmp_path / "ivr.db")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM calls").fetchone()
        await ledger.record(CallArrived(CallId("default", "1")))
        await asyncio.sleep(0.2)
        await ledger.record(CallArrived(CallId("default", "2")))
        reader.close()
        await ledger.record(CallArrived(CallId("default", "3")))
        async with asyncio.timeout(30):
            while calls_without_the_log(tmp_path / "ivr.db") < 3:
                await asyncio.sleep(0.05)
    database.close()


async def test_there_is_one_connection_that_writes_and_checkpoints(tmp_path: Path) -> None:
    """A second one could meet SQLite's fault of a log that is reset while a checkpoint begins."""
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    async with Writer(database) as writer:
        ledger = SqlLedger(database, writer)
        for number in range(5):
            await ledger.record(CallArrived(CallId("default", str(number))))
            await asyncio.sleep(0.1)
        assert database.engine.pool.checkedout() + database.engine.pool.checkedin() == 1  # type: ignore[attr-defined]
    database.close()
