"""The web application: routes, the gate before them, and what runs beside them."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from datetime import UTC, tzinfo
from pathlib import Path

import structlog
from aiohttp import web

from ivr.usecases.accounts import Accounts
from ivr.usecases.ports import Changes, Clock
from ivr.usecases.sign_in import Passwords
from ivr.web import api, events, experiment_api, pages, probes, sign_in_pages
from ivr.web.experiment_api import EXPERIMENTS, ExperimentPorts, ExperimentReports, without_experiments
from ivr.web.live import LiveFigures
from ivr.web.ports import LIVE, PORTS, THROTTLE, AgentReports, FitRequest, ReadinessCheck, Remark, WebPorts
from ivr.web.problems import tell_problems
from ivr.web.security import STATIC_PREFIX, set_security_headers
from ivr.web.sessions import SIGN_IN_PATH, require_session
from ivr.web.templates import load_templates
from ivr.web.throttle import SignInThrottle

LARGEST_FORM_BYTES = 64 * 1024

_RETRY_SECONDS = 5.0

_log = structlog.get_logger(__name__)


def create_app(
    *,
    accounts: Accounts,
    passwords: Passwords,
    agent_reports: AgentReports,
    changes: Changes,
    readiness: Mapping[str, ReadinessCheck],
    metrics_text: Callable[[], str],
    clock: Clock,
    zone: tzinfo = UTC,
    is_tls: bool = False,
    remarks: Mapping[str, Remark] | None = None,
    request_fit: FitRequest = lambda _: False,
    experiment_reports: ExperimentReports = without_experiments,
) -> web.Application:
    """Build the application from its ports; see WebPorts. Its streams end when it shuts down."""
    load_templates()
    app = web.Application(middlewares=[tell_problems, require_session], client_max_size=LARGEST_FORM_BYTES)
    app[PORTS] = WebPorts(
        accounts=accounts,
        passwords=passwords,
        agent_reports=agent_reports,
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
    app[EXPERIMENTS] = ExperimentPorts(experiment_reports)
    app[LIVE] = LiveFigures(agent_reports, changes)
    app[THROTTLE] = SignInThrottle()
    app.on_response_prepare.append(set_security_headers)
    app.cleanup_ctx.append(_follow_changes)
    app.on_shutdown.append(_end_streams)
    app.add_routes(
        [
            web.get(SIGN_IN_PATH, sign_in_pages.show_sign_in),
            web.post(SIGN_IN_PATH, sign_in_pages.take_sign_in),
            web.post("/sign-out", sign_in_pages.take_sign_out),
            web.get("/", pages.show_agents),
            web.get("/fragments/agents", pages.show_agents_fragment),
            web.get("/events", events.stream_events, allow_head=False),
            web.get("/api/v1/kpi/agents", api.agents),
            web.get("/api/v1/kpi/layouts", api.layouts),
            web.post("/api/v1/kpi/fit", api.fit),
            web.get("/api/v1/kpi/experiment/{key}", experiment_api.experiment),
            web.get("/healthz", probes.healthz),
            web.get("/readyz", probes.readyz),
            web.get("/metrics", probes.metrics),
            web.static(STATIC_PREFIX, Path(__file__).parent / "static"),
        ]
    )
    return app


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
