"""Runs: a server process and one reader process at a time, each on a core of its own."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ami.events import Flood

_HOME = Path(__file__).parents[2]
_FACTS_A_CALL = 4


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader on an event loop."""

    name: str
    loop: str

    def __str__(self) -> str:
        return f"{self.name} {self.loop}" if self.name != "asterisk-ami" else self.name


OURS = Reader("ours", "uvloop")
OURS_DEFAULT = Reader("ours", "default")
PANORAMISK = Reader("panoramisk", "default")
PANORAMISK_UVLOOP = Reader("panoramisk", "uvloop")
ASTERISK_AMI = Reader("asterisk-ami", "default")
READERS = (OURS, OURS_DEFAULT, PANORAMISK, PANORAMISK_UVLOOP, ASTERISK_AMI)
STALLED = (OURS, OURS_DEFAULT, PANORAMISK, PANORAMISK_UVLOOP)


@dataclass(frozen=True, slots=True)
class Run:
    """One reader's turn: ``events`` came out at its far end, ``dropped`` it said to have lost."""

    events: int
    dropped: int
    events_a_second: float
    cpu_us_an_event: float
    longest_pause_ms: float
    grown_mb: float

    @staticmethod
    def median(runs: "Sequence[Run]", figure: str) -> float:
        """Return the median of a figure."""
        return statistics.median(getattr(run, figure) for run in runs)


@dataclass(frozen=True, slots=True)
class Server:
    """The flooding process."""

    process: subprocess.Popen[str]
    port: int

    def said(self) -> dict[str, float]:
        """Return when the flood that was just taken began and ended."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())  # type: ignore[no-any-return]


@contextmanager
def flooding(events: int) -> Iterator[Server]:
    """Run the server."""
    process = _started("benchmarks.ami.server", str(events), core=-1)
    try:
        assert process.stdout is not None
        yield Server(process, int(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()


def turn(server: Server, sent: Flood, reader: Reader, *, stalled: bool) -> Run:
    """Let one reader take the flood; ends the program where it does not account for every wanted event."""
    options = (reader.name, reader.loop, server.port, sent.wanted, sent.calls * _FACTS_A_CALL)
    process = _started("benchmarks.ami.readers", *map(str, options), *(["--stalled"] if stalled else []), core=0)
    out, _ = process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"{reader} failed")
    seen = json.loads(out)
    if seen["events"] + seen["dropped"] != sent.wanted or (seen["dropped"] and not stalled):
        raise SystemExit(f"{reader} was to hand over {sent.wanted} events: {seen}")
    seconds = seen["done_at"] - server.said()["began"]
    return Run(
        events=seen["events"],
        dropped=seen["dropped"],
        events_a_second=sent.events / seconds,
        cpu_us_an_event=seen["cpu_seconds"] / sent.events * 1e6,
        longest_pause_ms=seen["longest_pause_ms"],
        grown_mb=seen["grown_mb"],
    )


def _started(module: str, *arguments: str, core: int) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=_HOME, stdout=subprocess.PIPE, text=True)
    os.sched_setaffinity(process.pid, {sorted(os.sched_getaffinity(0))[core]})
    return process
