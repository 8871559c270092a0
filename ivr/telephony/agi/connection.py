"""One connection: its header block names the script, then a session carries it on.

One protocol object for both: to hand a transport over to another costs as much as two commands.
"""

import asyncio
from typing import Protocol, cast

from ivr.telephony.agi.framing import Framer, FramingLost, HangupNotice
from ivr.telephony.agi.header import Header
from ivr.telephony.agi.session import AgiSession

_READ_BYTES = 4096
_NOBODY = "unknown"


class House(Protocol):
    """What a connection comes to: the server."""

    def arrived(self, connection: "Connection") -> None:
        """Take note of a new connection."""

    def introduced(self, connection: "Connection", header: Header, *, hung_up: bool) -> AgiSession | None:
        """Return the session of a connection whose header block is whole, or close it."""

    def misbehaved(self, connection: "Connection", reason: str) -> None:
        """Close a connection that does not speak AGI."""

    def gone(self, connection: "Connection") -> None:
        """Take note of a connection that has closed before its header block was whole."""


class Connection(asyncio.Protocol):
    """Reads the header block, and hands on what comes behind it. ``peer`` is the other side's IP address."""

    __slots__ = ("_house", "_session", "framer", "peer", "transport")

    transport: asyncio.Transport

    def __init__(self, house: House) -> None:
        self._house = house
        self._session: AgiSession | None = None
        self.framer = Framer()
        self.peer = _NOBODY

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note who it is."""
        # Not asserted: uvloop's transport has the interface but not the base class.
        self.transport = cast("asyncio.Transport", transport)
        if hasattr(transport, "max_size"):
            # The standard loop allocates this much for every read, 256 KiB unless told (not a public name).
            transport.max_size = _READ_BYTES
        name = transport.get_extra_info("peername")
        self.peer = name[0] if name else _NOBODY
        self._house.arrived(self)

    def data_received(self, data: bytes) -> None:
        """Take bytes: of the header block until it is whole, then for the session."""
        if self._session is not None:
            self._session.receive(data)
            return
        try:
            found = self.framer.feed(data)
        except FramingLost as fault:
            self._house.misbehaved(self, str(fault))
            return
        if not found:
            return
        header, *early = found
        if not isinstance(header, Header) or any(not isinstance(item, HangupNotice) for item in early):
            self._house.misbehaved(self, "a reply before the first command")
            return
        # A caller who leaves at once: the notice can share a segment with the header block.
        self._session = self._house.introduced(self, header, hung_up=bool(early))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base class names it
        """Tell that it is gone."""
        if self._session is None:
            self._house.gone(self)
        else:
            self._session.end("the connection is closed")
