"""A write's caller is told only after the disk has been waited for: seen from outside, in the system calls."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

_WRITES = 20
_PROGRAM = """
import asyncio, os, sys
from sqlalchemy import text
from ivr.domain.calls import CallArrived, CallId
from ivr.store.database import open_database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer

async def main():
    database = open_database(sys.argv[1])
    async with Writer(database) as writer:
        # The pragma takes effect between transactions.
        await writer.write(lambda connection: connection.connection.driver_connection.executescript(sys.argv[2]))
        ledger = SqlLedger(database, writer)
        os.write(2, f"thread {writer._thread.native_id}\\n".encode())
        for number in range(int(sys.argv[3])):
            os.write(2, f"asked {number}\\n".encode())
            await ledger.record(CallArrived(CallId("default", str(number))))
            os.write(2, f"told {number}\\n".encode())
    database.close()

asyncio.run(main())
"""


def strace() -> str:
    found = shutil.which("strace")
    if found is None:
        raise RuntimeError("strace is not on this machine; install it with: apt-get install strace")
    return found


def calls_of(folder: Path, pragma: str) -> list[str]:
    """Run the program and return the system calls that matter: of its writer's thread, and its words."""
    trace = folder / "trace"
    tracing = [strace(), "-f", "-y", "-e", "trace=write,pwrite64,fsync,fdatasync", "-o", trace]
    subprocess.run(
        [*tracing, sys.executable, "-c", _PROGRAM, f"sqlite:///{folder / 'ivr.db'}", pragma, str(_WRITES)],
        check=True,
        capture_output=True,
    )
    lines = trace.read_text().splitlines()
    thread = next(found[1] for line in lines if (found := re.search(r'"thread (\d+)\\n"', line)))
    return [line for line in lines if line.split()[0] == thread or re.search(r'"(asked|told) \d+\\n"', line)]


def durable_when_told(lines: Iterable[str]) -> int:
    """Return how many writes were told when everything written to the log since they were asked had been synced."""
    durable, wrote, syncing, synced = 0, False, False, False
    for line in lines:
        if '"asked ' in line:
            wrote = synced = False
        elif "pwrite64(" in line and "-wal>" in line:
            wrote, synced = True, False
        elif "sync(" in line:
            syncing = "-wal>" in line
            synced = syncing and line.endswith("= 0")
        elif "sync resumed>" in line:
            synced = syncing and line.endswith("= 0")
        elif '"told ' in line and wrote and synced:
            durable += 1
    return durable


def test_every_write_has_waited_for_the_disk_when_its_caller_is_told(tmp_path: Path) -> None:
    assert durable_when_told(calls_of(tmp_path, "")) == _WRITES


def test_a_database_that_does_not_wait_for_the_disk_is_seen(tmp_path: Path) -> None:
    assert durable_when_told(calls_of(tmp_path, "PRAGMA synchronous = OFF")) == 0
