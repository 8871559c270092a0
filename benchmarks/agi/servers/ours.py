"""The project's own server with the seven commands: limits, strict framing and deadlines as in the service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.agi.servers.seven import DEADLINE_SECONDS, SEVEN
from ivr.observe.logging import set_up_logging
from ivr.telephony.agi.admission import Limits
from ivr.telephony.agi.door import Door
from ivr.telephony.agi.meter import AgiMeter
from ivr.telephony.agi.request import AgiRequest
from ivr.telephony.agi.server import FastAgiServer, Handler
from ivr.telephony.agi.session import AgiSession

VERBS = frozenset({"ANSWER", "STREAM FILE", "WAIT FOR DIGIT", "SET VARIABLE", "HANGUP"})
# All sessions of the benchmark come from one address, and there are 2,000 of them.
DOOR = Door(Limits(sessions=4000, sessions_of_peer=4000))


async def rate(_request: AgiRequest, session: AgiSession) -> None:
    """Send the seven commands."""
    for line in SEVEN:
        await session.command(line, DEADLINE_SECONDS)


@asynccontextmanager
async def serving(handler: Handler = rate, meter: AgiMeter | None = None) -> AsyncIterator[int]:
    """Serve ``handler`` on a free port of loopback."""
    if meter is None:
        set_up_logging("warning")  # as the peers have it, whose libraries log nothing less unless told to
    server = FastAgiServer({"rate": handler}, door=DOOR, meter=meter, verbs=VERBS)
    _, port = await server.start("127.0.0.1", 0)
    try:
        yield port
    finally:
        await server.stop()
