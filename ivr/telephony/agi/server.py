"""The FastAGI server: accepts Asterisk's connections and runs one handler for each."""

import asyncio
import errno
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from time import monotonic

import structlog

from ivr.errors import AddressInUse, SettingsRefused
from ivr.telephony.agi.admission import Admission, Limits, Network, Refusal
from ivr.telephony.agi.header import Header
from ivr.telephony.agi.lobby import Lobby
from ivr.telephony.agi.meter import AgiMeter
from ivr.telephony.agi.reception import Reception
from ivr.telephony.agi.request import AgiRequest, parse_request
from ivr.telephony.agi.session import VERBS, AgiSession, AllowedVerbs, ConnectionEnded

HEADER_DEADLINE_SECONDS = 5.0
_DRAIN_SECONDS = 30.0
# Connections that the kernel completes for us while the loop is busy; Asterisk gives one up after 2 s.
_BACKLOG = 1024
# How often deadlines are looked at; they are seconds long, so a quarter more is no matter.
_ROUND_SECONDS = 0.25

Handler = Callable[[AgiRequest, AgiSession], Awaitable[None]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in, and how many. ``secret`` is the first part of the path of every request, where it is set.

    Without ``allowed`` networks only a loopback address can be listened on.
    """

    limits: Limits = field(default_factory=Limits)
    allowed: Sequence[Network] = ()
    secret: str | None = None


class FastAgiServer:
    """Serves ``agi://host:port/SCRIPT`` with the handler of that name.

    A handler may end in any way: the connection is closed behind it and the caller goes back to the dialplan.
    ``finishing`` names the scripts that bring what running calls need: they are served to the end of the drain, and
    beyond the limit of sessions. ``verbs`` is all that a session may send.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        finishing: Set[str] = frozenset(),
        door: Door | None = None,
        meter: AgiMeter | None = None,
        verbs: frozenset[str] = VERBS,
    ) -> None:
        self._handlers = handlers
        self._finishing = finishing
        self._door = door = door or Door()
        self._meter = meter
        self._verbs = AllowedVerbs(verbs)
        self._admission = Admission(door.limits, door.allowed)
        self._lobby: Lobby[Reception] = Lobby(door.limits.unfinished, HEADER_DEADLINE_SECONDS)
        self._round: asyncio.TimerHandle | None = None
        self._draining = False
        self._running: dict[AgiSession, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen, and return the address with the port that was really taken.

        Raises:
            AddressInUse: another program listens there.
            SettingsRefused: the address is not this machine's, or open to others with no network allowed.
        """
        if not self._door.allowed and not _is_loopback(host):
            raise SettingsRefused(
                f"FastAGI on {host}:{port} would be open to other machines, and whoever reaches it can take calls; "
                "set IVR_AGI_ALLOW to the addresses of your Asterisk, or IVR_AGI_BIND to 127.0.0.1"
            )
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: Reception(self), host, port, backlog=_BACKLOG)
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
                    await asyncio.wait(self._running.values())
        self._close_door()
        late = dict(self._running)
        for task in late.values():
            task.cancel()
        await asyncio.gather(*late.values(), return_exceptions=True)
        for session in late:
            # One that was cancelled before its first step has run none of its lines.
            session.end("the service is stopping")
        self._running.clear()
        if self._round is not None:
            self._round.cancel()

    def _close_door(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in self._lobby:
            self._refuse(connection, Refusal.STOPPING)

    @property
    def sessions(self) -> int:
        """How many calls are being served."""
        return len(self._running)

    @property
    def unfinished(self) -> int:
        """How many connections have not sent a whole header block."""
        return len(self._lobby)

    def arrived(self, connection: Reception) -> None:
        """Let a new connection wait in the lobby for its header block, if its peer may."""
        if self._admission.turns_away(connection.peer):
            log.warning("agi_peer_refused", peer=connection.peer)
            self._refuse(connection, Refusal.PEER_NOT_ALLOWED)
            return
        crowded_out = self._lobby.enter(connection, connection.peer, monotonic())
        if crowded_out is not None:
            self._refuse(crowded_out, Refusal.CROWDED_OUT)
        if self._round is None:
            self._go_round()

    def introduced(self, connection: Reception, header: Header, *, hung_up: bool) -> None:
        """Start the handler that the header asks for, or turn the connection away at once."""
        request = parse_request(header)
        if request is None:
            self._refuse(connection, Refusal.NO_CHANNEL)
            return
        script = self._script_of(request)
        if script is None:
            self._refuse(connection, Refusal.WRONG_SECRET)
            return
        handler = self._handlers.get(script)
        is_finishing = script in self._finishing
        if handler is None:
            refusal: Refusal | None = Refusal.UNKNOWN_SCRIPT
        elif self._draining and not is_finishing:
            refusal = Refusal.STOPPING  # the dialplan asks by itself at once
        else:
            refusal = self._admission.enter(connection.peer, is_extra=is_finishing)
        if refusal is not None or handler is None:
            self._refuse(connection, refusal or Refusal.UNKNOWN_SCRIPT)
            return
        self._lobby.leave(connection)
        transport = connection.transport
        session = AgiSession(transport, connection.framer, meter=self._meter, verbs=self._verbs, hung_up=hung_up)
        transport.set_protocol(session)
        running = self._run(handler, script, request, session, connection.peer)
        self._running[session] = asyncio.get_running_loop().create_task(running)

    def misbehaved(self, connection: Reception, reason: str) -> None:
        """Count a connection that does not speak AGI."""
        log.warning("agi_header_refused", peer=connection.peer, reason=reason)
        self._refuse(connection, Refusal.HEADER_MALFORMED)

    def gone(self, connection: Reception) -> None:
        """Count a connection that closed before it asked for anything; a health probe does."""
        if self._lobby.leave(connection) and self._meter is not None:
            self._meter.agi_refused(Refusal.CLOSED_EARLY)

    def _script_of(self, request: AgiRequest) -> str | None:
        """Return the script without the secret before it; None where the secret is wrong."""
        secret = self._door.secret
        if secret is None:
            return request.path
        given, _, script = request.path.partition("/")
        return script if hmac.compare_digest(given.encode(), secret.encode()) else None

    def _refuse(self, connection: Reception, refusal: Refusal) -> None:
        self._lobby.leave(connection)
        if self._meter is not None:
            self._meter.agi_refused(refusal)
        connection.transport.abort()

    def _go_round(self) -> None:
        """Look at everybody's patience, and come back while there is anybody: one timer for all connections."""
        now = monotonic()
        for connection in self._lobby.take_late(now):
            self._refuse(connection, Refusal.HEADER_LATE)
        for session in tuple(self._running):
            session.look_at_deadline(now)
        busy = self._running or self._lobby
        self._round = asyncio.get_running_loop().call_later(_ROUND_SECONDS, self._go_round) if busy else None

    async def _run(self, handler: Handler, script: str, request: AgiRequest, session: AgiSession, peer: str) -> None:
        # A task has a context of its own, so nothing has to be unbound.
        structlog.contextvars.bind_contextvars(call_id=request.uniqueid)
        try:
            await handler(request, session)
        except ConnectionEnded as ended:
            log.info("agi_session_ended", reason=str(ended))
        except Exception:
            # One call's fault must not reach another call.
            log.exception("agi_handler_failed", script=script)
        finally:
            session.end("the handler is done")
            self._admission.leave(peer)
            self._running.pop(session, None)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
