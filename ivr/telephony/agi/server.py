"""The FastAGI server: accepts Asterisk's connections and runs one handler for each."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from contextlib import suppress
from time import monotonic

import structlog

from ivr.telephony.agi.admission import Admission, Refusal
from ivr.telephony.agi.connection import Connection
from ivr.telephony.agi.door import Door
from ivr.telephony.agi.header import Header
from ivr.telephony.agi.lobby import Lobby
from ivr.telephony.agi.meter import AgiMeter
from ivr.telephony.agi.request import AgiRequest, parse_request
from ivr.telephony.agi.session import VERBS, AgiSession, AllowedVerbs, ConnectionDropped, ConnectionEnded, Loss

HEADER_DEADLINE_SECONDS = 5.0
_DRAIN_SECONDS = 30.0
# How often deadlines are looked at; they are seconds long, so a quarter more is no matter.
_ROUND_SECONDS = 0.25
_LOG_SECONDS = 1.0

Handler = Callable[[AgiRequest, AgiSession], Awaitable[None]]

log = structlog.get_logger(__name__)


class FastAgiServer:
    """Serves ``agi://host:port/SCRIPT`` with the handler of that name.

    A handler may end in any way: the connection is closed behind it and the caller goes back to the dialplan.
    ``finishing`` names the scripts that bring what running calls need: they are served to the end of the drain, and
    beyond the limit of sessions. ``verbs`` is all that a session may send.
    """

    _loop: asyncio.AbstractEventLoop

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
        self._lobby: Lobby[Connection] = Lobby(
            comfortable=door.limits.unfinished,
            most=door.limits.unfinished_at_most,
            patience_seconds=HEADER_DEADLINE_SECONDS,
        )
        self._round: asyncio.TimerHandle | None = None
        self._draining = False
        self._is_closed = False
        self._silent_until = 0.0
        self._unlogged = 0
        self._running: dict[AgiSession, asyncio.Task[None]] = {}
        self._listeners: Sequence[asyncio.Server] = ()

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen, and return the address with the port that was really taken.

        Raises:
            AddressInUse: another program listens there.
            SettingsRefused: the address is not this machine's, or open to others with no network allowed.
        """
        self._loop = asyncio.get_running_loop()
        self._listeners = await self._door.open(lambda: Connection(self), host, port)
        address = self._listeners[0].sockets[0].getsockname()
        return address[0], address[1]

    async def stop(self) -> None:
        """Take no new call, let the running ones end, and close what is left after the drain; safe to call twice."""
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
            self._count_lost(Loss.STOPPING)
        self._running.clear()
        if self._round is not None:
            self._round.cancel()
            self._round = None

    def _close_door(self) -> None:
        self._is_closed = True
        for listener in self._listeners:
            listener.close()
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

    def arrived(self, connection: Connection) -> None:
        """Let a new connection wait in the lobby for its header block, if its peer may."""
        if self._is_closed or self._admission.turns_away(connection.peer):
            self._refuse(connection, Refusal.STOPPING if self._is_closed else Refusal.PEER_NOT_ALLOWED)
            return
        crowded_out = self._lobby.enter(connection, connection.peer, monotonic())
        if crowded_out is not None:
            self._refuse(crowded_out, Refusal.CROWDED_OUT)
        if self._round is None:
            self._go_round()

    def introduced(self, connection: Connection, header: Header, *, hung_up: bool) -> AgiSession | None:
        """Start the handler that the header asks for, or turn the connection away at once."""
        request = parse_request(header)
        script = None if request is None else self._script_of(request)
        if request is None or script is None:
            self._refuse(connection, Refusal.NO_CHANNEL if request is None else Refusal.WRONG_SECRET)
            return None
        is_extra = script in self._finishing
        refusal = self._enter(script, connection.peer, is_extra=is_extra)
        if refusal is not None:
            self._refuse(connection, refusal)
            return None
        self._lobby.leave(connection)
        session = AgiSession(
            connection.transport,
            connection.framer,
            self._loop,
            meter=self._meter,
            verbs=self._verbs,
            hung_up=hung_up,
        )
        running = self._run(script, request, session, connection.peer, is_extra=is_extra)
        self._running[session] = self._loop.create_task(running)
        return session

    def _enter(self, script: str, peer: str, *, is_extra: bool) -> Refusal | None:
        """Count a call in, or return why not."""
        if script not in self._handlers:
            return Refusal.UNKNOWN_SCRIPT
        if self._draining and not is_extra:
            return Refusal.STOPPING  # the dialplan asks by itself at once
        return self._admission.enter(peer, is_extra=is_extra)

    def misbehaved(self, connection: Connection, reason: str) -> None:
        """Close a connection that does not speak AGI."""
        self._refuse(connection, Refusal.HEADER_MALFORMED, reason)

    def gone(self, connection: Connection) -> None:
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

    def _refuse(self, connection: Connection, refusal: Refusal, detail: str | None = None) -> None:
        self._lobby.leave(connection)
        if self._meter is not None:
            self._meter.agi_refused(refusal)
        connection.transport.abort()
        # One line a second at most: a flood is counted by the metric and need not fill a disk.
        now = monotonic()
        if now < self._silent_until or refusal is Refusal.STOPPING:
            self._unlogged += 1
            return
        log.warning("agi_refused", peer=connection.peer, reason=refusal, detail=detail, unlogged=self._unlogged)
        self._silent_until, self._unlogged = now + _LOG_SECONDS, 0

    def _count_lost(self, loss: Loss) -> None:
        if self._meter is not None:
            self._meter.agi_lost(loss)

    def _go_round(self) -> None:
        """Look at everybody's patience, and come back while there is anybody: one timer for all connections."""
        now = monotonic()
        for connection in self._lobby.take_late(now):
            self._refuse(connection, Refusal.HEADER_LATE)
        for session in tuple(self._running):
            session.look_at_deadline(now)
        busy = self._running or self._lobby
        self._round = self._loop.call_later(_ROUND_SECONDS, self._go_round) if busy else None

    async def _run(self, script: str, request: AgiRequest, session: AgiSession, peer: str, *, is_extra: bool) -> None:
        # A task has a context of its own, so nothing has to be unbound.
        structlog.contextvars.bind_contextvars(call_id=request.uniqueid)
        try:
            await self._handlers[script](request, session)
        except ConnectionDropped as dropped:
            log.warning("agi_session_dropped", reason=str(dropped))
        except ConnectionEnded as ended:
            # What came of the call is logged when it is closed.
            log.debug("agi_session_ended", reason=str(ended))
        except Exception:
            # One call's fault must not reach another call.
            log.exception("agi_handler_failed", script=script)
            self._count_lost(Loss.FAULT)
        finally:
            session.end("the handler is done")
            self._admission.leave(peer, is_extra=is_extra)
            self._running.pop(session, None)
