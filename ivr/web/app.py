"""The web application: routes, the gate before them, and what runs beside them."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from datetime import UTC, tzinfo
from pathlib import Path

import structlog
from aiohttp import web

from ivr.usecases.heard_layouts import HeardLayouts, NothingHeard
from ivr.usecases.page_reads import PageReads
from ivr.usecases.ports import Changes, Clock
from ivr.usecases.read_news import MarksQuestion
from ivr.usecases.sign_in_ports import SignInPorts
from ivr.web.call_ports import CALLS, CallPorts
from ivr.web.client_address import PROXIES, Networks
from ivr.web.heard import HEARD
from ivr.web.help_pages import HELP
from ivr.web.help_shelf import HelpShelf
from ivr.web.live import LiveFigures
from ivr.web.looks import LOOKS, Looks
from ivr.web.ports import LIVE, PORTS, FitRequest, ReadinessCheck, Remark, WebPorts
from ivr.web.problems import tell_problems
from ivr.web.request_limits import LIMITS, RequestLimits
from ivr.web.security import STATIC_PREFIX, set_security_headers
from ivr.web.sessions import require_session
from ivr.web.sitemap import add_routes
from ivr.web.system_pages import SIGNS, Signs, without_signs
from ivr.web.templates import load_templates

LARGEST_FORM_BYTES = 64 * 1024

_RETRY_SECONDS = 5.0

_log = structlog.get_logger(__name__)


def create_app(
    *,
    sign_in: SignInPorts,
    pages: PageReads,
    changes: Changes,
    readiness: Mapping[str, ReadinessCheck],
    metrics_text: Callable[[], str],
    clock: Clock,
    zone: tzinfo = UTC,
    is_tls: bool = False,
    proxies: Networks = (),
    remarks: Mapping[str, Remark] | None = None,
    request_fit: FitRequest = lambda _: False,
    heard: HeardLayouts | None = None,
    calls: CallPorts | None = None,
    documentation: Path | None = None,
    signs: Signs = without_signs,
) -> web.Application:
    """Build the application from its ports; see WebPorts. Its streams end when it shuts down.

    ``documentation`` is the folder of the pages that figures link to; None where there is none.
    ``proxies`` are believed when they say whom they speak for.
    """
    app = web.Application(middlewares=[tell_problems, require_session], client_max_size=LARGEST_FORM_BYTES)
    app[PORTS] = WebPorts(
        sign_in=sign_in,
        pages=pages,
        request_fit=request_fit,
        changes=changes,
        readiness=readiness,
        remarks={} if remarks is None else remarks,
        metrics_text=metrics_text,
        clock=clock,
        zone=zone,
        is_tls=is_tls,
        form_key=secrets.token_bytes(32),
    )
    app[SIGNS] = signs
    app[HELP] = HelpShelf(documentation)
    app[HEARD] = heard or NothingHeard()
    if calls is not None:
        app[CALLS] = calls
    app[LIVE] = LiveFigures(changes, lambda: pages.read(MarksQuestion()))
    app[LOOKS] = Looks()
    app[LIMITS] = RequestLimits()
    app[PROXIES] = proxies
    app.on_response_prepare.append(set_security_headers)
    app.on_startup.append(_load_templates)
    app.cleanup_ctx.append(_follow_changes)
    app.on_shutdown.append(_end_streams)
    add_routes(app)
    app.router.add_static(STATIC_PREFIX, Path(__file__).parent / "static")
    return app


async def _load_templates(_: web.Application) -> None:
    await asyncio.to_thread(load_templates)


async def _end_streams(app: web.Application) -> None:
    app[LIVE].close()


async def _follow_changes(app: web.Application) -> AsyncIterator[None]:
    following = asyncio.create_task(keep_following(app[LIVE]))
    yield
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


async def keep_following(live: LiveFigures, *, retry_seconds: float = _RETRY_SECONDS) -> None:
    """Follow the ledger's changes until cancelled, and again after a fault."""
    while True:
        try:
            await live.follow_changes()
        except Exception:  # noqa: BLE001 - the pages must outlive whatever their feed raises
            _log.exception("live_figures_interrupted", retry_seconds=retry_seconds)
        await asyncio.sleep(retry_seconds)
