"""The dashboard joined to the house: the web application over the ledger, on its address."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from ivr.bootstrap import parts
from ivr.bootstrap.pages_beside import PagesBeside
from ivr.bootstrap.sign_ins import sign_in_ports
from ivr.errors import IvrError
from ivr.privacy.call_references import CallReferences
from ivr.privacy.pepper import load_or_make_pepper
from ivr.settings import HOME, Settings
from ivr.store.contests import SqlContests
from ivr.store.tallies import SqlTallies
from ivr.usecases.heard_layouts import HeardLayouts
from ivr.usecases.vital_signs import Readings, VitalSigns, judge
from ivr.web.app import create_app
from ivr.web.call_ports import CallPorts
from ivr.web.ports import FitRequest, ReadinessCheck, Remark
from ivr.web.serving import serving


def dashboard(
    settings: Settings,
    store: parts.Store,
    *,
    pages: PagesBeside,
    request_fit: FitRequest,
    readiness: Mapping[str, ReadinessCheck],
    remarks: Mapping[str, Remark],
    metrics_text: Callable[[], str],
    signs: Callable[[], VitalSigns],
    heard: HeardLayouts,
) -> AbstractAsyncContextManager[tuple[str, int]]:
    """Return the dashboard's listener; it serves while its block runs, and gives the address that was taken."""

    async def database_ready() -> str | None:
        try:
            await SqlTallies(store.database).calls_in_progress()
        except IvrError as fault:
            return str(fault)
        return None

    app = create_app(
        sign_in=sign_in_ports(settings, store, writes_lines=True),
        pages=pages,
        request_fit=request_fit,
        heard=heard,
        calls=CallPorts(
            SqlContests(store.database, store.writer), CallReferences(load_or_make_pepper(settings.pepper_file))
        ),
        changes=pages,
        readiness={"database": database_ready, **readiness},
        remarks=remarks,
        metrics_text=metrics_text,
        clock=parts.now,
        zone=settings.zone,
        is_tls=settings.web_tls,
        proxies=settings.web_proxies,
        documentation=HOME / "docs",
        signs=signs,
    )
    host, port = settings.web_bind
    return serving(app, host, port)


def signs_of(settings: Settings, readings: Readings, sessions: int) -> VitalSigns:
    """Return how the service runs by what was measured lately; ``sessions`` calls are being asked now."""
    signs = judge(readings, has_manager=settings.ami_secret is not None)
    return VitalSigns(readings.seconds, sessions, signs)
