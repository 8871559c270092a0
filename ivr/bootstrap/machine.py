"""What the doctor asks of the machine that it runs on."""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path

from ivr.bootstrap import parts


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _import(module: str) -> None:
    import_module(module)


def _may_write(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def _users_of(program: str) -> list[tuple[int, frozenset[int]]]:
    found: set[tuple[int, frozenset[int]]] = set()
    for process in Path("/proc").glob("[0-9]*"):
        # One that is ending, or another user's on a machine that hides those, cannot be read.
        with suppress(OSError, ValueError, KeyError):
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            # One that is started through its loader has that for its first word.
            if program in {Path(word).name for word in (words[:6] if "ld-linux" in words[0] else words[:1])}:
                status = dict(
                    line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line
                )
                groups = {int(group) for group in (*status["Groups"].split(), status["Gid"].split()[1])}
                found.add((int(status["Uid"].split()[1]), frozenset(groups)))
    return sorted(found, key=str)


@dataclass(frozen=True, slots=True)
class Machine:
    """The clock, the disk, the user and the libraries; a test of what is rare puts its own in one place."""

    now: Callable[[], datetime] = parts.now
    free_bytes: Callable[[Path], int] = _free_bytes
    sync: Callable[[int], None] = os.fdatasync
    """Bring an open file's data to the disk, as a commit does."""
    user_id: Callable[[], int] = os.geteuid
    may_write: Callable[[Path], bool] = _may_write
    """Say whether this user may make and delete files in a folder."""
    users_of: Callable[[str], list[tuple[int, frozenset[int]]]] = _users_of
    """Return as which users, with which groups, a program runs here, by their numbers."""
    load: Callable[[str], None] = _import
    """Load a library; raises ImportError."""
    seconds: Callable[[], float] = time.perf_counter
