"""One server under test: ``python -m benchmarks.agi.serve NAME FOLDER``; FOLDER takes what it writes."""

import importlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.agi.servers.lifetime import allow_many_files, run

_ROOM = "benchmarks.agi.servers"


def _module(name: str) -> Any:  # noqa: ANN401 - a module's own names
    # Imported only when asked for: a server's memory should hold its own library and no other.
    return importlib.import_module(f"{_ROOM}.{name}")


def _ours(loop: str) -> None:
    run(loop, _module("ours").serving)


def _panoramisk(loop: str) -> None:
    run(loop, _module("panoramisk_fast_agi").serving)


def _written(module: str, loop: str) -> None:
    run(loop, partial(_module(module).serving, Path(sys.argv[2])))


SERVERS: dict[str, Callable[[], None]] = {
    "ours-uvloop": partial(_ours, "uvloop"),
    "ours-standard": partial(_ours, "standard"),
    "panoramisk-standard": partial(_panoramisk, "standard"),
    "panoramisk-uvloop": partial(_panoramisk, "uvloop"),
    "pystrix": lambda: _module("pystrix_threads").run(),
    "ours-full": partial(_written, "ours_full", "uvloop"),
    "panoramisk-orm": partial(_written, "panoramisk_orm", "standard"),
    "rating": partial(_written, "rating", "uvloop"),
}

if __name__ == "__main__":
    allow_many_files()
    SERVERS[sys.argv[1]]()
