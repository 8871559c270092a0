"""Server-sent events: tells a browser that there are new figures; the figures themselves it fetches as pages."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from aiohttp import web

from ivr.usecases.report_agents import AgentReport
from ivr.usecases.report_window import ALL_CALLS
from ivr.web.ports import LIVE, sees_everybody, visible_part
from ivr.web.sessions import find_session

HEARTBEAT_SECONDS = 10.0

_log = structlog.get_logger(__name__)

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


async def stream_events(request: web.Request) -> web.StreamResponse:
    """GET /events: ``figures`` whenever there are new ones; ``signed-out`` and the end when the session is over."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    try:
        await _tell(request, response)
        await response.write_eof()
    except ConnectionResetError:  # the browser went away
        pass
    except Exception:  # noqa: BLE001 - one stream ends, the others go on
        _log.exception("events_interrupted")
    return response


async def _tell(request: web.Request, response: web.StreamResponse) -> None:
    live = request.app[LIVE]
    told: object = None
    number = 0
    written_at = 0.0
    async with aclosing(live.generations(at_least_every_seconds=HEARTBEAT_SECONDS)) as generations:
        async for generation in generations:
            session = await find_session(request)
            if session is None:
                await response.write(b"event: signed-out\ndata: 0\n\n")
                return
            # To an agent even the moment of somebody else's call is none of their business.
            news: object = (
                generation
                if sees_everybody(session)
                else _without_age(visible_part(await live.report(ALL_CALLS), session))
            )
            now = asyncio.get_running_loop().time()
            if news != told:
                told, written_at = news, now
                number += 1
                await response.write(f"event: figures\ndata: {number}\n\n".encode())
            elif now - written_at >= HEARTBEAT_SECONDS:
                written_at = now
                await response.write(b": still here\n\n")


def _without_age(report: AgentReport) -> AgentReport:
    return replace(report, computed_at=_ALWAYS)
