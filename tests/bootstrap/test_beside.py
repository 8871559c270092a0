"""Work beside the loop: its result and its fault arrive, and what never ends holds no process."""

import asyncio
import subprocess
import sys
from contextvars import ContextVar
from threading import Event, current_thread

import pytest

from ivr.bootstrap.beside import beside

LEFT_BEHIND = """
import asyncio, threading
from ivr.bootstrap.beside import beside

async def run():
    task = asyncio.create_task(beside(threading.Event().wait))
    await asyncio.sleep(0.1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("left behind")

asyncio.run(run())
"""
_told = ContextVar("_told", default="nothing")


async def test_the_result_of_another_thread_arrives() -> None:
    _told.set("this")
    thread, told = await beside(lambda: (current_thread(), _told.get()))
    assert thread is not current_thread()
    assert told == "this"


async def test_a_fault_arrives_as_it_was_raised() -> None:
    def refuse() -> None:
        raise OverflowError("too far")

    with pytest.raises(OverflowError, match="too far"):
        await beside(refuse)


async def test_what_ends_after_it_was_given_up_disturbs_nobody() -> None:
    go, gone = Event(), Event()

    def work() -> None:
        go.wait()
        gone.set()

    task = asyncio.create_task(beside(work))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    assert await asyncio.to_thread(gone.wait, 30)
    await asyncio.sleep(0.01)


def test_what_never_ends_does_not_hold_the_process() -> None:
    ended = subprocess.run([sys.executable, "-c", LEFT_BEHIND], capture_output=True, text=True, timeout=60, check=True)
    assert (ended.stdout, ended.stderr) == ("left behind\n", "")
