"""Work beside the event loop in a thread that never holds the process's end.

The pool of :func:`asyncio.to_thread` is joined when the loop closes and once more when Python ends, without a bound. A
read from a disk that does not answer would so outlive every SIGTERM. A daemon thread is left behind instead.
"""

import asyncio
import contextvars
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


async def beside(work: Callable[[], Result]) -> Result:
    """Return what ``work`` does, or raise what it raises; cancelled, it is left to itself.

    Only for work that may be cut off anywhere: what reads, never what writes.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, fault: BaseException | None) -> None:
        if done.done():
            return
        if fault is not None:
            done.set_exception(fault)
        else:
            done.set_result(result)  # type: ignore[arg-type] # without a fault it is what the work returned

    def run() -> None:
        result: Result | None = None
        fault: BaseException | None = None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - told where it is awaited
            fault = raised
        with suppress(RuntimeError):  # the loop may be closed by now, and nobody waits
            loop.call_soon_threadsafe(settle, result, fault)

    Thread(target=contextvars.copy_context().run, args=(run,), name="beside", daemon=True).start()
    return await done
