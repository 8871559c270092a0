"""What the machine and the watched processes did between two moments, from /proc."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Usage:
    """Use between two samples. Processors are counted in whole ones: 0.5 is half of one."""

    seconds: float
    processors: Mapping[str, float]
    """Of each watched process."""
    busiest_thread: Mapping[str, float]
    """Of each watched process, the thread that used most."""
    machine: float
    """Of all processes of the machine."""
    available: int
    files: Mapping[str, int]
    """Open descriptors at the end."""
    resident_mib: Mapping[str, float]

    @property
    def others(self) -> float:
        """Of the machine's use, what none of the watched processes had: hostile clients, this script, neighbours."""
        return max(0.0, self.machine - sum(self.processors.values()))


@dataclass(frozen=True, slots=True)
class Sample:
    """Counters at one moment."""

    moment: float
    processes: Mapping[str, float]
    threads: Mapping[str, Mapping[str, float]]
    busy: float
    files: Mapping[str, int]
    resident_mib: Mapping[str, float]

    def until(self, later: "Sample") -> Usage:
        """Return the use from here to ``later``."""
        seconds = later.moment - self.moment
        return Usage(
            seconds=seconds,
            processors={name: (later.processes[name] - used) / seconds for name, used in self.processes.items()},
            busiest_thread={
                name: max(
                    ((used - self.threads[name].get(thread, 0.0)) / seconds for thread, used in threads.items()),
                    default=0.0,
                )
                for name, threads in later.threads.items()
            },
            machine=(later.busy - self.busy) / seconds,
            available=os.cpu_count() or 1,
            files=later.files,
            resident_mib=later.resident_mib,
        )


def sample(processes: Mapping[str, int]) -> Sample:
    """Read the counters of these processes (name: process id) and of the machine."""
    return Sample(
        moment=time.monotonic(),
        processes={name: _used(Path(f"/proc/{pid}/stat")) for name, pid in processes.items()},
        threads={
            name: {task.name: _used(task / "stat") for task in Path(f"/proc/{pid}/task").glob("*")}
            for name, pid in processes.items()
        },
        busy=_busy(),
        files={name: _entries(Path(f"/proc/{pid}/fd")) for name, pid in processes.items()},
        resident_mib={name: _resident_mib(pid) for name, pid in processes.items()},
    )


def _used(stat: Path) -> float:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _busy() -> float:
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    # Idle and waiting for a disk are no work; what a guest system uses is in user already.
    return (sum(fields[:8]) - fields[3] - fields[4]) / _TICKS


def _entries(folder: Path) -> int:
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return 0


def _resident_mib(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 2**20
    except OSError:
        return 0.0
