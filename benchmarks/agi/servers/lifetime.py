"""When a server begins and ends: it tells its port on standard output and stops when standard input ends."""

import asyncio
import os
import resource
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvloop

Runner = Callable[[Coroutine[Any, Any, None]], None]
Serving = AbstractAsyncContextManager[int]
"""Serves while it is entered; gives the port."""

# As the service has it (ivr/bootstrap/event_loop.py), and for every server alike.
os.environ.setdefault("UV_USE_IO_URING", "0")

LOOPS: dict[str, Runner] = {"standard": asyncio.run, "uvloop": uvloop.run}


def allow_many_files() -> None:
    """Raise the limit of open files to what the machine allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def tell_port(port: int) -> None:
    """Tell the driver where the server listens; it reads no more than that, so what follows goes to the log."""
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def run(loop: str, serving: Callable[[], Serving]) -> None:
    """Serve on the loop of that name until standard input ends."""
    LOOPS[loop](_until_input_ends(serving))


async def _until_input_ends(serving: Callable[[], Serving]) -> None:
    async with serving() as port:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
        tell_port(port)
        await ended.wait()
