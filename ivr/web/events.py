"""Server-sent events: tells a browser that there are new figures; the figures themselves it fetches as pages."""

import asyncio
from contextlib import aclosing

import structlog
from aiohttp import web

from ivr.domain.access import Right
from ivr.errors import PagesUnavailable
from ivr.web.ports import LIVE
from ivr.web.routes import page
from ivr.web.sessions import find_session

HEARTBEAT_SECONDS = 10.0

_log = structlog.get_logger(__name__)


async def stream_events(request: web.Request) -> web.StreamResponse:
    """GET /events: ``figures`` whenever there are new ones; ``signed-out`` and the end when the session is over."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    try:
        await _tell(request, response)
        await response.write_eof()
    except ConnectionResetError:  # the browser went away
        pass
    except PagesUnavailable as refused:  # the browser asks again in a moment
        _log.warning("events_interrupted", reason=str(refused))
    except Exception:  # noqa: BLE001 - one stream ends, the others go on
        _log.exception("events_interrupted")
    return response


async def _tell(request: web.Request, response: web.StreamResponse) -> None:
    live = request.app[LIVE]
    told: object = None
    number = 0
    written_at = 0.0
    async with aclosing(live.generations(at_least_every_seconds=HEARTBEAT_SECONDS)) as generations:
        async for _ in generations:
            session = await find_session(request, is_activity=False)
            if session is None:
                await response.write(b"event: signed-out\ndata: 0\n\n")
                return
            news = await live.news_of(session.user.scope)
            now = asyncio.get_running_loop().time()
            if news != told:
                told, written_at = news, now
                number += 1
                await response.write(f"event: figures\ndata: {number}\n\n".encode())
            elif now - written_at >= HEARTBEAT_SECONDS:
                written_at = now
                await response.write(b": still here\n\n")


ROUTES = (page("/events", stream_events, Right.OWN_ACCOUNT),)
