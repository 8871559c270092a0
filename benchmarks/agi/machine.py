"""The machine: two cores, one for the server and one for the load; the C programs; processes and their memory."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent
HOME = SOURCES.parent.parent
_COMPILER = ("gcc", "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror")
_START_SECONDS = 20
_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Cores:
    """Which core is whose; both None on a machine with a single one, where nothing is pinned."""

    load: int | None
    server: int | None


def cores() -> Cores:
    """Return two cores that this process may use."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        sys.stderr.write("this machine has one core: server and load share it, and the figures mean little\n")
        return Cores(None, None)
    return Cores(usable[0], usable[-1])


@dataclass(frozen=True, slots=True)
class Programs:
    """The compiled C programs."""

    fake_asterisk: Path
    limit: Path


def compiled(folder: Path) -> Programs:
    """Compile the C programs into ``folder``; a machine without gcc gets the command that installs it."""
    if shutil.which("gcc") is None:
        raise SystemExit("gcc is not on this machine; install it as root with: apt-get install gcc libc6-dev")
    made = {}
    for name in ("fake_asterisk", "limit"):
        made[name] = folder / name
        subprocess.run([*_COMPILER, "-o", made[name], SOURCES / f"{name}.c", "-lm"], check=True)
    return Programs(**made)


def pin(process: "subprocess.Popen[str]", core: int | None) -> None:
    """Keep ``process`` on ``core``; told right after its start, before it has threads."""
    if core is not None:
        os.sched_setaffinity(process.pid, {core})


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs."""

    name: str
    port: int
    pid: int

    def resident_kib(self) -> int:
        """Return its resident memory, exactly as the kernel has it (``smaps_rollup``, not the batched ``statm``)."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text("ascii")
        found = re.search(r"^Rss:\s+(\d+) kB", text, re.MULTILINE)
        if found is None:
            raise SystemExit("this kernel does not tell a process's resident memory (/proc/PID/smaps_rollup)")
        return int(found[1])


@contextmanager
def served(name: str, command: Sequence[str | Path], core: int | None, log: Path) -> Iterator[Served]:
    """Run a server that tells its port on its first line and ends with its standard input."""
    with log.open("a") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=HOME,
        )
    pin(process, core)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line.strip().isdigit():
            process.wait(_START_SECONDS)
            raise SystemExit(f"the server {name} did not start:\n{log.read_text()[-2000:]}")
        yield Served(name, int(line), process.pid)
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
