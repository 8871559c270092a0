"""Durable ratings a second: the ledger's group commit beside an ORM that commits each row.

Both write the same presses to SQLite (write-ahead log, synchronous FULL) on the same disk, in turns, so that a
noisy machine is noisy for both. A press counts when its awaiting caller has been told that it is durable.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from ivr.domain.calls import CallArrived, CallId, Press
from ivr.store.database import open_database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer

Store = Callable[[int], Awaitable[None]]


class Base(DeclarativeBase):
    """The peer's model."""


class PressRow(Base):
    """A press as an ORM would have it."""

    __tablename__ = "presses"
    id: Mapped[int] = mapped_column(primary_key=True)
    uniqueid: Mapped[str]
    number: Mapped[int]
    key: Mapped[str]
    lo_ms: Mapped[int]
    hi_ms: Mapped[int]


async def ours(folder: Path, presses: int, concurrent: int) -> list[float]:
    """Return the seconds that each press took to become durable."""
    database = open_database(f"sqlite:///{folder / 'ours.db'}")
    try:
        async with Writer(database) as writer:
            ledger = SqlLedger(database, writer)
            await ledger.record(
                *(CallArrived(CallId("bench", str(n)), arrived_at=datetime.now(UTC)) for n in range(concurrent))
            )

            async def store(number: int) -> None:
                call = CallId("bench", str(number % concurrent))
                await ledger.record(Press(call, number // concurrent + 1, "1", 100, 100))

            return await spread(store, presses, concurrent)
    finally:
        database.close()


async def peer(folder: Path, presses: int, concurrent: int) -> list[float]:
    """Do the same with an ORM session and a commit for each row, in a thread, one at a time as SQLite wants it."""
    engine = create_engine(f"sqlite:///{folder / 'peer.db'}")

    @event.listens_for(engine, "connect")
    def prepare(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")

    Base.metadata.create_all(engine)
    turn = asyncio.Lock()

    def commit(number: int) -> None:
        with Session(engine) as session:
            session.add(PressRow(uniqueid=str(number % concurrent), number=number, key="1", lo_ms=100, hi_ms=100))
            session.commit()

    async def store(number: int) -> None:
        async with turn:
            await asyncio.to_thread(commit, number)

    try:
        return await spread(store, presses, concurrent)
    finally:
        engine.dispose()


async def spread(store: Store, presses: int, concurrent: int) -> list[float]:
    """Store ``presses`` presses, ``concurrent`` of them at a time; return each one's seconds."""
    numbers = iter(range(presses))
    seconds: list[float] = []

    async def caller() -> None:
        for number in numbers:
            began = time.perf_counter()
            await store(number)
            seconds.append(time.perf_counter() - began)

    await asyncio.gather(*(caller() for _ in range(concurrent)))
    return seconds


async def measure(work: Callable[[Path, int, int], Awaitable[list[float]]], presses: int, concurrent: int) -> float:
    """Return presses a second in a fresh database."""
    with tempfile.TemporaryDirectory(prefix="ivr-bench-") as folder:
        began = time.perf_counter()
        await work(Path(folder), presses, concurrent)
        return presses / (time.perf_counter() - began)


def main() -> None:
    """Run both in turns and print the medians and the ratio."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--presses", type=int, default=3000)
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    print(f"{'concurrent':>10} {'group commit/s':>15} {'commit a row/s':>15} {'ratio':>7}")
    for concurrent in (1, 100, 1000):
        pairs = [
            (
                asyncio.run(measure(ours, chosen.presses, concurrent)),
                asyncio.run(measure(peer, chosen.presses, concurrent)),
            )
            for _ in range(chosen.rounds)
        ]
        mine, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(one / other for one, other in pairs)
        print(f"{concurrent:>10} {mine:>15.0f} {theirs:>15.0f} {ratio:>7.1f}")


if __name__ == "__main__":
    main()
