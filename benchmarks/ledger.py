"""Durable ratings a second, and how long one takes: the ledger's group commit beside an ORM that commits each rating.

    .venv/bin/python benchmarks/ledger.py                     1, 100 and 1,000 callers at a time
    .venv/bin/python benchmarks/ledger.py --busy              the same with an event loop that is busy half the time
    .venv/bin/python benchmarks/ledger.py --postgresql URL    on an empty PostgreSQL database instead of SQLite
    --uvloop runs both sides on uvloop; --folder DIR names another disk; --json prints one JSON object

A rating is what the service stores for a key press that is kept as the answer: a Press and an Answer, two rows in
two tables that refer to their call, which the exposure made before. The peer stores rows of one table without
references, each in a session of SQLAlchemy's ORM with a commit of its own, in a thread, one at a time, as SQLite wants
it: once the same two rows, and once all of a rating in a single row, which is the least that it can do. Nothing else
differs: one process, one disk, in turns, SQLite with a
write-ahead log and synchronous FULL. A rating counts when its awaiting caller has been told that it is durable.
The disk's own speed is taken in the same round: fdatasync after writing as much as a lone rating adds to the log,
over blocks that are there, as the log's are after its first checkpoint.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uvloop
from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from ivr.domain.calls import PRIMARY_QUESTION, Answer, CallArrived, CallId, Press
from ivr.domain.outcomes import Outcome
from ivr.store.database import open_database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer

LOG_BYTES = 5 * 4120
"""Five pages with their headers: what a lone rating adds to SQLite's write-ahead log."""
BUSY_COROUTINES, SPIN_SECONDS, REST_SECONDS = 5, 0.0002, 0.0018

Store = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Run:
    """One side's run: ratings a second, and the milliseconds that a rating took."""

    per_second: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Compared:
    """All sides with so many callers at a time; medians of the rounds, the ratios too."""

    concurrent: int
    ours: Run
    two_rows: Run
    one_row: Run
    ratio_two_rows: float
    ratio_one_row: float


class Base(DeclarativeBase):
    """The peer's model."""


class RatingRow(Base):
    """A rating as an ORM would have it."""

    __tablename__ = "benchmark_ratings"
    id: Mapped[int] = mapped_column(primary_key=True)
    uniqueid: Mapped[str]
    number: Mapped[int]
    key: Mapped[str]
    press_ms: Mapped[int]
    question: Mapped[str]
    status: Mapped[str]
    options_heard: Mapped[int]
    category: Mapped[int]


async def ours(url: str, ratings: int, concurrent: int, busy: int) -> Run:
    """Store ratings of calls that are there, by the service's own ledger."""
    database = open_database(url)
    pbx = f"bench-{time.time_ns()}"
    calls = [CallId(pbx, f"{1_700_000_000 + number}.{number}") for number in range(ratings)]
    try:
        async with Writer(database) as writer:
            ledger = SqlLedger(database, writer)
            for start in range(0, ratings, 500):
                arrived = datetime.now(UTC)
                await ledger.record(*(CallArrived(call, arrived_at=arrived) for call in calls[start : start + 500]))

            async def store(number: int) -> None:
                call = calls[number]
                await ledger.record(
                    Press(call, 1, "5", 4100, 4100), Answer(call, PRIMARY_QUESTION, Outcome.RATED, 1, "5", 2, 4100)
                )

            return await spread(store, ratings, concurrent, busy)
    finally:
        database.close()


async def peer(url: str, ratings: int, concurrent: int, busy: int, rows: int) -> Run:
    """Do the same with an ORM session and a commit for each of the ``rows`` of a rating."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: object, _record: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")

    Base.metadata.create_all(engine)
    turn = asyncio.Lock()

    def commit(number: int, row: int) -> None:
        with Session(engine) as session:
            session.add(
                RatingRow(
                    uniqueid=f"{1_700_000_000 + number}.{number}",
                    number=row,
                    key="5",
                    press_ms=4100,
                    question=PRIMARY_QUESTION,
                    status=Outcome.RATED.value,
                    options_heard=1,
                    category=2,
                )
            )
            session.commit()

    async def store(number: int) -> None:
        for row in range(rows):
            async with turn:
                await asyncio.to_thread(commit, number, row)

    try:
        return await spread(store, ratings, concurrent, busy)
    finally:
        Base.metadata.drop_all(engine)
        engine.dispose()


async def spread(store: Store, ratings: int, concurrent: int, busy: int) -> Run:
    """Store ``ratings`` ratings, ``concurrent`` of them at a time, beside ``busy`` other coroutines.

    The first fifth is not counted: until then the log's file grows, which a service sees once in its life.
    """
    numbers = iter(range(ratings))
    spans: list[tuple[float, float]] = []
    others = [asyncio.create_task(spin()) for _ in range(busy)]

    async def caller() -> None:
        for number in numbers:
            asked = time.perf_counter()
            await store(number)
            spans.append((asked, time.perf_counter()))

    await asyncio.gather(*(caller() for _ in range(concurrent)))
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    warm = len(spans) // 5
    seconds = [told - asked for asked, told in spans[warm:]]
    return Run(len(seconds) / (spans[-1][1] - spans[warm][1]), quantile_ms(seconds, 0.5), quantile_ms(seconds, 0.99))


async def spin() -> None:
    """Keep the event loop busy for a tenth of the time, as a live service's other work does."""
    while True:
        until = time.perf_counter() + SPIN_SECONDS
        while time.perf_counter() < until:
            pass
        await asyncio.sleep(REST_SECONDS)


def fdatasync_seconds(folder: Path, times: int = 300) -> list[float]:
    """Return the seconds of each fdatasync after writing what a lone rating writes, over a file that is there."""
    seconds = []
    with (folder / "log").open("wb", buffering=0) as file:
        file.write(bytes(LOG_BYTES * 50))
        os.fsync(file.fileno())
        for number in range(times):
            file.seek(number % 50 * LOG_BYTES)
            file.write(b"x" * LOG_BYTES)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            seconds.append(time.perf_counter() - began)
    return seconds


def quantile_ms(seconds: Sequence[float], share: float) -> float:
    """Return a quantile of ``seconds`` in milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def compare(chosen: argparse.Namespace, concurrent: int, disk: list[float]) -> Compared:
    """Run both sides in turns and return the medians."""
    busy = BUSY_COROUTINES if chosen.busy else 0
    new_loop = uvloop.new_event_loop if chosen.uvloop else asyncio.new_event_loop
    rounds: list[tuple[Run, Run, Run]] = []
    for _ in range(chosen.rounds):
        sides: list[Run] = []
        ours_count = chosen.ratings if concurrent > 1 else chosen.ratings // 5
        for side, ratings in (
            (ours, ours_count),
            (partial(peer, rows=2), chosen.peer_ratings),
            (partial(peer, rows=1), chosen.peer_ratings),
        ):
            with tempfile.TemporaryDirectory(prefix="ivr-bench-", dir=chosen.folder) as name:
                disk += fdatasync_seconds(Path(name))
                url = chosen.postgresql or f"sqlite:///{name}/ratings.db"
                with asyncio.Runner(loop_factory=new_loop) as runner:
                    sides.append(runner.run(side(url, ratings, concurrent, busy)))
        rounds.append((sides[0], sides[1], sides[2]))
    mine, two_rows, one_row = (medians(side) for side in zip(*rounds, strict=True))
    over_two = statistics.median(own.per_second / two.per_second for own, two, _ in rounds)
    over_one = statistics.median(own.per_second / one.per_second for own, _, one in rounds)
    return Compared(concurrent, mine, two_rows, one_row, over_two, over_one)


def medians(runs: Sequence[Run]) -> Run:
    """Return the median of each figure."""
    return Run(*(statistics.median(values) for values in zip(*(asdict(run).values() for run in runs), strict=True)))


def main() -> None:
    """Run both sides and print what they did."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--ratings", type=int, default=30_000, help="ours in a round; a lone caller's are a fifth")
    arguments.add_argument("--peer-ratings", type=int, default=2_000, help="the peer's in a round")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--callers", type=int, nargs="+", default=[1, 100, 1000], help="how many at a time")
    arguments.add_argument("--busy", action="store_true")
    arguments.add_argument("--uvloop", action="store_true")
    arguments.add_argument("--folder", help="where the databases are made; the system's temporary folder otherwise")
    arguments.add_argument("--postgresql", metavar="URL")
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    disk: list[float] = []
    found = [compare(chosen, concurrent, disk) for concurrent in sorted(chosen.callers)]
    fdatasync_ms = quantile_ms(disk, 0.5)
    over_ms = found[0].ours.p50_ms - fdatasync_ms if found[0].concurrent == 1 else None
    if chosen.json:
        rows = [asdict(each) for each in found]
        print(json.dumps({"fdatasync_p50_ms": fdatasync_ms, "lone_over_fdatasync_ms": over_ms, "runs": rows}))
        return
    print(
        f"{'callers':>7} {'ours/s':>8} {'p50 ms':>7} {'p99 ms':>7} | {'2 rows/s':>8} {'ratio':>6} {'p99 ms':>8}"
        f" | {'1 row/s':>8} {'ratio':>6} {'p99 ms':>8}"
    )
    for each in found:
        print(
            f"{each.concurrent:>7} {each.ours.per_second:>8.0f} {each.ours.p50_ms:>7.2f} {each.ours.p99_ms:>7.2f}"
            f" | {each.two_rows.per_second:>8.0f} {each.ratio_two_rows:>6.1f} {each.two_rows.p99_ms:>8.1f}"
            f" | {each.one_row.per_second:>8.0f} {each.ratio_one_row:>6.1f} {each.one_row.p99_ms:>8.1f}"
        )
    print(f"fdatasync p50 {fdatasync_ms:.3f} ms")
    if over_ms is not None:
        print(f"a lone rating's p50 is {over_ms:.3f} ms over it")


if __name__ == "__main__":
    main()
