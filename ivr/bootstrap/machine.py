"""What the doctor asks of the machine that it runs on."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path

from ivr.bootstrap import parts


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _import(module: str) -> None:
    import_module(module)


@dataclass(frozen=True, slots=True)
class Machine:
    """The clock, the disk, the user and the libraries; a test of what is rare puts its own in one place."""

    now: Callable[[], datetime] = parts.now
    free_bytes: Callable[[Path], int] = _free_bytes
    sync: Callable[[int], None] = os.fdatasync
    """Bring an open file's data to the disk, as a commit does."""
    user_id: Callable[[], int] = os.geteuid
    load: Callable[[str], None] = _import
    """Load a library; raises ImportError."""
    seconds: Callable[[], float] = time.perf_counter
