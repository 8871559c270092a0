"""Serving the dashboard: a listener on one address for as long as a block runs."""

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from ivr.errors import AddressInUse, SettingsRefused

_DRAIN_SECONDS = 2.0


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[tuple[str, int]]:
    """Listen while the block runs; gives the address with the port that was really taken.

    Raises:
        AddressInUse: another program listens there.
        SettingsRefused: the address is not this machine's.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_DRAIN_SECONDS)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        taken = runner.addresses[0]
        yield taken[0], taken[1]
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    address = f"{host}:{port}"
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise AddressInUse("the dashboard", address, "IVR_WEB_BIND") from fault
        raise SettingsRefused(
            f"the dashboard cannot listen on {address} ({fault.strerror}); "
            "set IVR_WEB_BIND to an address of this machine"
        ) from fault
