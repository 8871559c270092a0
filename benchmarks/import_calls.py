"""Rows a second that `ivr import calls` takes in, the whole command, beside writers that check and count nothing.

    .venv/bin/python benchmarks/import_calls.py                 300,000 calls, 3 rounds, then live calls beside one more
    .venv/bin/python benchmarks/import_calls.py --only import   without the live calls; --only live: those alone
    .venv/bin/python benchmarks/import_calls.py --database URL  ours on an empty PostgreSQL (a new one each time)
    --rounds N; --calls FILE.csv for another file; --folder DIR names another disk; --json prints one JSON object

Three programs take the same file into new SQLite files, in turns, each a process of its own with its start-up:
- ours: the command: every cell checked, callers' hashes, presses, tallies, all of it unseen until it is whole;
  it takes two processors.
- floor: the standard library's csv and sqlite3, into the same table `calls` with its indexes and checks: cells become
  numbers by column, nothing else is done, all in one transaction that keeps everybody else from writing.
- pandas: `read_csv` and `to_sql` into a table that pandas makes, without a key, an index or a check.
The command has passed where it takes in 30,000 rows a second.

Live: another process closes a call every 20 ms, as the service does, for some seconds alone and then beside an
import; a closing counts from when it was due until it is durable.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from ivr.domain.calls import CallId, HandledCall
from ivr.domain.outcomes import Outcome
from ivr.store.database import open_database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer

WANTED_ROWS_PER_SECOND = 30_000
WANTED_LIVE_SECONDS = 1.0
PERIOD_SECONDS = 0.02
ALONE_SECONDS = 5.0
LOOK_SECONDS = 0.05

FLOOR = """
import csv, sqlite3, sys
whole = {"legs", "options_heard", "press_ms", "category", "followup_category"}
numbers = {"wait_seconds", "talk_seconds", "layout_probability", "delay_seconds", "delay_probability",
    "selection_probability", "confirm_probability", "followup_probability", "asked_seconds"}
truths = {"test", "excluded"}
of = {**dict.fromkeys(whole, int), **dict.fromkeys(numbers, float), **dict.fromkeys(truths, "true".__eq__)}
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA synchronous = FULL")
with open(sys.argv[2], newline="", encoding="utf-8") as file:
    lines = csv.reader(file)
    header = next(lines)
    keys = header.index("keys")
    parse = [of.get(name, str) for name in header]
    names = ["uniqueid" if name == "call_id" else name for name in header if name != "keys"]
    def rows():
        for line in lines:
            row = [kind(cell) if cell else None for kind, cell in zip(parse, line)]
            del row[keys]
            yield row
    with connection:
        connection.executemany(
            f"INSERT INTO calls (state, {', '.join(names)}) VALUES ('closed', {', '.join('?' * len(names))})", rows())
"""
PANDAS = """
import sqlite3, sys
import pandas
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("PRAGMA synchronous = FULL")
pandas.read_csv(sys.argv[2]).to_sql("calls_of_pandas", connection, index=False, chunksize=10_000)
connection.commit()
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One program's run by the clock; the processors' seconds and the most memory that it and its children took."""

    rows_per_second: float
    seconds: float
    cpu_seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Live:
    """Closings: how many, and the milliseconds from when one was due until it was durable."""

    closings: int
    p50_ms: float
    p99_ms: float
    most_ms: float


class Bench:
    """One file of calls, taken in again and again."""

    def __init__(self, calls: Path, folder: Path, url: str | None) -> None:
        self._calls = calls
        self._folder = folder
        self._url = url
        with calls.open("rb") as lines:
            self.rows = sum(1 for _ in lines) - 1

    def ours(self) -> Run:
        """Run the command."""
        return self._run(["-m", "ivr", "import", "calls", str(self._calls)], self._new_database())

    def floor(self) -> Run:
        """Insert into the same table."""
        path = self._new_file()
        open_database(f"sqlite:///{path}").close()
        return self._run(["-c", FLOOR, str(path), str(self._calls)], "")

    def pandas(self) -> Run:
        """Have pandas do it."""
        return self._run(["-c", PANDAS, str(self._new_file()), str(self._calls)], "")

    def live(self) -> tuple[Live, Live]:
        """Return how long closings take alone, and beside an import of another program."""
        url = self._new_database()
        return asyncio.run(self._live(url))

    async def _live(self, url: str) -> tuple[Live, Live]:
        database = open_database(url)
        async with Writer(database) as writer:
            ledger = SqlLedger(database, writer)
            alone = await closings(ledger, "alone", asyncio.create_task(asyncio.sleep(ALONE_SECONDS)))
            program = await asyncio.create_subprocess_exec(
                *self._command(["-m", "ivr", "import", "calls", str(self._calls)]),
                env=self._environment(url),
                stderr=asyncio.subprocess.DEVNULL,
            )
            ended = asyncio.create_task(program.wait())
            beside = await closings(ledger, "beside", ended)
            if await ended:
                raise SystemExit("the import beside the live calls has failed")
        database.close()
        return alone, beside

    def _run(self, arguments: Sequence[str], url: str) -> Run:
        started = time.perf_counter()
        process = subprocess.Popen(
            self._command(arguments), env=self._environment(url), stderr=subprocess.PIPE, text=True
        )
        megabytes = 0.0
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            megabytes = max(megabytes, memory(process.pid))
            time.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - started
        _, status, used = ended
        if status:
            raise SystemExit(process.stderr.read() if process.stderr else "a program has failed")
        return Run(self.rows / seconds, seconds, used.ru_utime + used.ru_stime, megabytes)

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [sys.executable, *arguments]

    def _environment(self, url: str) -> dict[str, str]:
        return {**os.environ, "IVR_DATABASE_URL": url, "IVR_PEPPER_FILE": str(self._folder / "pepper")}

    def _new_file(self) -> Path:
        for old in self._folder.glob("bench.db*"):
            old.unlink()
        return self._folder / "bench.db"

    def _new_database(self) -> str:
        if self._url is None:
            return f"sqlite:///{self._new_file()}"
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return self._url


async def closings(ledger: SqlLedger, name: str, until: asyncio.Future[object]) -> Live:
    """Close a call at every moment that one is due, whether those before are durable or not."""
    took: list[float] = []

    async def close(number: int, due: float) -> None:
        call = CallId(f"bench-{name}", str(number))
        await ledger.close(HandledCall(call, datetime.now(UTC), Outcome.NO_KEY, agent="ann", queue="sales"))
        took.append(time.perf_counter() - due)

    started = time.perf_counter()
    running: set[asyncio.Task[None]] = set()
    number = 0
    while not until.done():
        due = started + number * PERIOD_SECONDS
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        task = asyncio.create_task(close(number, due))
        running.add(task)
        task.add_done_callback(running.discard)
        number += 1
    await asyncio.gather(*running)
    took.sort()
    return Live(len(took), *(1000 * took[int(share * (len(took) - 1))] for share in (0.5, 0.99, 1)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", choices=("import", "live"))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        place = Path(folder)
        bench = Bench(given.calls or simulated(place), place, given.database)
        runs: dict[str, list[Run]] = {}
        if given.only != "live":
            for _ in range(given.rounds):
                for name in ("ours", "floor", "pandas"):
                    runs.setdefault(name, []).append(getattr(bench, name)())
        live = None if given.only == "import" else bench.live()
    if given.json:
        print(json.dumps({"rows": bench.rows, "runs": plain(runs), "live": live and [asdict(one) for one in live]}))
    else:
        show(bench.rows, runs, live)
    if (runs and median(runs["ours"]) < WANTED_ROWS_PER_SECOND) or (
        live and live[1].p99_ms > 1000 * WANTED_LIVE_SECONDS
    ):
        raise SystemExit(1)


def memory(process: int) -> float:
    """Return the megabytes of a process and its children; libraries that they share count for each."""
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text().split()]
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # it has just ended
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Rss:"))
    return own / 1024 + sum(memory(int(child)) for child in children)


def simulated(folder: Path) -> Path:
    calls = folder / "calls.csv"
    words = ["simulate", "--scenario", "S4", "--seed", "1", "--out", str(calls), "--truth", str(folder / "truth.json")]
    subprocess.run([sys.executable, "-m", "ivr", *words], check=True, stdout=subprocess.DEVNULL)
    return calls


def median(runs: Sequence[Run]) -> float:
    return statistics.median(run.rows_per_second for run in runs)


def plain(runs: dict[str, list[Run]]) -> dict[str, list[dict[str, float]]]:
    return {name: [asdict(run) for run in some] for name, some in runs.items()}


def show(rows: int, runs: dict[str, list[Run]], live: tuple[Live, Live] | None) -> None:
    for name, some in runs.items():
        ratio = statistics.median(
            a.rows_per_second / b.rows_per_second for a, b in zip(runs["ours"], some, strict=True)
        )
        print(
            f"{name:8}{median(some):9,.0f} rows/s  {statistics.median(run.seconds for run in some):6.1f} s"
            f"  CPU {statistics.median(run.cpu_seconds for run in some):6.1f} s"
            f"  {max(run.megabytes for run in some):5.0f} MB  ours is {ratio:.2f} times as quick"
        )
    if live is not None:
        for name, one in zip(("alone", "beside the import"), live, strict=True):
            times = f"p50 {one.p50_ms:.1f}, p99 {one.p99_ms:.1f}, most {one.most_ms:.1f} ms"
            print(f"live calls {name}: {one.closings}, {times}")
    print(f"{rows:,} rows")


if __name__ == "__main__":
    main()
