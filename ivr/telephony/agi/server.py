"""The FastAGI server: accepts Asterisk's connections and runs one handler for each."""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Mapping, Set
from contextlib import suppress
from typing import cast

import structlog

from ivr.errors import AddressInUse, SettingsRefused
from ivr.telephony.agi.framing import Framer, FramingLost, HangupNotice
from ivr.telephony.agi.request import AgiRequest, parse_request
from ivr.telephony.agi.session import AgiSession, ConnectionEnded

HEADER_DEADLINE_SECONDS = 5.0
_DRAIN_SECONDS = 30.0
_READ_BYTES = 4096

Handler = Callable[[AgiRequest, AgiSession], Awaitable[None]]

log = structlog.get_logger(__name__)


class FastAgiServer:
    """Serves ``agi://host:port/SCRIPT`` with the handler of that name.

    A handler may end in any way: the connection is closed behind it and the caller goes back to the dialplan.
    ``finishing`` names the scripts that are served to the end of the drain, because running ones may need them.
    """

    def __init__(self, handlers: Mapping[str, Handler], *, finishing: Set[str] = frozenset()) -> None:
        self._handlers = handlers
        self._finishing = finishing
        self._draining = False
        self._running: set[asyncio.Task[None]] = set()
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen, and return the address with the port that was really taken.

        Raises:
            AddressInUse: another program listens there.
            SettingsRefused: the address is not this machine's.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _Connection(self), host, port)
        except OSError as fault:
            if fault.errno == errno.EADDRINUSE:
                raise AddressInUse("FastAGI", f"{host}:{port}", "IVR_AGI_BIND") from fault
            raise SettingsRefused(
                f"FastAGI cannot listen on {host}:{port} ({fault.strerror}); "
                "set IVR_AGI_BIND to an address of this machine"
            ) from fault
        address = self._server.sockets[0].getsockname()
        return address[0], address[1]

    async def stop(self) -> None:
        """Take no new call, let the running ones end, and close what is left after the drain."""
        self._draining = True
        if not self._finishing:
            self._close_door()
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while self._running:
                    await asyncio.wait(self._running)
        self._close_door()
        late = tuple(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _close_door(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.drop_if_idle()

    @property
    def sessions(self) -> int:
        """How many calls are being served."""
        return len(self._running)

    def joined(self, connection: "_Connection") -> None:
        """Note an open connection."""
        self._connections.add(connection)

    def left(self, connection: "_Connection") -> None:
        """Forget a closed connection."""
        self._connections.discard(connection)

    def begin(self, header: Mapping[str, str], session: AgiSession) -> None:
        """Start the handler that the header asks for."""
        request = parse_request(header)
        handler = self._handlers.get(request.script) if request is not None else None
        if request is not None and self._draining and request.script not in self._finishing:
            # The dialplan asks by itself at once.
            session.end("the service is stopping")
            return
        if request is None or handler is None:
            log.warning("agi_request_refused", script=header.get("agi_network_script"))
            session.end("no such script")
            return
        task = asyncio.get_running_loop().create_task(_run(handler, request, session))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def _run(handler: Handler, request: AgiRequest, session: AgiSession) -> None:
    with structlog.contextvars.bound_contextvars(call_id=request.uniqueid):
        try:
            await handler(request, session)
        except ConnectionEnded as ended:
            log.info("agi_session_ended", reason=str(ended))
        except Exception:
            # One call's fault must not reach another call.
            log.exception("agi_handler_failed", script=request.script)
        finally:
            session.end("the handler is done")


class _Connection(asyncio.Protocol):
    """One TCP connection: header block first, then a session."""

    def __init__(self, server: FastAgiServer) -> None:
        self._server = server
        self._framer = Framer()
        self._session: AgiSession | None = None
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not asserted: uvloop's transport has the interface but not the base class.
        self._transport = stream = cast("asyncio.Transport", transport)
        with suppress(AttributeError):
            # The standard loop allocates this much for every read, 256 KiB unless told (not a public name).
            stream.max_size = _READ_BYTES  # type: ignore[attr-defined]
        self._deadline = asyncio.get_running_loop().call_later(HEADER_DEADLINE_SECONDS, stream.abort)
        self._server.joined(self)

    def data_received(self, data: bytes) -> None:
        if self._session is not None:
            self._session.receive(data)
            return
        self._receive_header(data)

    def _receive_header(self, data: bytes) -> None:
        assert self._transport is not None  # noqa: S101 - data comes after connection_made
        try:
            found = self._framer.feed(data)
        except FramingLost as fault:
            log.warning("agi_header_refused", reason=str(fault))
            self._transport.abort()
            return
        if not found:
            return
        header, *early = found
        self._cancel_deadline()
        if any(not isinstance(item, HangupNotice) for item in early) or not isinstance(header, dict):
            log.warning("agi_header_refused", reason="a reply before the first command")
            self._transport.abort()
            return
        self._session = AgiSession(self._transport, self._framer)
        # A caller who leaves at once: the notice can share a segment with the header block.
        self._session.hung_up = bool(early)
        self._server.begin(header, self._session)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base class names it
        self._cancel_deadline()
        self._server.left(self)
        if self._session is not None:
            self._session.end("the connection is closed")

    def drop_if_idle(self) -> None:
        """Close a connection that has not asked for anything yet."""
        if self._session is None and self._transport is not None:
            self._transport.abort()

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
