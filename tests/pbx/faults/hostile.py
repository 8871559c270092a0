"""Hostile clients of the AGI port: those that speak no AGI, those that drip, those that only knock."""

import asyncio
import contextlib
import random
import ssl
from collections.abc import Awaitable, Callable

HEADER = (
    b"agi_network: yes\nagi_network_script: rate\nagi_request: agi://127.0.0.1/rate\n"
    b"agi_channel: PJSIP/hostile\nagi_uniqueid: hostile-%d\nagi_arg_1: queue=support\n\n"
)
DRIP_SECONDS = 0.5
_client_hello = ssl.MemoryBIO()
_outgoing = ssl.MemoryBIO()
with contextlib.suppress(ssl.SSLWantReadError):
    ssl.create_default_context().wrap_bio(_client_hello, _outgoing, server_hostname="localhost").do_handshake()
CLIENT_HELLO = _outgoing.read()

MALFORMED: tuple[bytes, ...] = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    CLIENT_HELLO,
    b"\0" * 4096 + b"\n\n",
    b"agi_network: yes" + b"x" * 100_000,
    b"".join(b"agi_arg_%d: x\n" % number for number in range(500)) + b"\n",
    b"agi_uniqueid: 1\n" + b"agi_x: %s\n" % (b"y" * 8000) * 12 + b"\n",
    b"\n",
    b"200 result=1\n200 result=1\n",
    b"HANGUP\nHANGUP\n\n",
    b"agi_network_script: rate\n\n",
    b"agi_network_script: ../../etc/passwd\nagi_uniqueid: 1.1\n\n",
    b"agi_network_script: rate\nagi_uniqueid: 1.1\n\n200 result=1 (",
    bytes(range(256)) * 40,
)
# To the commands of a rating that they asked for, as if they were Asterisk.
ANSWERS: tuple[bytes, ...] = (
    b"",
    b"200 result=\xff\xfe\n",
    b"200 result=1 (" + b"y" * 100_000,
    b"520-Invalid command syntax.\n" * 50,
    b"HANGUP\n" * 2000,
    b"200 result=0\n" * 50,
    b"511 Command Not Permitted on a dead channel or intercept routine\n",
)


async def malformed(port: int, number: int) -> None:
    """Send what is not AGI, and wait to be thrown out."""
    await _talk(port, MALFORMED[number % len(MALFORMED)], patience_seconds=8.0)


async def liar(port: int, number: int) -> None:
    """Ask for a rating, and answer its commands with nonsense or not at all."""
    await _talk(port, HEADER % number, answer=ANSWERS[number % len(ANSWERS)], patience_seconds=8.0)


async def dripping(port: int, number: int) -> None:
    """Send a header byte by byte, until thrown out."""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for position in range(60):
                writer.write((HEADER % number)[position : position + 1])
                await writer.drain()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(DRIP_SECONDS):
                        if not await reader.read(100):
                            return
        finally:
            writer.close()


async def knocking(port: int, number: int) -> None:
    """Connect and close, as a health probe does."""
    with contextlib.suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        if number % 2:
            writer.transport.abort()
        writer.close()


async def besiege(port: int, stop: asyncio.Event) -> int:
    """Send them all, again and again until ``stop``; return how many came."""
    rng = random.Random(5)
    came = 0
    crowd: set[asyncio.Task[None]] = set()
    kinds: tuple[tuple[Callable[[int, int], Awaitable[None]], int], ...] = (
        (dripping, 40), (malformed, 26), (liar, 2), (knocking, 150)
    )  # fmt: skip
    while not stop.is_set():
        for kind, count in kinds:
            for _ in range(count):
                came += 1
                crowd.add(asyncio.ensure_future(kind(port, came)))
        await asyncio.sleep(rng.uniform(0.5, 1.0))
        for done in [task for task in crowd if task.done()]:
            crowd.discard(done)
            done.result()
    await asyncio.gather(*crowd)
    return came


async def _talk(port: int, text: bytes, *, patience_seconds: float, answer: bytes | None = None) -> None:
    with contextlib.suppress(OSError, TimeoutError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(text)
            async with asyncio.timeout(patience_seconds):
                while await reader.read(1000):
                    if answer is not None:
                        writer.write(answer)
        finally:
            writer.transport.abort()
