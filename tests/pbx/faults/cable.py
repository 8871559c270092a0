"""A cable between the service and Asterisk's manager, which can be cut and mended."""

import asyncio
import contextlib
from dataclasses import replace

from ivr.rig.asterisk import AmiAccess


class Cable:
    """A TCP relay. Frozen it accepts and forwards nothing, as a firewall that forgot; cut it resets and refuses."""

    def __init__(self) -> None:
        self._target = ("", 0)
        self._port = 0
        self._server: asyncio.Server | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._carries: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Cable":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open.set()
        await self.cut()
        if self._carries:
            await asyncio.wait(self._carries, timeout=5.0)

    async def lead(self, access: AmiAccess) -> AmiAccess:
        """Listen, and return the way through the cable to ``access``."""
        self._target = (access.host, access.port)
        await self._listen()
        return replace(access, port=self._port)

    async def cut(self) -> None:
        """End every connection at once and take no new one."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for end in tuple(self._ends):
            end.transport.abort()

    async def mend(self) -> None:
        """Carry again; what a frozen cable held back is not lost."""
        self._open.set()
        if self._server is None:
            await self._listen()

    def freeze(self) -> None:
        """Stop forwarding, and leave every connection open."""
        self._open.clear()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def _accept(self, from_service: asyncio.StreamReader, to_service: asyncio.StreamWriter) -> None:
        carry = asyncio.create_task(self._carry(from_service, to_service))
        self._carries.add(carry)
        carry.add_done_callback(self._carries.discard)

    async def _carry(self, from_service: asyncio.StreamReader, to_service: asyncio.StreamWriter) -> None:
        self._ends.add(to_service)
        to_pbx: asyncio.StreamWriter | None = None
        try:
            await self._open.wait()
            from_pbx, to_pbx = await asyncio.open_connection(*self._target)
            self._ends.add(to_pbx)
            ways = {
                asyncio.create_task(self._pump(from_service, to_pbx)),
                asyncio.create_task(self._pump(from_pbx, to_service)),
            }
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            pass  # Asterisk is away: the service sees its connection end
        finally:
            for end in (to_service, to_pbx):
                if end is not None:
                    self._ends.discard(end)
                    end.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
