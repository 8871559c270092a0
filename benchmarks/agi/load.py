"""The load: runs the fake Asterisk against a server and reads what it measured."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.agi.machine import Served, pin

_GRACE_SECONDS = 90
_IDLE_WARM_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Session:
    """What one session is: the script and arguments asked for, and how it is known to be whole.

    ``commands`` is None where it may have any number; ``key_prompt`` is the prompt, from 1, that the key is pressed in.
    """

    script: str = "rate"
    commands: int | None = 7
    conclusion: str = "HANGUP"
    key_prompt: int | None = None
    key: str = "1"

    def options(self) -> list[str]:
        """Return them as the generator's options."""
        chosen = {
            "script": self.script,
            "commands": self.commands or 0,
            "conclusion": self.conclusion,
            "key-prompt": self.key_prompt or 0,
            "key": self.key,
        }
        return [f"--{name}={value}" for name, value in chosen.items()]


SEVEN_COMMANDS = Session()


@dataclass(frozen=True, slots=True)
class Load:
    """How much of it: ``rate`` is replies a second of all sessions together, None for as fast as the server goes."""

    sessions: int
    seconds: float
    warm_seconds: float
    rate: float | None = None
    session: Session = SEVEN_COMMANDS


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. Turnaround is from a reply to the next command, admission from connecting to the first command.

    ``lag_p99_us`` is how late the generator itself was, in paced runs; ``errors`` counts sessions that were not whole.
    """

    sessions_per_second: float
    cpu_us_per_session: float
    generator_busy: float
    p50_us: float
    p99_us: float
    p999_us: float
    max_us: float
    admission_p99_us: float
    lag_p99_us: float
    errors: int


def run(generator: Path, server: Served, load: Load, core: int | None) -> Measured:
    """Load ``server`` and return what was measured."""
    pace = ["--mode=closed"] if load.rate is None else ["--mode=paced", f"--rate={load.rate}"]
    command = [
        *_command(generator, server, load.sessions, load.warm_seconds),
        *pace,
        *load.session.options(),
        f"--seconds={load.seconds}",
        f"--server-pid={server.pid}",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        pin(process, core)
        try:
            found, complaint = process.communicate(timeout=load.seconds + load.warm_seconds + _GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    if process.returncode != 0:
        raise SystemExit(f"the load on {server.name} failed ({process.returncode}): {complaint.strip()}")
    return _measured(json.loads(found))


def _command(generator: Path, server: Served, sessions: int, warm_seconds: float) -> list[str | Path]:
    return [generator, f"--port={server.port}", f"--sessions={sessions}", f"--warm={warm_seconds}"]


def _measured(found: dict[str, Any]) -> Measured:
    turnaround = found["turnaround"]
    sessions = found["sessions"]
    return Measured(
        sessions_per_second=sessions / found["seconds"],
        cpu_us_per_session=found["server_cpu_seconds"] * 1e6 / max(sessions, 1),
        generator_busy=found["own_cpu_seconds"] / found["seconds"],
        p50_us=turnaround["p50_ns"] / 1e3,
        p99_us=turnaround["p99_ns"] / 1e3,
        p999_us=turnaround["p999_ns"] / 1e3,
        max_us=turnaround["max_ns"] / 1e3,
        admission_p99_us=found["admission"]["p99_ns"] / 1e3,
        lag_p99_us=found["lag"]["p99_ns"] / 1e3,
        errors=sum(found["errors"].values()),
    )


@dataclass(frozen=True, slots=True)
class Idle:
    """Memory of sessions that wait; ``turned_away`` counts connections that the server closed instead."""

    kib_per_session: float
    turned_away: int


def idle(generator: Path, server: Served, sessions: int, core: int | None) -> Idle:
    """Return what each of ``sessions`` adds to the resident memory while it waits for the reply to a command.

    Counted above half as many sessions: the first ones fill what the start has left free in the heap, and would
    seem to cost nothing.
    """
    some_kib, refused = _hold(generator, server, sessions // 2, core)
    all_kib, refused_later = _hold(generator, server, sessions // 2 + sessions, core)
    return Idle((all_kib - some_kib) / sessions, refused + refused_later)


def _hold(generator: Path, server: Served, sessions: int, core: int | None) -> tuple[int, int]:
    """Return the KiB that are resident while ``sessions`` are held, and how many were turned away before."""
    with subprocess.Popen(
        [*_command(generator, server, sessions, _IDLE_WARM_SECONDS), "--mode=idle"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        pin(process, core)
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise SystemExit(f"{server.name} did not take {sessions} sessions at once")
        kib = server.resident_kib()
        process.stdin.close()
        return kib, json.loads(process.stdout.readline())["turned_away"]
