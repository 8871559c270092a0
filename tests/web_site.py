"""A running site for tests: the real application on a real socket, over ports kept in memory."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import ClientResponse, ClientSession, CookieJar, web

from ivr.domain.experiments import Experiment
from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.privacy.call_references import CallReferences
from ivr.privacy.pepper import Pepper
from ivr.usecases.accounts import Role, Session
from ivr.usecases.add_user import add_user
from ivr.usecases.find_fit import FindFit
from ivr.usecases.fit_figures import FitFigures
from ivr.usecases.fits import ALL_MONTHS, Months
from ivr.usecases.heard_layouts import HeardLayouts, NothingHeard
from ivr.usecases.ledger_check import NOT_CHECKED, LedgerCheck
from ivr.usecases.ledger_history import NO_HISTORY, ExperimentSources, LayoutHistory
from ivr.usecases.page_reads import Sources
from ivr.usecases.report_agents import AgentReport, report_agents
from ivr.usecases.report_window import ReportWindow
from ivr.usecases.sign_in_ports import SignInPorts
from ivr.usecases.vital_signs import VitalSigns
from ivr.web.app import create_app
from ivr.web.call_ports import CallPorts
from ivr.web.passwords import Argon2Passwords
from tests.experiment_calls import SCALES, MemoryExperimentCounts
from tests.memory_calls import MemoryCalls, MemoryContests, MemoryPlays
from tests.memory_fits import METHOD, MemoryFits, MemoryPeriodTallies, stand_in_fit
from tests.memory_ports import NOON, MemoryChanges, MemoryDecisions, MemoryPeople, MemoryTallies
from tests.memory_sign_in import memory_sign_in
from tests.read_here import ReadHere

PASSWORD = "correct horse battery"
USERS = {
    "vera": Role.VIEWER,
    "ana": Role.AGENT,
    "sam": Role.SUPERVISOR,
    "otto": Role.OPS,
    "adam": Role.ADMIN,
}
SAM_LEADS = ("blue", "red")

_THREE = ("dissatisfied", "so-so", "satisfied")
PACED = Instrument(_THREE, leads=("3 s of silence after key 1",))
INSTRUMENTS = Instruments(
    {
        "sequential-123": Instrument(_THREE, options=3),
        "reversed-123": Instrument(_THREE),
        "paced-123": PACED,
        "sparse-531": Instrument(("dissatisfied", "satisfied", "very satisfied")),
        **SCALES.current,
    }
)
OPTIONS = FitOptions(reference_layout="sequential-123")
ZONE = ZoneInfo("Europe/Berlin")

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


class RememberedPasswords(Argon2Passwords):
    """Real hashes, each computed once for all tests of a run: hashing is dear on purpose."""

    def __init__(self) -> None:
        super().__init__()
        self._hashes: dict[str, str] = {}
        self._matches: dict[tuple[str | None, str], bool] = {}

    async def hash(self, password: str) -> str:
        if password not in self._hashes:
            self._hashes[password] = await super().hash(password)
        return self._hashes[password]

    async def match(self, password_hash: str | None, password: str) -> bool:
        key = password_hash, password
        if key not in self._matches:
            self._matches[key] = await super().match(password_hash, password)
        return self._matches[key]


PASSWORDS = RememberedPasswords()


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
    decisions: MemoryDecisions = field(default_factory=MemoryDecisions)
    defined: dict[str, Experiment] = field(default_factory=dict)
    history: LayoutHistory = NO_HISTORY
    heard: HeardLayouts = field(default_factory=NothingHeard)
    people: MemoryPeople = field(default_factory=MemoryPeople)
    changes: MemoryChanges = field(default_factory=MemoryChanges)
    readiness: dict[str, Callable[[], Awaitable[str | None]]] = field(default_factory=dict)
    remarks: dict[str, Callable[[], str | None]] = field(default_factory=dict)
    now: datetime = NOON
    calls: MemoryCalls | None = None
    contests: MemoryContests | None = None
    played: MemoryPlays = field(default_factory=MemoryPlays)
    references: CallReferences = field(default_factory=lambda: CallReferences(Pepper(b"p" * 32)))
    is_tls: bool = False
    sign_in: SignInPorts | None = None

    periods: MemoryPeriodTallies = field(default_factory=MemoryPeriodTallies)
    fits: MemoryFits = field(default_factory=MemoryFits)
    requested: list[Months] = field(default_factory=list)
    trouble: str | None = None
    ledger_check: LedgerCheck = NOT_CHECKED
    signs: Callable[[], VitalSigns] = lambda: VitalSigns(0.0, 0, ())

    def __post_init__(self) -> None:
        self.sign_in = self.sign_in or memory_sign_in(lambda: self.now, passwords=PASSWORDS)
        self.calls = self.calls or MemoryCalls(self.tallies)
        self.contests = self.contests or MemoryContests(self.tallies)

    @property
    def open_sessions(self) -> dict[str, Session]:
        """The sessions, by the hash of their token."""
        return self.sign_in.sessions.kept

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

    def sources(self) -> Sources:
        """Return what pages are answered from."""
        return Sources(
            self.tallies,
            INSTRUMENTS,
            FindFit(
                self.periods,
                self.fits,
                method=METHOD,
                options=lambda: OPTIONS,
                zone=ZONE,
                clock=lambda: self.now,
                trouble=lambda: self.trouble,
            ),
            clock=lambda: self.now,
            zone=ZONE,
            reference_layout="sequential-123",
            people=self.people,
            layout_history=self.history,
            experiments=ExperimentSources(self.experiments, self.decisions, self.defined_experiments),
            calls=self.calls,
            contests=self.contests,
            ledger_check=self.ledger_check,
            played_layouts=self.played,
        )

    async def defined_experiments(self) -> dict[str, Experiment]:
        """Return the experiments that have a file."""
        return self.defined

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

    async def add_users(self) -> None:
        """Add one of each role, all with PASSWORD: see USERS."""
        for name, role in USERS.items():
            await add_user(
                self.sign_in,
                name,
                roles={role},
                person="ana" if role is Role.AGENT else None,
                teams=SAM_LEADS if role is Role.SUPERVISOR else (),
                password=PASSWORD,
            )

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Serve on a free port of the loopback; yields the address."""
        app = create_app(
            sign_in=self.sign_in,
            pages=ReadHere(self.sources()),
            heard=self.heard,
            calls=CallPorts(self.contests, self.references),
            changes=self.changes,
            readiness=self.readiness,
            metrics_text=lambda: "# TYPE ivr_calls counter\nivr_calls 1\n",
            clock=lambda: self.now,
            zone=ZONE,
            is_tls=self.is_tls,
            remarks=self.remarks,
            request_fit=self.request_fit,
            documentation=Path(__file__).parents[1] / "docs",
            signs=self.signs,
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
