"""The service's event loop: uvloop where it is installed, the standard one elsewhere."""

import asyncio
import os


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return a new loop.

    libuv's io_uring is switched off unless the environment says otherwise: with it a session cost a twentieth more of
    the processor (``benchmarks/agi``), and the filters of many containers refuse it.
    """
    os.environ.setdefault("UV_USE_IO_URING", "0")
    try:
        import uvloop  # noqa: PLC0415 - libuv reads the variable when it is loaded, and it may be missing
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
