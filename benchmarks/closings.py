"""What the tallies cost a call that closes: the same closings with them and without, in turns.

    .venv/bin/python benchmarks/closings.py                     lone closings, and 50 at a time, on SQLite
    .venv/bin/python benchmarks/closings.py --postgresql URL    on an empty PostgreSQL database
    --calls N closings a round (2,000), --rounds N (3)

A call closes as in the service: its facts are there, its row is written through the ledger's writer, and the closing
counts when it is durable. Without tallies the triggers are gone and nothing is settled; all else is the same. Told is
the time of a closing and the processor's share of it (of this process alone; PostgreSQL's own is in the time).
"""

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from ivr.domain.calls import CallArrived, CallId, HandledCall
from ivr.domain.outcomes import Outcome
from ivr.store.database import Database, open_database
from ivr.store.ledger import SqlLedger
from ivr.store.tally_writes import TallyWrites
from ivr.store.writer import Writer

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
OUTCOMES = (Outcome.RATED, Outcome.RATED, Outcome.NO_KEY, Outcome.LEFT_IN_MENU, Outcome.CALLER_LEFT_FIRST)


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds a closing: on the clock, and of the processor."""

    elapsed_us: float
    processor_us: float


def rows(number: int, seed: int) -> list[HandledCall]:
    """Return calls of a busy day of 200 agents."""
    chance = random.Random(seed)
    return [
        HandledCall(
            call=CallId(f"bench-{time.time_ns()}", str(each)),
            ended_at=BEGIN + timedelta(seconds=3 * each),
            outcome=(outcome := chance.choice(OUTCOMES)),
            agent=f"agent {chance.randrange(200)}",
            team=f"team {chance.randrange(10)}",
            queue=chance.choice(["sales", "support", "service"]),
            segment=chance.choice(["a", "b", "c"]),
            language="de",
            caller=f"h1:{chance.getrandbits(256):064x}",
            wait_seconds=chance.expovariate(1 / 60),
            layout=chance.choice(["sequential-123", "reversed-123", "paced-123", "sparse-531"]),
            layout_version="0123456789abcdef",
            allocation="sequential-123:0.25 reversed-123:0.25 paced-123:0.25 sparse-531:0.25",
            delay_seconds=chance.choice([0.0, 2.0]),
            options_heard=1 if outcome is Outcome.RATED else None,
            press_ms=chance.randrange(500, 20_000) if outcome is Outcome.RATED else None,
            category=chance.randrange(3) if outcome is Outcome.RATED else None,
            asked_seconds=chance.uniform(2, 20),
        )
        for each in range(number)
    ]


async def run(database: Database, calls: int, at_once: int, seed: int) -> Cost:
    """Close calls, so many at a time."""
    closing = rows(calls, seed)
    async with Writer(database) as writer:
        ledger = SqlLedger(database, writer)
        for start in range(0, calls, 500):
            await ledger.record(*(CallArrived(row.call) for row in closing[start : start + 500]))
        started, used = time.perf_counter(), time.process_time()
        for start in range(0, calls, at_once):
            await asyncio.gather(*(ledger.close(row) for row in closing[start : start + at_once]))
        elapsed, used = time.perf_counter() - started, time.process_time() - used
    return Cost(elapsed / calls * 1e6, used / calls * 1e6)


def without_tallies(database: Database) -> None:
    """Take the triggers away; :meth:`TallyWrites.settle` is left out by the caller."""
    with database.engine.begin() as connection:
        for name in ("added", "changed", "removed"):
            table = " ON calls" if database.dialect == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER calls_{name}{table}"))


def measure(url_with: str, url_without: str, calls: int, at_once: int, rounds: int) -> tuple[Cost, Cost]:
    """Return the medians with and without tallies, measured in turns."""
    settle = TallyWrites.settle
    with_them, without = open_database(url_with), open_database(url_without)
    without_tallies(without)
    costs: tuple[list[Cost], list[Cost]] = ([], [])
    for round_number in range(rounds):
        for side, database in enumerate((with_them, without)):
            TallyWrites.settle = settle if side == 0 else lambda *_: None  # type: ignore[method-assign]
            costs[side].append(asyncio.run(run(database, calls, at_once, round_number)))
    TallyWrites.settle = settle  # type: ignore[method-assign]
    for database in (with_them, without):
        database.close()
    return middle(costs[0]), middle(costs[1])


def middle(costs: list[Cost]) -> Cost:
    """Return the medians."""
    return Cost(
        statistics.median(cost.elapsed_us for cost in costs), statistics.median(cost.processor_us for cost in costs)
    )


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--postgresql", nargs=2, metavar=("URL", "URL2"), help="two empty databases")
    options.add_argument("--calls", type=int, default=2_000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    print(f"{os.cpu_count()} processors, {given.calls} closings a round, medians of {given.rounds} rounds")
    for at_once in (1, 50):
        with tempfile.TemporaryDirectory() as folder:
            urls = given.postgresql or [f"sqlite:///{Path(folder) / name}.db" for name in ("with", "without")]
            if given.postgresql and at_once > 1:
                urls = [url.replace("?", "_many?", 1) if "?" in url else f"{url}_many" for url in urls]
            calls = given.calls if at_once > 1 else given.calls // 4
            with_them, without = measure(urls[0], urls[1], calls, at_once, given.rounds)
        print(
            f"{at_once:3} at once: {with_them.elapsed_us:7.0f} us with tallies, {without.elapsed_us:7.0f} without "
            f"(+{with_them.elapsed_us - without.elapsed_us:.0f}); processor {with_them.processor_us:.0f} and "
            f"{without.processor_us:.0f} us (+{with_them.processor_us - without.processor_us:.0f})"
        )


if __name__ == "__main__":
    main()
