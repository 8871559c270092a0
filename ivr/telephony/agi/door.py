"""The door: which address is listened on, and who may come in there."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ivr.errors import AddressInUse, SettingsRefused
from ivr.telephony.agi.admission import Limits, Network
from ivr.telephony.loopback import is_loopback

# Connections that the kernel completes for us while the loop is busy; Asterisk gives one up after 2 s.
_BACKLOG = 1024
# libuv accepts one connection of a listening socket in one turn of the loop. More handles of the same socket let a
# burst of calls in as many times as fast, and save turns: at 100 callers a fifth of the processor (benchmarks/agi).
_HANDLES = 8


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in, and how many. ``secret`` is the first part of the path of every request, where it is set.

    Without ``allowed`` networks only a loopback address can be listened on.
    """

    limits: Limits = field(default_factory=Limits)
    allowed: Sequence[Network] = ()
    secret: str | None = None

    async def open(self, protocol: Callable[[], asyncio.Protocol], host: str, port: int) -> Sequence[asyncio.Server]:
        """Listen on ``host:port`` with ``protocol`` for each connection; close what is returned to stop.

        Raises:
            AddressInUse: another program listens there.
            SettingsRefused: the address is not this machine's, or open to others with no network allowed.
        """
        if not self.allowed and not is_loopback(host):
            raise SettingsRefused(
                f"FastAGI on {host}:{port} would be open to other machines, and whoever reaches it can take calls; "
                "set IVR_AGI_ALLOW to the addresses of your Asterisk, or IVR_AGI_BIND to 127.0.0.1"
            )
        loop = asyncio.get_running_loop()
        try:
            first = await loop.create_server(protocol, host, port, backlog=_BACKLOG)
        except OSError as fault:
            if fault.errno == errno.EADDRINUSE:
                raise AddressInUse("FastAGI", f"{host}:{port}", "IVR_AGI_BIND") from fault
            raise SettingsRefused(
                f"FastAGI cannot listen on {host}:{port} ({fault.strerror}); "
                "set IVR_AGI_BIND to an address of this machine"
            ) from fault
        listeners = [first]
        for listener in [one for one in first.sockets for _ in range(1, _HANDLES)]:
            again = socket.socket(fileno=os.dup(listener.fileno()))
            listeners.append(await loop.create_server(protocol, sock=again, backlog=_BACKLOG))
        return listeners
