import asyncio
import sqlite3
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from ivr.domain.calls import PRIMARY_QUESTION, Answer, CallArrived, CallId, Press
from ivr.domain.outcomes import Outcome
from ivr.errors import DatabaseRefused
from ivr.store import database as database_module
from ivr.store.database import Database, open_database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer
from ivr.store.writer_meter import RefusedWrite

from .postgres import new_database
from .samples import facts


class Gate:
    """Holds the writer's thread inside a write, so that others pile up behind it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def work(self, connection: Connection) -> None:
        self.entered.set()
        self.open.wait()


class Meter:
    """Notes what the writer tells."""

    def __init__(self) -> None:
        self.commits: list[int] = []
        self.waits: list[list[float]] = []
        self.refusals: list[RefusedWrite] = []

    def committed(self, writes: int, seconds: float) -> None:
        assert seconds > 0
        self.commits.append(writes)

    def waited(self, seconds: Sequence[float]) -> None:
        self.waits.append(list(seconds))

    def refused(self, reason: RefusedWrite) -> None:
        self.refusals.append(reason)


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
    gate, meter = Gate(), Meter()
    async with Writer(database, meter=meter) as writer:
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        others = [asyncio.create_task(writer.write(insert_team(f"t{number:02}"))) for number in range(20)]
        await asyncio.sleep(0)
        gate.open.set()
        await first
        assert await asyncio.gather(*others) == [f"t{number:02}" for number in range(20)]
    assert meter.commits == [1, 20]
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


async def test_writes_of_one_sort_beside_each_other_are_run_together_and_in_their_order(database: Database) -> None:
    gate = Gate()
    ran: list[object] = []

    def joint(connection: Connection, loads: Sequence[int]) -> list[int]:
        ran.append(list(loads))
        return [load * 10 for load in loads]

    def alone(connection: Connection) -> str:
        ran.append("alone")
        return "alone"

    async with Writer(database) as writer:
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        writes = [
            writer.join(joint, 1),
            writer.join(joint, 2),
            asyncio.ensure_future(writer.write(alone)),
            asyncio.ensure_future(writer.write(alone)),
        ]
        await asyncio.sleep(0)
        writes.append(writer.join(joint, 3))
        gate.open.set()
        await first
        assert await asyncio.gather(*writes) == [10, 20, "alone", "alone", 30]
    assert ran == [[1, 2], "alone", "alone", [3]]


async def test_a_fact_that_the_database_refuses_fails_alone(database: Database) -> None:
    gate = Gate()
    calls = [CallId("default", str(number)) for number in range(5)]
    async with Writer(database) as writer:
        ledger = SqlLedger(database, writer)
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        heard = [-1 if number == 2 else 1 for number in range(5)]
        answers = [
            Answer(call, PRIMARY_QUESTION, Outcome.NO_KEY, many) for call, many in zip(calls, heard, strict=True)
        ]
        writes = [asyncio.create_task(ledger.record(Press(answer.call, 1, "5", 1, 1), answer)) for answer in answers]
        await asyncio.sleep(0)
        gate.open.set()
        await first
        told = await asyncio.gather(*writes, return_exceptions=True)
        assert [type(each) for each in told] == [type(None), type(None), DatabaseRefused, type(None), type(None)]
        known = [await ledger.facts_of(call) for call in calls]
    assert [None if each is None else each.answer for each in known] == [*answers[:2], None, *answers[3:]]


async def test_settling_a_channel_and_its_facts_keep_their_order_within_a_commit(database: Database) -> None:
    gate, meter = Gate(), Meter()
    shown, settled = CallId("default", "shown"), CallId("default", "settled")
    async with Writer(database, meter=meter) as writer:
        ledger = SqlLedger(database, writer)
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        steps = [
            ledger.record(CallArrived(shown), CallArrived(settled)),
            ledger.discard(shown),
            ledger.record(facts(shown)[1]),
            ledger.discard(settled),
        ]
        tasks = [asyncio.create_task(step) for step in steps]
        await asyncio.sleep(0)
        gate.open.set()
        await asyncio.gather(first, *tasks)
        assert await ledger.open_calls() == [shown]
    assert meter.commits == [1, 4]


async def test_a_slow_disk_shows_in_the_meter(database: Database) -> None:
    gate, meter = Gate(), Meter()
    async with Writer(database, meter=meter, capacity=3) as writer:
        assert (writer.waiting, writer.oldest_seconds) == (0, 0.0)
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        await asyncio.sleep(0.05)
        assert (writer.waiting, writer.oldest_seconds >= 0.05) == (0, True)
        waiting = [asyncio.create_task(writer.write(insert_team(name))) for name in ("a", "a", "b")]
        await asyncio.sleep(0)
        assert writer.waiting == 3
        with pytest.raises(DatabaseRefused, match="3 writes wait"):
            await writer.write(insert_team("c"))
        gate.open.set()
        await asyncio.gather(first, *waiting, return_exceptions=True)
    with pytest.raises(DatabaseRefused, match="closed"):
        await writer.write(insert_team("d"))
    assert (writer.waiting, writer.oldest_seconds) == (0, 0.0)
    assert meter.refusals == ["full", "failed", "closed"]
    assert meter.commits == [1, 1, 1]
    assert [len(seconds) for seconds in meter.waits] == [1, 1, 1]
    assert meter.waits[0][0] >= 0.05


async def test_the_waits_of_a_commit_are_told_longest_first(database: Database) -> None:
    gate, meter = Gate(), Meter()
    async with Writer(database, meter=meter) as writer:
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        waiting = [asyncio.create_task(writer.write(insert_team(str(number)))) for number in range(5)]
        await asyncio.sleep(0)
        gate.open.set()
        await asyncio.gather(first, *waiting)
    assert meter.commits == [1, 5]
    assert meter.waits[1] == sorted(meter.waits[1], reverse=True)


async def test_a_raising_meter_does_not_end_the_ledger(database: Database) -> None:
    class Broken(Meter):
        def waited(self, seconds: Sequence[float]) -> None:
            raise RuntimeError("no such histogram")

    async with Writer(database, meter=Broken()) as writer:
        await writer.write(insert_team("a"))
        await writer.write(insert_team("b"))
    assert team_names(database) == ["a", "b"]


async def test_nobody_waits_for_a_thread_that_has_ended(database: Database) -> None:
    def leave(connection: Connection) -> None:
        gate.work(connection)
        raise SystemExit

    gate = Gate()
    async with Writer(database) as writer:
        last = asyncio.create_task(writer.write(leave))
        await asyncio.to_thread(gate.entered.wait)
        beside = asyncio.create_task(writer.write(insert_team("a")))
        await asyncio.sleep(0)
        gate.open.set()
        for write in (last, beside):
            with pytest.raises(DatabaseRefused, match="the ledger's writer has ended; start the service again"):
                await write
        with pytest.raises(DatabaseRefused, match="closed"):
            await writer.write(insert_team("b"))
    assert team_names(database) == []


async def test_callers_in_several_loops_are_told_in_their_own(database: Database) -> None:
    gate = Gate()
    told: list[str] = []

    async def from_elsewhere() -> None:
        told.append(await writer.write(insert_team("elsewhere")))

    async with Writer(database) as writer:
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        here = asyncio.create_task(writer.write(insert_team("here")))
        thread = threading.Thread(target=lambda: asyncio.run(from_elsewhere()))
        thread.start()
        while writer.waiting < 2:
            await asyncio.sleep(0.01)
        gate.open.set()
        await asyncio.gather(first, here)
        await asyncio.to_thread(thread.join)
    assert told == ["elsewhere"]


async def test_a_loop_that_has_ended_harms_nobody(database: Database) -> None:
    gate = Gate()

    async def ask() -> None:
        writer.join(lambda connection, loads: [None] * len(loads), None)

    async with Writer(database) as writer:
        first = asyncio.create_task(writer.write(gate.work))
        await asyncio.to_thread(gate.entered.wait)
        await asyncio.to_thread(asyncio.run, ask())
        here = asyncio.create_task(writer.write(insert_team("here")))
        await asyncio.sleep(0)
        gate.open.set()
        await asyncio.gather(first, here)
    assert team_names(database) == ["here"]


async def test_a_fact_on_a_lost_connection_is_refused_and_the_next_one_stored(cluster: Path) -> None:
    database = open_database(new_database(cluster, "lost"))
    call = CallId("default", "1")
    async with Writer(database) as writer:
        ledger = SqlLedger(database, writer)
        await ledger.record(*facts(call)[:1])
        killing = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        database.read_now(lambda connection: connection.execute(killing).all())
        with pytest.raises(DatabaseRefused, match="PostgreSQL ended the connection"):
            await ledger.record(*facts(call))
        await ledger.record(*facts(call)[1:2])
        known = await ledger.facts_of(call)
    database.close()
    assert known is not None
    assert (known.legs, known.presses) == ((facts(call)[1],), ())
