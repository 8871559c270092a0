"""A running site for tests: the real application on a real socket, over ports kept in memory."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import ClientResponse, ClientSession, CookieJar, web

from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.usecases.accounts import Role
from ivr.usecases.add_user import add_user
from ivr.usecases.experiment_json import experiment_json
from ivr.usecases.find_fit import FindFit
from ivr.usecases.fit_figures import FitFigures
from ivr.usecases.fits import ALL_MONTHS, Months
from ivr.usecases.report_agents import AgentReport, report_agents
from ivr.usecases.report_experiment import report_experiment
from ivr.usecases.report_window import ReportWindow
from ivr.web.app import create_app
from ivr.web.passwords import Argon2Passwords
from tests.experiment_calls import SCALES, MemoryExperimentCounts
from tests.memory_fits import METHOD, MemoryFits, MemoryPeriodTallies, stand_in_fit
from tests.memory_ports import NOON, MemoryAccounts, MemoryChanges, MemoryDecisions, MemoryTallies

PASSWORD = "correct horse battery"

_THREE = ("dissatisfied", "so-so", "satisfied")
PACED = Instrument(_THREE, leads=("3 s of silence after key 1",))
INSTRUMENTS = Instruments(
    {
        "sequential-123": Instrument(_THREE),
        "reversed-123": Instrument(_THREE),
        "paced-123": PACED,
        "sparse-531": Instrument(("dissatisfied", "satisfied", "very satisfied")),
    }
)
OPTIONS = FitOptions(reference_layout="sequential-123")
ZONE = ZoneInfo("Europe/Berlin")

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """A client with cookies of its own; never follows a redirect unasked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = ClientSession(cookie_jar=CookieJar(unsafe=True))

    async def get(self, path: str, **more: object) -> ClientResponse:
        answer = await self.client.get(self.address + path, allow_redirects=False, **more)
        await answer.read()
        return answer

    async def post(self, path: str, **fields: str) -> ClientResponse:
        answer = await self.client.post(self.address + path, data=fields, allow_redirects=False)
        await answer.read()
        return answer

    async def token(self, path: str) -> str:
        found = CSRF.search(await (await self.get(path)).text())
        assert found is not None
        return found[1]

    async def sign_in(self, name: str, password: str = PASSWORD) -> ClientResponse:
        return await self.post("/sign-in", name=name, password=password, csrf_token=await self.token("/sign-in"))

    def cookie(self, name: str) -> str | None:
        return next((each.value for each in self.client.cookie_jar if each.key == name), None)


@dataclass
class Site:
    """What stands behind the pages; ``now`` is the service's clock."""

    tallies: MemoryTallies = field(default_factory=MemoryTallies)
    experiments: MemoryExperimentCounts = field(default_factory=MemoryExperimentCounts)
    accounts: MemoryAccounts = field(default_factory=MemoryAccounts)
    changes: MemoryChanges = field(default_factory=MemoryChanges)
    readiness: dict[str, Callable[[], Awaitable[str | None]]] = field(default_factory=dict)
    remarks: dict[str, Callable[[], str | None]] = field(default_factory=dict)
    now: datetime = NOON
    is_tls: bool = False
    passwords: Argon2Passwords = field(default_factory=Argon2Passwords)

    periods: MemoryPeriodTallies = field(default_factory=MemoryPeriodTallies)
    fits: MemoryFits = field(default_factory=MemoryFits)
    requested: list[Months] = field(default_factory=list)
    trouble: str | None = None

    async def report(self, window: ReportWindow) -> AgentReport:
        return await report_agents(
            self.tallies,
            INSTRUMENTS,
            clock=lambda: self.now,
            window=window,
            reference_layout="sequential-123",
            fit_source=FindFit(
                self.periods,
                self.fits,
                method=METHOD,
                options=lambda: OPTIONS,
                zone=ZONE,
                clock=lambda: self.now,
                trouble=lambda: self.trouble,
            ),
        )

    async def fit(self, months: Months = ALL_MONTHS) -> None:
        """Fit what ``periods`` holds, as the command does."""
        fitting = FitFigures(
            self.periods, self.fits, fit=stand_in_fit, method=METHOD, options=OPTIONS, clock=lambda: self.now
        )
        await fitting(months, INSTRUMENTS)

    def request_fit(self, months: Months) -> bool:
        """Note a request; two are borne."""
        self.requested.append(months)
        return len(self.requested) <= 2

    async def experiment(self, key: str, window: ReportWindow) -> dict[str, object]:
        return experiment_json(
            await report_experiment(
                key,
                self.experiments,
                MemoryDecisions(),
                {},
                SCALES,
                clock=lambda: self.now,
                window=window,
                reference_layout="plain",
            )
        )

    async def add_users(self) -> None:
        """Add ``olga`` (operator), ``sam`` (supervisor) and ``ana`` (agent ana), all with PASSWORD."""
        for name, role, person in (
            ("olga", Role.OPERATOR, None),
            ("sam", Role.SUPERVISOR, None),
            ("ana", Role.AGENT, "ana"),
        ):
            await add_user(
                name,
                roles={role},
                person=person,
                password=PASSWORD,
                accounts=self.accounts,
                passwords=self.passwords,
            )

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Serve on a free port of the loopback; yields the address."""
        app = create_app(
            accounts=self.accounts,
            passwords=self.passwords,
            agent_reports=self.report,
            experiment_reports=self.experiment,
            changes=self.changes,
            readiness=self.readiness,
            metrics_text=lambda: "# TYPE ivr_calls counter\nivr_calls 1\n",
            clock=lambda: self.now,
            zone=ZONE,
            is_tls=self.is_tls,
            remarks=self.remarks,
            request_fit=self.request_fit,
        )
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        try:
            yield f"http://{host}:{port}"
        finally:
            await runner.cleanup()
