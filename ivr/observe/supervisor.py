"""The supervisor outside: tells systemd that the service serves, stops, and still turns.

Theory: AGI has no read time-out. A service that hangs keeps its sockets open, so channels whose callers have long
hung up stay in their hang-up handler until somebody closes them; a hung process can only be killed, and only from
outside. So the event loop itself says that it lives (``WATCHDOG=1``), twice in the time that the supervisor allows.
The protocol is that of sd_notify(3): datagrams of ``NAME=VALUE`` to the socket that the environment names.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Self

import structlog

from ivr.errors import SettingsRefused

_STATUS_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Supervisor:
    """Sends states to the supervisor at ``address``; None where there is no supervisor, then nothing is sent.

    ``alive_within_seconds`` is the longest silence that it allows; None where it does not watch.
    """

    def __init__(self, address: str | None, alive_within_seconds: float | None = None) -> None:
        self._address = address
        self._alive_within_seconds = alive_within_seconds
        self._socket: socket.socket | None = None
        self._is_lost = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read ``NOTIFY_SOCKET``, ``WATCHDOG_USEC`` and ``WATCHDOG_PID``, as systemd sets them.

        Raises:
            SettingsRefused: one of them makes no sense.
        """
        address = environment.get("NOTIFY_SOCKET") or None
        if address is not None and address[0] not in "/@":
            raise SettingsRefused(
                f"environment NOTIFY_SOCKET: {address!r} is neither a path nor a name after @; "
                "leave it to systemd, or unset it"
            )
        return cls(address, _alive_within_seconds(environment))

    def ready(self) -> None:
        """Say that the service serves."""
        self._send("READY=1")

    def stopping(self) -> None:
        """Say that the service takes no new call."""
        self._send("STOPPING=1")

    @asynccontextmanager
    async def informed(self, status: Callable[[], str]) -> AsyncIterator[None]:
        """Tell, while the block runs, that the event loop lives, and what ``status`` says in one line."""
        if self._address is None:
            yield
            return
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        # A supervisor that does not read must not hold the loop.
        self._socket.settimeout(0.0)
        telling = asyncio.create_task(self._tell(status), name="supervisor")
        try:
            yield
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling
            self._socket.close()
            self._socket = None

    async def _tell(self, status: Callable[[], str]) -> None:
        told = ""
        watched = self._alive_within_seconds is not None
        pause_seconds = (self._alive_within_seconds or 2 * _STATUS_SECONDS) / 2
        while True:
            if watched:
                self._send("WATCHDOG=1")
            if (text := status()) != told:
                told = text
                self._send(f"STATUS={text}")
            await asyncio.sleep(pause_seconds)

    def _send(self, state: str) -> None:
        if self._socket is None or self._address is None:
            return
        # A name after @ is in the abstract name space, where names begin with NUL.
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        try:
            self._socket.sendto(state.encode(), address)
            self._is_lost = False
        except OSError as fault:
            if not self._is_lost:
                log.warning("supervisor_not_reached", state=state, reason=fault.strerror)
            self._is_lost = True


def _alive_within_seconds(environment: Mapping[str, str]) -> float | None:
    allowed, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not allowed or (pid and pid != str(os.getpid())):
        # Not watched, or the watch is over another process, of which this one is a child.
        return None
    if not (allowed.isascii() and allowed.isdigit() and int(allowed) > 0):
        raise SettingsRefused(
            f"environment WATCHDOG_USEC: {allowed!r} is no number of microseconds; leave it to systemd, or unset it"
        )
    return int(allowed) / 1_000_000
