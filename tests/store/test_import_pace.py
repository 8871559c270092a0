import asyncio
import gc
import sqlite3
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from ivr.errors import DatabaseRefused
from ivr.store import database as database_module
from ivr.store.database import Database, open_database
from ivr.store.import_pace import PacedWrites
from ivr.store.import_threads import shared_swiftly
from ivr.store.writer import Writer


async def test_transactions_grow_while_they_are_quick_and_shrink_when_they_are_slow(writer: Writer) -> None:
    paced = PacedWrites(writer, rests=False)
    sizes = [paced.rows]
    for _ in range(6):
        await paced.write_rows(lambda _: paced.rows)
        sizes.append(paced.rows)
    assert sizes == sorted(sizes)
    assert sizes[1] == 2 * sizes[0]
    assert sizes[-1] == sizes[-2]

    def slow(_: object) -> int:
        time.sleep(0.4)
        return sizes[-1]

    await paced.write_rows(slow)
    assert 0 < paced.rows <= sizes[-1] / 3
    assert await paced.write_rows(lambda _: 0) == 0
    assert paced.rows > 0


async def test_others_write_during_a_rest(database: Database, url: str) -> None:
    """Two programs that want to write all the time both come to it."""
    other = open_database(url)
    async with Writer(database) as mine, Writer(other) as theirs:
        paced = PacedWrites(mine, rests=database.dialect == "sqlite")
        done: list[str] = []

        def work(who: str) -> object:
            def run(connection: object) -> None:
                time.sleep(0.02)
                done.append(who)

            return run

        async def import_some() -> None:
            for _ in range(15):
                await paced.write(work("import"))

        async def close_calls() -> None:
            for _ in range(3):
                await theirs.write(work("live"))

        await asyncio.gather(import_some(), close_calls())
    other.close()
    assert len(done) == 18
    assert done[-1] == "import"


async def test_a_writer_that_waits_gets_its_turn_and_gives_up_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    other = sqlite3.connect(tmp_path / "ivr.db", isolation_level=None, check_same_thread=False)
    async with Writer(database) as writer:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.3, other.execute, ["COMMIT"]).start()
        timeout = await writer.write(lambda connection: connection.execute(text("PRAGMA busy_timeout")).scalar())
        assert timeout == database_module.BUSY_SECONDS * 1000
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
        with pytest.raises(DatabaseRefused, match="another program"):
            await writer.write(lambda connection: None)
        other.execute("COMMIT")
    other.close()
    database.close()


def test_the_interpreter_is_left_as_it_was() -> None:
    before = sys.getswitchinterval(), gc.isenabled()
    with shared_swiftly():
        assert sys.getswitchinterval() < before[0]
    with pytest.raises(KeyError), shared_swiftly():
        raise KeyError
    assert (sys.getswitchinterval(), gc.isenabled()) == before
