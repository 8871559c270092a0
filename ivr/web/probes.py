"""Probes for supervision: is the loop alive, is the service ready, what does it count."""

import asyncio
from collections.abc import Mapping

import structlog
from aiohttp import web

from ivr.web.ports import PORTS, ReadinessCheck
from ivr.web.routes import open_page

_LONGEST_CHECK_SECONDS = 3.0

_log = structlog.get_logger(__name__)


async def healthz(_request: web.Request) -> web.Response:
    """GET /healthz: 200 while the event loop turns."""
    return web.Response(text="ok\n")


async def readyz(request: web.Request) -> web.Response:
    """GET /readyz: 200, or 503 with a reason for each part that is not ready; remarks say what works but limps."""
    reasons, remarks = await ask_readiness(request.app)
    body = {"ready": not reasons, "reasons": reasons} | ({"remarks": remarks} if remarks else {})
    return web.json_response(body, status=503 if reasons else 200)


async def ask_readiness(app: web.Application) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return a reason for each part that is not ready, and what has to be said of parts that work."""
    checks = app[PORTS].readiness
    answers = await asyncio.gather(*(_ask(name, check) for name, check in checks.items()))
    reasons = {name: answer for name, answer in zip(checks, answers, strict=True) if answer is not None}
    remarks = {part: said for part, say in app[PORTS].remarks.items() if (said := say()) is not None}
    return reasons, remarks


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics: Prometheus' text format."""
    body = request.app[PORTS].metrics_text().encode()
    return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


async def _ask(name: str, check: ReadinessCheck) -> str | None:
    try:
        async with asyncio.timeout(_LONGEST_CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return f"no answer within {_LONGEST_CHECK_SECONDS:g} s"
    except Exception:  # noqa: BLE001 - a check that raises is a part that is not ready
        _log.exception("readiness_check_failed", check=name)
        return "the check itself failed; see the log"


ROUTES = (open_page("/healthz", healthz), open_page("/readyz", readyz), open_page("/metrics", metrics))
