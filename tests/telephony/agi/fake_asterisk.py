"""The other side of the socket: connects as Asterisk does, and speaks line by line."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from ivr.telephony.agi.door import Door
from ivr.telephony.agi.meter import AgiMeter
from ivr.telephony.agi.server import FastAgiServer, Handler
from ivr.telephony.agi.session import VERBS

PATIENCE_SECONDS = 10


class FakeAsterisk:
    """One AGI connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, script: str, *lines: str, uniqueid: str = "1700000000.1") -> None:
        """Send the header block that asks for ``script``; ``lines`` are further header lines."""
        header = (f"agi_network: yes\nagi_network_script: {script}\nagi_uniqueid: {uniqueid}", *lines)
        await self.send("\n".join(header) + "\n\n")

    async def send(self, text: str) -> None:
        self._writer.write(text.encode())
        await self._writer.drain()

    async def hear(self) -> str:
        """Return the next command, or '' where the service has closed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                return (await self._reader.readline()).decode().removesuffix("\n")
            except ConnectionResetError:
                return ""

    async def answer(self, expected: str, reply: str) -> None:
        """Expect a command and reply to it."""
        heard = await self.hear()
        assert heard == expected
        await self.send(reply + "\n")

    async def hang_up(self) -> None:
        self._writer.close()


@asynccontextmanager
async def serving(
    handlers: Mapping[str, Handler], *, door: Door | None = None, meter: AgiMeter | None = None
) -> AsyncIterator[tuple[FastAgiServer, "Dial"]]:
    """Run a server on a free port; hand over it and a way to connect."""
    server = FastAgiServer(handlers, door=door, meter=meter, verbs=VERBS | {"NOOP"})
    host, port = await server.start("127.0.0.1", 0)
    dial = Dial(host, port)
    try:
        yield server, dial
    finally:
        await dial.hang_up_all()
        await server.stop()


class Dial:
    """Opens connections to one server, and closes them all in the end."""

    def __init__(self, host: str, port: int) -> None:
        self.address = (host, port)
        self._writers: list[asyncio.StreamWriter] = []

    async def __call__(self) -> FakeAsterisk:
        reader, writer = await asyncio.open_connection(*self.address)
        self._writers.append(writer)
        return FakeAsterisk(reader, writer)

    async def hang_up_all(self) -> None:
        for writer in self._writers:
            writer.close()
        for writer in self._writers:
            try:
                await writer.wait_closed()
            except OSError:
                continue
