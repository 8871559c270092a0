"""panoramisk's FastAGI application with the seven commands; routes are coroutines, as Python 3.11 wants them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from panoramisk.fast_agi import Application, Request

from benchmarks.agi.servers.seven import BACKLOG, SEVEN


async def rate(request: Request) -> None:
    """Send the seven commands."""
    for line in SEVEN:
        await request.send_command(line)


@asynccontextmanager
async def serving(handler: Callable[[Request], Awaitable[None]] = rate) -> AsyncIterator[int]:
    """Serve ``handler`` on a free port of loopback."""
    application = Application(loop=asyncio.get_running_loop())
    application.add_route("rate", handler)
    server = await asyncio.start_server(application.handler, "127.0.0.1", 0, backlog=BACKLOG)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
