"""The demonstration joined to the house: its own folder, its own ledger, its own people and users."""

import csv
import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ivr.bootstrap import parts
from ivr.bootstrap.demo_history import import_history
from ivr.bootstrap.population import conduct_of_population
from ivr.bootstrap.prompts import build_all
from ivr.bootstrap.sign_ins import sign_in_ports
from ivr.catalogue.load import Catalogue
from ivr.domain.calls import HandledCall
from ivr.domain.closing import DIRECT_QUEUE
from ivr.domain.experiments import assign
from ivr.rig.call_centre import DIRECT_QUEUE as DIALLED_QUEUE
from ivr.rig.call_centre import QUEUES, SAMPLED_QUEUE, Agent
from ivr.rig.comparison import StoredCall
from ivr.rig.demo import AGENTS, Demo, DemoAddresses, DemoPlaces, DemoPorts, demo
from ivr.rig.mix import MINIMUM_TALK_SECONDS, Asked
from ivr.rig.programs import find_programs
from ivr.rig.service import SERVE
from ivr.settings import HOME, Settings, load_settings
from ivr.simulation.scenarios import Scenario
from ivr.store.export_calls import handled_calls
from ivr.store.import_people import import_people
from ivr.store.ledger import SqlLedger
from ivr.store.tallies import SqlTallies
from ivr.usecases.accounts import Role
from ivr.usecases.add_user import add_user, new_password

TEAMS = ("north", "south")
DIALPLAN = HOME / "dialplans" / "ivr-rating.conf"
FOLDER = HOME / "var" / "demo"
ASKING = f"""\
# Who is asked in the demonstration: its callers show every reason why one is not.
[throttle]
at_most = 1
days = 1

[queues."*"]
minimum_talk_seconds = {MINIMUM_TALK_SECONDS:g}

[queues.{SAMPLED_QUEUE}]
one_in = 2
minimum_talk_seconds = {MINIMUM_TALK_SECONDS:g}
"""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A way into the demonstration's dashboard."""

    role: Role
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """The demonstration while it runs."""

    demo: Demo
    dashboard: str
    sign_ins: tuple[SignIn, ...]
    folder: Path


@asynccontextmanager
async def running_demo(
    say: Callable[[str], None],
    *,
    keep: bool,
    serve: Sequence[str] = SERVE,
    scenario: Scenario | None = None,
    seed: int = 1,
    history: bool = False,
) -> AsyncIterator[RunningDemo]:
    """Set everything up, run it while the block runs, and take it down; ``keep`` leaves the folder behind.

    ``serve`` is the command of the service; a check that the comparison can fail passes a broken one. With a
    ``scenario`` the callers are of its population, drawn with ``seed``, and not the usual mix. With a ``history`` the
    ledger begins with weeks of simulated calls.
    """
    shipped = load_settings()
    build_all(shipped, say)
    programs = find_programs(say)
    _sweep(FOLDER)
    folder = FOLDER / str(os.getpid())
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "comments").mkdir(parents=True)
    sign_ins: list[SignIn] = []
    addresses: list[DemoAddresses] = []
    settings = _offline_settings(shipped, folder)
    if scenario is None:
        (folder / "asking.toml").write_text(ASKING, "utf-8")
        settings = settings.model_copy(update={"asking_file": folder / "asking.toml"})
    catalogue = parts.catalogue(settings)

    try:
        async with parts.opened_store(settings) as store:

            async def prepare(agents: Sequence[Agent]) -> None:
                say("preparing the ledger, the agents and the users")
                sign_ins.extend(await _people_and_users(settings, store, agents, folder))
                if history:
                    say("drawing and importing the past of its agents")
                    versions = {key: each.version for key, each in catalogue.versions.items()}
                    await import_history(settings, store, _teams(agents), versions, folder, parts.now())

            def environment(found: DemoAddresses) -> Mapping[str, str]:
                addresses.append(found)
                return service_environment(settings, found)

            ledger = SqlLedger(store.database, store.writer)

            async def own_calls() -> Sequence[HandledCall]:
                return await store.database.read(lambda connection: list(handled_calls(connection, pbx=settings.pbx)))

            async def uniqueids() -> frozenset[str]:
                return frozenset(row.call.uniqueid for row in await own_calls())

            async def stored() -> Mapping[str, StoredCall]:
                rows = await own_calls()
                return {row.call.uniqueid: StoredCall(row, await ledger.facts_of(row.call)) for row in rows}

            in_progress = SqlTallies(store.database).calls_in_progress
            population = (
                None if scenario is None else conduct_of_population(settings, catalogue, scenario, seed, AGENTS)
            )
            asked_for = _asked_for(settings, catalogue)
            ports = DemoPorts(prepare, environment, asked_for, uniqueids, stored, in_progress, population)
            places = DemoPlaces(folder, DIALPLAN, settings.sounds_dir)
            async with demo(programs, places, ports, serve=serve, say=say) as running:
                yield RunningDemo(running, f"http://127.0.0.1:{addresses[-1].web_port}/", tuple(sign_ins), folder)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _offline_settings(shipped: Settings, folder: Path) -> Settings:
    return shipped.model_copy(
        update={
            "database_url": f"sqlite:///{folder / 'ivr.db'}",
            "pepper_file": folder / "pepper",
            "comments_dir": PurePosixPath(folder / "comments"),
            "queues": (*QUEUES, SAMPLED_QUEUE, DIRECT_QUEUE),
            "pbx": "demo",
            # Whatever this site does otherwise: the demonstration's ledger is empty.
            "layouts_source": "files",
            "publish_by_hand": False,
            # Whoever looks on should not have to wait for fitted figures.
            "fit_minutes": 1,
        }
    )


def service_environment(settings: Settings, addresses: DemoAddresses) -> dict[str, str]:
    """Return this process's environment with every setting of the house replaced by those given."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    return own | {
        "IVR_DATABASE_URL": settings.database_url,
        "IVR_PEPPER_FILE": str(settings.pepper_file),
        "IVR_QUEUES": ",".join(settings.queues),
        "IVR_PBX": settings.pbx,
        "IVR_LAYOUTS_SOURCE": settings.layouts_source,
        "IVR_PUBLISH_BY_HAND": str(settings.publish_by_hand).lower(),
        "IVR_LAYOUTS_DIR": str(settings.layouts_dir),
        "IVR_EXPERIMENTS_DIR": str(settings.experiments_dir),
        "IVR_EXPERIMENT": settings.experiment,
        "IVR_ASKING_FILE": str(settings.asking_file),
        "IVR_TRANSCRIPTS_DIR": str(settings.transcripts_dir),
        "IVR_SOUNDS_DIR": str(settings.sounds_dir),
        "IVR_COMMENTS_DIR": str(settings.comments_dir),
        "IVR_DEFAULT_REGION": settings.default_region,
        "IVR_FIT_MINUTES": str(settings.fit_minutes),
        "IVR_AGI_BIND": f"127.0.0.1:{addresses.agi_port}",
        "IVR_WEB_BIND": f"127.0.0.1:{addresses.web_port}",
        "IVR_AMI_HOST": addresses.ami.host,
        "IVR_AMI_PORT": str(addresses.ami.port),
        "IVR_AMI_USER": addresses.ami.user,
        "IVR_AMI_SECRET": addresses.ami.secret,
    }


def _teams(agents: Sequence[Agent]) -> Mapping[str, str]:
    """Return each person's team."""
    return {agent.person: TEAMS[number * len(TEAMS) // len(agents)] for number, agent in enumerate(agents)}


async def _people_and_users(
    settings: Settings, store: parts.Store, agents: Sequence[Agent], folder: Path
) -> list[SignIn]:
    people = folder / "people.csv"
    with people.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(("person", "name", "interface", "team", "from", "to"))
        teams = _teams(agents)
        for agent in agents:
            writer.writerow(
                (agent.person, agent.name, agent.interface, teams[agent.person], "2020-01-01T00:00:00Z", "")
            )
    await import_people(people, writer=store.writer, dialect=store.database.dialect)
    ports = sign_in_ports(settings, store)
    sign_ins: list[SignIn] = []
    for role in Role:
        person = agents[0].person if role is Role.AGENT else None
        led = TEAMS if role is Role.SUPERVISOR else ()
        # Given, not made by the house: whoever looks on should not have to choose another first.
        password = new_password()
        added = await add_user(ports, role.value, roles=[role], person=person, teams=led, password=password)
        sign_ins.append(SignIn(role, added.user.name, password))
    return sign_ins


def _asked_for(settings: Settings, catalogue: Catalogue) -> Callable[[str], Asked]:
    pseudonyms = parts.pseudonyms(settings)
    experiment = parts.experiment(settings, catalogue)

    def asked_for(number: str) -> Asked:
        caller = pseudonyms.of_number(number)
        # Every queue of the demonstration is in the one stratum that serves all.
        given = assign(experiment, site=None, queue=DIALLED_QUEUE, caller=caller, call=number, at=parts.now())
        return Asked.by(catalogue.versions[given.layout])

    return asked_for


def _sweep(folder: Path) -> None:
    """Remove what demonstrations left behind that were killed or told to keep it."""
    if folder.is_dir():
        for entry in folder.iterdir():
            if not (entry.name.isdigit() and Path(f"/proc/{entry.name}").exists()):
                shutil.rmtree(entry, ignore_errors=True)
