"""The service: Asterisk on one side, the dashboard on the other, the ledger between.

Start order: what can be refused without touching anything comes first (settings, layouts, prompts), then the
ledger, then the probes and the dashboard, then what callers are offered (published, the experiment started), then
Asterisk's two doors. Stop order: first ``/readyz`` says that the service stops, so that whoever watches knows before
the first caller is turned away; then nobody new is taken and the running questions are finished, with the manager
still read; then the manager, the dashboard, and last the ledger, once it is flushed.
"""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

import structlog

from ivr.bootstrap import fits, parts
from ivr.bootstrap.dashboard import dashboard, signs_of
from ivr.bootstrap.experiment_watch import stopped_experiment, tell_experiment, warn_of_experiments, watching_experiment
from ivr.bootstrap.fitting import Fitting, Look
from ivr.bootstrap.follow_ups import seal_of
from ivr.bootstrap.heard_layouts import OfferedLayouts
from ivr.bootstrap.measures import build_metrics
from ivr.bootstrap.offering import open_offering, read_configuration
from ivr.bootstrap.page_frames import Given
from ivr.bootstrap.pages_beside import PagesBeside
from ivr.bootstrap.reloading import Reloading
from ivr.bootstrap.retention import deleting_expired
from ivr.bootstrap.telephony import Telephony
from ivr.domain.kpi.instruments import Instruments
from ivr.observe.loop_watch import watched_loop
from ivr.observe.metrics import Metrics
from ivr.observe.recent import RecentMetrics
from ivr.observe.supervisor import Supervisor
from ivr.settings import Bind, Settings
from ivr.store.changes import CommitChanges
from ivr.usecases.offering import CurrentOffering, Offering

_SWITCH_SECONDS = 0.0005

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Serving:
    """The service while it runs, with the ports that were really taken.

    ``reload`` reads the configuration again and returns whether it was taken; see :mod:`ivr.bootstrap.reloading`.
    """

    agi: Bind
    web: Bind
    reload: Callable[[], Awaitable[bool]]


@asynccontextmanager
async def service(
    settings: Settings,
    read_settings: Callable[[], Settings] | None = None,
    stop: asyncio.Event | None = None,
) -> AsyncIterator[Serving]:
    """Run the service while the block runs; ``read_settings`` reads the settings again for a reload.

    ``stop`` is what the block waits for: ``/readyz`` says so from the moment that it is set.

    Raises:
        IvrError: something cannot be used as it is; what was started is stopped again.
    """
    configuration = read_configuration(settings)
    pseudonyms = parts.pseudonyms(settings)
    seal_of(settings)  # refused here, if it is, and not when the ledger is open
    supervisor = Supervisor.from_environment(os.environ)
    metrics = build_metrics()
    stage = _Stage(stop or asyncio.Event())
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(parts.opened_store(settings, metrics))
        offering = CurrentOffering(Offering(configuration.experiment, configuration.catalogue.versions))
        telephony = Telephony(settings, offering, configuration.rules, pseudonyms, store, metrics)
        reloading = Reloading(
            settings,
            configuration,
            read_settings=read_settings or (lambda: settings),
            store=store,
            offering=offering,
            deciding=telephony.deciding,
            metrics=metrics,
        )
        metrics.watch_sessions(lambda: telephony.server.sessions)
        metrics.watch_writes(lambda: store.writer.waiting)
        metrics.watch_oldest_write(lambda: store.writer.oldest_seconds)
        metrics.watch_tasks(lambda: len(asyncio.all_tasks()))
        await stack.enter_async_context(watched_loop(metrics))
        await stack.enter_async_context(deleting_expired(settings, store))
        figures = _Figures(reloading, store, metrics)
        await stack.enter_async_context(
            supervisor.informed(lambda: f"{stage.name}, {telephony.server.sessions} calls are being asked")
        )
        readiness = {"service": stage.check, **telephony.readiness()}
        remarks = {
            "configuration": reloading.remark,
            "experiment": lambda: stopped_experiment(offering().experiment),
            "fits": figures.fitting.trouble,
        }
        recent = RecentMetrics(metrics)
        await stack.enter_async_context(recent.looking())
        web = dashboard(
            settings,
            store,
            pages=figures.pages,
            request_fit=figures.fitting.request,
            readiness=readiness,
            remarks=remarks,
            metrics_text=metrics.text,
            signs=lambda: signs_of(settings, recent.readings(), telephony.server.sessions),
            heard=OfferedLayouts(offering, lambda: reloading.catalogue, settings.sounds_dir, parts.now),
        )
        await stack.enter_async_context(figures.pages.running())
        address = Bind(await stack.enter_async_context(web))
        # As late as can be: a service that cannot start starts no experiment.
        offering.exchange(await open_offering(settings, configuration, store))
        await stack.enter_async_context(watching_experiment(offering, store, metrics))
        agi = await telephony.start(stack)
        stage.name = "serving"
        supervisor.ready()
        log.info("serving", agi=str(agi), web=f"http://{address}/", ami=settings.ami_secret is not None)
        tell_experiment(offering().experiment)
        await warn_of_experiments(offering().experiment, store)
        # Last: a fit is nothing that anybody waits for.
        await stack.enter_async_context(figures.fitting.running())
        try:
            yield Serving(agi, address, reloading.reload)
        finally:
            stage.name = "stopping"
            supervisor.stopping()
            log.info("stopping", sessions=telephony.server.sessions)
            # Before the stack ends the manager: the calls that are still being asked end while it is read.
            await telephony.server.stop()


@dataclass(slots=True)
class _Stage:
    """Where the service is between its start and its end; it is stopping as soon as it is told to."""

    stop: asyncio.Event
    name: Literal["starting", "serving", "stopping"] = "starting"

    async def check(self) -> str | None:
        name = "stopping" if self.stop.is_set() else self.name
        return None if name == "serving" else f"the service is {name}"


class _Figures:
    """What the dashboard shows: read by one process beside the service, and fitted by another."""

    def __init__(self, reloading: Reloading, store: parts.Store, metrics: Metrics) -> None:
        settings = reloading.settings
        self._reloading = reloading
        self._catalogue = reloading.catalogue
        self._definitions = 0
        self._store = store
        self._layouts = fits.ReportLayouts(reloading)
        self._archive = fits.archive(settings, store)
        self.fitting = Fitting(
            lambda: fits.fit_program(reloading.settings),
            look=self._look,
            meter=metrics,
            clock=parts.now,
            every_seconds=60.0 * settings.fit_minutes,
        )
        self._find = fits.find_fit(lambda: reloading.settings, store, self.fitting.trouble)
        metrics.watch_fit_age(self.fitting.age_seconds)
        self.pages = PagesBeside(self.given, CommitChanges(store.writer))

    def given(self) -> Given:
        """Return what pages are answered by from now on."""
        if self._reloading.catalogue is not self._catalogue:
            self._catalogue = self._reloading.catalogue
            self._definitions += 1
        return Given(self._reloading.settings, self._definitions, self.fitting.trouble())

    async def _look(self) -> Look:
        return await fits.look_at_fits(self._find, await self._instruments(), self._store)

    async def _instruments(self) -> Instruments:
        return await self._archive.instruments(await self._layouts())


async def serve_until(
    settings: Settings, stop: asyncio.Event, reload: asyncio.Event, read_settings: Callable[[], Settings]
) -> None:
    """Run the service until ``stop`` is set; read the configuration again each time that ``reload`` is."""
    async with service(settings, read_settings, stop) as serving:
        # What is here now stays to the end; the collector need not go through it again while callers wait.
        gc.freeze()
        # A page that is rendered beside the loop gives way to callers at once, and not after five milliseconds.
        sys.setswitchinterval(_SWITCH_SECONDS)
        reloading = asyncio.create_task(_reload_when(reload, serving), name="reload")
        try:
            await stop.wait()
        finally:
            reloading.cancel()
            with suppress(asyncio.CancelledError):
                await reloading


async def _reload_when(wanted: asyncio.Event, serving: Serving) -> None:
    while True:
        await wanted.wait()
        wanted.clear()
        await serving.reload()
