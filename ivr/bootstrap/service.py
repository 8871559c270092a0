"""The service: Asterisk on one side, the dashboard on the other, the ledger between.

Start order: what can be refused without touching anything comes first (settings, layouts, prompts), then the
ledger, then the ports, then Asterisk's manager. Stop order is the reverse, and calls that are being asked end
first: nobody new is taken, the running questions are finished, the ledger is flushed last.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from ivr.bootstrap import parts
from ivr.bootstrap.telephony import Telephony
from ivr.catalogue.load import Catalogue
from ivr.errors import IvrError
from ivr.observe.metrics import Metrics
from ivr.settings import Bind, Settings
from ivr.store.accounts import SqlAccounts
from ivr.store.allocations import SqlAllocations
from ivr.store.changes import CommitChanges
from ivr.store.tallies import SqlTallies
from ivr.usecases.report_agents import AgentReport, report_agents
from ivr.usecases.report_window import ReportWindow
from ivr.web.app import create_app
from ivr.web.passwords import Argon2Passwords
from ivr.web.ports import ReadinessCheck
from ivr.web.serving import serving

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Serving:
    """The service while it runs, with the ports that were really taken."""

    agi: Bind
    web: Bind


@asynccontextmanager
async def service(settings: Settings) -> AsyncIterator[Serving]:
    """Run the service while the block runs.

    Raises:
        IvrError: something cannot be used as it is; what was started is stopped again.
    """
    catalogue = parts.catalogue(settings)
    pseudonyms = parts.pseudonyms(settings)
    async with AsyncExitStack() as stack:
        metrics = Metrics()
        store = await stack.enter_async_context(parts.opened_store(settings, metrics.committed))
        telephony = Telephony(settings, catalogue, pseudonyms, store, metrics)
        metrics.watch_sessions(lambda: telephony.server.sessions)
        await SqlAllocations(store.writer).note([telephony.experiment], parts.now())
        agi = await telephony.start(stack)
        pages = _dashboard(settings, catalogue, store, telephony.readiness(), metrics.text)
        dashboard = Bind(await stack.enter_async_context(pages))
        log.info("serving", agi=str(agi), web=f"http://{dashboard}/", ami=settings.ami_secret is not None)
        yield Serving(agi, dashboard)
        log.info("stopping", sessions=telephony.server.sessions)


def _dashboard(
    settings: Settings,
    catalogue: Catalogue,
    store: parts.Store,
    readiness: Mapping[str, ReadinessCheck],
    metrics_text: Callable[[], str],
) -> AbstractAsyncContextManager[tuple[str, int]]:
    tallies = SqlTallies(store.database)

    async def agent_report(window: ReportWindow) -> AgentReport:
        return await report_agents(
            tallies,
            catalogue.layouts,
            clock=parts.now,
            window=window,
            reference_layout=settings.reference_layout,
        )

    async def database_ready() -> str | None:
        try:
            await tallies.calls_in_progress()
        except IvrError as fault:
            return str(fault)
        return None

    app = create_app(
        accounts=SqlAccounts(store.database, store.writer),
        passwords=Argon2Passwords(),
        agent_reports=agent_report,
        changes=CommitChanges(store.writer),
        readiness={"database": database_ready, **readiness},
        metrics_text=metrics_text,
        clock=parts.now,
        zone=settings.zone,
        is_tls=settings.web_tls,
    )
    host, port = settings.web_bind
    return serving(app, host, port)


async def serve_until(settings: Settings, stop: asyncio.Event) -> None:
    """Run the service until ``stop`` is set."""
    async with service(settings):
        await stop.wait()
