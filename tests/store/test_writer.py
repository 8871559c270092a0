import asyncio
import sqlite3
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from ivr.domain.calls import CallArrived, CallId
from ivr.errors import DatabaseRefused
from ivr.store import database as database_module
from ivr.store.database import Database, open_database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer

from .samples import facts


class Gate:
    """Holds the writer's thread inside a write, so that others pile up behind it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def work(self, connection: Connection) -> None:
        self.entered.set()
        self.open.wait()


def insert_team(name: str):
    def work(connection: Connection) -> str:
        connection.execute(text("INSERT INTO teams (team) VALUES (:name)"), {"name": name})
        return name

    return work


def team_names(database: Database) -> list[str]:
    return database.read_now(
        lambda connection: list(connection.execute(text("SELECT team FROM teams ORDER BY team")).scalars())
    )


async def test_writes_that_wait_share_one_commit(database: Database) -> None:
    groups: list[int] = []
    gate = Gate()
    async with Writer(database, on_commit=lambda size, seconds: groups.append(size)) as writer:
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        others = [asyncio.create_task(writer.write(insert_team(f"t{number:02}"))) for number in range(20)]
        await asyncio.sleep(0)
        gate.open.set()
        await first
        assert await asyncio.gather(*others) == [f"t{number:02}" for number in range(20)]
    assert groups == [1, 20]
    assert team_names(database) == [f"t{number:02}" for number in range(20)]


async def test_a_bad_write_fails_alone(database: Database) -> None:
    gate = Gate()
    async with Writer(database) as writer:
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        names = ["north", "south", "north", "east"]
        writes = [asyncio.create_task(writer.write(insert_team(name))) for name in names]
        writes.insert(1, asyncio.create_task(writer.write(lambda connection: 1 // 0)))
        await asyncio.sleep(0)
        gate.open.set()
        await first
        results = await asyncio.gather(*writes, return_exceptions=True)
        kinds = [type(result) for result in results]
        assert kinds == [str, ZeroDivisionError, str, DatabaseRefused, str]
        assert await writer.write(insert_team("west")) == "west"
    assert team_names(database) == ["east", "north", "south", "west"]


async def test_half_of_a_failed_write_is_not_kept(database: Database, writer: Writer) -> None:
    def work(connection: Connection) -> None:
        insert_team("north")(connection)
        raise LookupError("then this")

    with pytest.raises(LookupError):
        await writer.write(work)
    assert team_names(database) == []


async def test_closing_finishes_what_waits_and_then_refuses(database: Database) -> None:
    gate = Gate()
    writer = Writer(database)
    writes = [asyncio.create_task(writer.write(work)) for work in (gate.work, insert_team("a"), insert_team("b"))]
    await asyncio.sleep(0)
    gate.open.set()
    await writer.close()
    await asyncio.gather(*writes)
    await writer.close()
    assert team_names(database) == ["a", "b"]
    with pytest.raises(DatabaseRefused, match="the ledger is closed"):
        await writer.write(insert_team("c"))


async def test_too_many_waiting_writes_are_refused_at_once(database: Database) -> None:
    gate = Gate()
    async with Writer(database, capacity=2) as writer:
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        waiting = [asyncio.create_task(writer.write(insert_team(name))) for name in "ab"]
        await asyncio.sleep(0)
        assert writer.waiting == 2
        with pytest.raises(DatabaseRefused, match="2 writes wait for the database"):
            await writer.write(insert_team("c"))
        gate.open.set()
        await asyncio.gather(first, *waiting)
    assert team_names(database) == ["a", "b"]


async def test_a_write_whose_caller_gave_up_is_kept_and_harms_nobody(database: Database) -> None:
    gate = Gate()
    async with Writer(database) as writer:
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        abandoned = asyncio.create_task(writer.write(insert_team("a")))
        patient = asyncio.create_task(writer.write(insert_team("b")))
        await asyncio.sleep(0)
        abandoned.cancel()
        gate.open.set()
        await asyncio.gather(first, patient)
    assert team_names(database) == ["a", "b"]


async def test_a_raising_listener_does_not_end_the_ledger(database: Database) -> None:
    def listener() -> None:
        raise RuntimeError("the page is gone")

    async with Writer(database) as writer:
        writer.on_calls_changed(listener)
        await writer.write(insert_team("a"), touches_calls=True)
        await writer.write(insert_team("b"), touches_calls=True)
    assert team_names(database) == ["a", "b"]


async def test_a_locked_database_is_told_to_who_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    other = sqlite3.connect(tmp_path / "ivr.db", isolation_level=None)
    async with Writer(database) as writer:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseRefused, match="another program keeps it locked"):
            await writer.write(insert_team("a"))
        other.execute("ROLLBACK")
        await writer.write(insert_team("b"))
    other.close()
    assert team_names(database) == ["b"]
    database.close()


async def test_a_full_disk_is_told_to_who_waits(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    async with Writer(database) as writer:

        def limit(connection: Connection) -> None:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            for number in range(1000):
                insert_team("x" * 1000 + str(number))(connection)

        with pytest.raises(DatabaseRefused, match="the disk is full; free some space"):
            await writer.write(limit)
    assert team_names(database) == []
    database.close()


async def test_a_lost_connection_is_told_and_then_replaced(url: str, cluster: Path) -> None:
    database = open_database(url)
    async with Writer(database) as writer:
        await writer.write(insert_team("a"))
        if database.dialect == "postgresql":
            with pytest.raises(DatabaseRefused, match="PostgreSQL ended the connection"):
                await writer.write(
                    lambda connection: connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
                )
        await writer.write(insert_team("b"))
    assert team_names(database) == ["a", "b"]
    database.close()


_WRITING_PROGRAM = """
import asyncio, sys
from ivr.domain.calls import CallArrived, CallId
from ivr.store.database import open_database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer

async def record(ledger, number):
    await ledger.record(CallArrived(CallId("default", str(number))))
    print(number, flush=True)

async def main():
    database = open_database(sys.argv[1])
    ledger = SqlLedger(database, Writer(database))
    start = 0
    while True:
        await asyncio.gather(*(record(ledger, start + number) for number in range(10)))
        start += 10

asyncio.run(main())
"""


async def test_nothing_acknowledged_is_lost_when_the_program_is_killed(url: str) -> None:
    open_database(url).close()
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WRITING_PROGRAM, url, stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    acknowledged = [int(await program.stdout.readline()) for _ in range(205)]
    program.kill()
    acknowledged += [int(line) for line in (await program.stdout.read()).split(b"\n")[:-1]]
    await program.wait()
    database = open_database(url)
    async with Writer(database) as writer:
        stored = {int(call.uniqueid) for call in await SqlLedger(database, writer).open_calls()}
    database.close()
    assert set(acknowledged) <= stored


async def test_facts_are_stored_all_or_none(ledger: SqlLedger) -> None:
    call = CallId("default", "1")
    naive = CallArrived(CallId("default", "2"), arrived_at=facts(call)[0].arrived_at.replace(tzinfo=None))
    with pytest.raises(ValueError, match="without an offset"):
        await ledger.record(*facts(call), naive)
    assert await ledger.facts_of(call) is None
