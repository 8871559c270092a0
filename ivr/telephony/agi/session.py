"""The AGI session: one connection, one call, one command at a time."""

import asyncio
from typing import Final

from ivr.telephony.agi.framing import Framer, FramingLost, HangupNotice, Reply

_FORBIDDEN: Final = ("\r", "\n", "\0")


class ConnectionEnded(Exception):
    """The way to the caller is gone: Asterisk has ended it, as it does when the caller hangs up."""


class ConnectionDropped(ConnectionEnded):
    """We have ended it ourselves, for lost framing or a passed deadline: the caller may still be there."""


class AgiSession:
    """Sends commands to Asterisk and hands back their replies, each within its deadline.

    ``hung_up`` is True once Asterisk has said that the caller left.
    """

    def __init__(self, transport: asyncio.Transport, framer: Framer) -> None:
        self._transport = transport
        self._framer = framer
        self._waiting: asyncio.Future[Reply] | None = None
        self._ended: ConnectionEnded | None = None
        self.hung_up = False

    async def command(self, line: str, deadline_seconds: float) -> Reply:
        """Send ``line`` and return its reply.

        Raises:
            ConnectionEnded: there is nobody to answer.
            ConnectionDropped: no answer came within ``deadline_seconds``, or none that AGI knows.
            ValueError: ``line`` holds a line end or NUL, which would be a second command.
        """
        if any(character in line for character in _FORBIDDEN):
            raise ValueError("an AGI command cannot hold CR, LF or NUL")
        if self._ended is not None:
            raise self._ended
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(line.encode() + b"\n")
        try:
            async with asyncio.timeout(deadline_seconds):
                return await self._waiting
        except TimeoutError:
            raise self._drop("a command passed its deadline") from None
        finally:
            self._waiting = None

    def receive(self, data: bytes) -> None:
        """Take bytes from Asterisk; lost framing ends the session."""
        try:
            for item in self._framer.feed(data):
                if isinstance(item, HangupNotice):
                    self.hung_up = True
                elif isinstance(item, Reply):
                    self._answer(item)
        except FramingLost as fault:
            self._drop(f"framing lost: {fault}")

    def _answer(self, reply: Reply) -> None:
        if self._waiting is None or self._waiting.done():
            self._drop("framing lost: a reply that nobody asked for")
            return
        self._waiting.set_result(reply)

    def end(self, reason: str) -> None:
        """Close the connection; a command under way ends with ``reason``."""
        self._close(ConnectionEnded(reason))

    def _drop(self, reason: str) -> ConnectionDropped:
        dropped = ConnectionDropped(reason)
        self._close(dropped)
        return dropped

    def _close(self, ended: ConnectionEnded) -> None:
        if self._ended is None:
            self._ended = ended
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ended)
        self._transport.close()
