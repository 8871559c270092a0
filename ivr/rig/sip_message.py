"""The few SIP messages the rig sends itself: a ping to Asterisk, and orders to SIPp about one call.

An order is an in-dialogue request that SIPp finds by its Call-ID alone: INFO makes the scenario hang up,
MESSAGE makes an agent transfer the caller. Neither ever reaches Asterisk.
"""

import asyncio
import re
import secrets

from ivr.rig.ports import LOOPBACK


async def sip_ping(port: int, timeout_seconds: float) -> str | None:
    """Send OPTIONS to a SIP port of loopback and return the Server (or User-Agent) that answers; None if none does."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str | None] = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Ping(answer), remote_addr=(LOOPBACK, port))
    try:
        source = transport.get_extra_info("sockname")[1]
        transport.sendto(_request("OPTIONS", f"ping-{secrets.token_hex(8)}", port, source, ()))
        async with asyncio.timeout(timeout_seconds):
            return await answer
    except TimeoutError:
        return None
    finally:
        transport.close()


def order(method: str, call_id: str, port: int, source: int, *headers: str) -> bytes:
    """Return an order to the SIPp on ``port`` about the call ``call_id``, sent from port ``source``."""
    return _request(method, call_id, port, source, headers)


def _request(method: str, call_id: str, port: int, source: int, headers: tuple[str, ...]) -> bytes:
    lines = (
        f"{method} sip:rig@{LOOPBACK}:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP {LOOPBACK}:{source};branch=z9hG4bK{secrets.token_hex(8)};rport",
        f"From: <sip:rig@{LOOPBACK}:{source}>;tag={secrets.token_hex(4)}",
        f"To: <sip:rig@{LOOPBACK}:{port}>",
        f"Call-ID: {call_id}",
        f"CSeq: 1 {method}",
        "Max-Forwards: 70",
        *headers,
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class _Ping(asyncio.DatagramProtocol):
    """Waits for the first answer and notes who gave it."""

    def __init__(self, answer: asyncio.Future[str | None]) -> None:
        self._answer = answer

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:  # noqa: ARG002 - the base class names it
        found = re.search(rb"(?im)^(?:server|user-agent):\s*(\S+)", data)
        if not self._answer.done():
            self._answer.set_result(found[1].decode(errors="replace") if found else "")

    def error_received(self, exc: Exception) -> None:  # noqa: ARG002 - the base class names it
        # Nothing listens there yet; the next ping tells.
        if not self._answer.done():
            self._answer.set_result(None)
