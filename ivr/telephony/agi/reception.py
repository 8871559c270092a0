"""Reception: one connection from its first byte to its whole header block, which names the script."""

import asyncio
from contextlib import suppress
from typing import Protocol, cast

from ivr.telephony.agi.framing import Framer, FramingLost, HangupNotice
from ivr.telephony.agi.header import Header

_READ_BYTES = 4096
_NOBODY = "unknown"


class House(Protocol):
    """What a connection comes to: the server."""

    def arrived(self, connection: "Reception") -> None:
        """Take note of a new connection."""

    def introduced(self, connection: "Reception", header: Header, *, hung_up: bool) -> None:
        """Take over a connection whose header block is whole."""

    def misbehaved(self, connection: "Reception", reason: str) -> None:
        """Close a connection that does not speak AGI."""

    def gone(self, connection: "Reception") -> None:
        """Take note of a connection that has closed before its header block was whole."""


class Reception(asyncio.Protocol):
    """Reads the header block; then the session takes the connection over. ``peer`` is the other side's IP address."""

    __slots__ = ("_house", "framer", "peer", "transport")

    transport: asyncio.Transport

    def __init__(self, house: House) -> None:
        self._house = house
        self.framer = Framer()
        self.peer = _NOBODY

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note who it is."""
        # Not asserted: uvloop's transport has the interface but not the base class.
        self.transport = cast("asyncio.Transport", transport)
        with suppress(AttributeError):
            # The standard loop allocates this much for every read, 256 KiB unless told (not a public name).
            self.transport.max_size = _READ_BYTES  # type: ignore[attr-defined]
        name = transport.get_extra_info("peername")
        self.peer = name[0] if name else _NOBODY
        self._house.arrived(self)

    def data_received(self, data: bytes) -> None:
        """Take bytes until the header block is whole."""
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
        self._house.introduced(self, header, hung_up=bool(early))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base class names it
        """Tell that it is gone."""
        self._house.gone(self)
