"""The call centre that is loaded: a private Asterisk, the real service as its own process, and a wire between them."""

import asyncio
import contextlib
import csv
import re
import shutil
import socket
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pbx.generators import FloorPlan, FloorRun, Generators, run_floor
from benchmarks.pbx.wire_log import WiredSession, read_wire
from ivr.bootstrap import parts
from ivr.bootstrap.demo import service_environment
from ivr.domain.calls import HandledCall
from ivr.domain.closing import DIRECT_QUEUE
from ivr.rig.asterisk import PrivateAsterisk
from ivr.rig.call_centre import QUEUES, staff
from ivr.rig.child import Child
from ivr.rig.configuration import PbxPlan
from ivr.rig.demo import DemoAddresses
from ivr.rig.ports import free_port
from ivr.rig.programs import find_programs
from ivr.rig.service import ServiceProcess
from ivr.settings import HOME, Settings, load_settings
from ivr.store.export_calls import handled_calls
from ivr.store.import_people import import_people
from ivr.store.tallies import SqlTallies

AGENTS = 90
_COMPLAINT = re.compile(r"(?:WARNING|ERROR)\[[^:]*?(\S+: .*)")
SETTLE_SECONDS = 30.0

# Every caller hears the reference layout, with no silence before it.
EXPERIMENT = """\
key = "default"
salt = "load"
unit = "call"
primary_metric = "top_box"
minimum_sample = 1
stop_rule = "none"

[strata."*"]
layouts = { "sequential-123" = 1.0 }
delays = { "0" = 1.0 }
"""


@dataclass(frozen=True, slots=True)
class Centre:
    """A running call centre under load."""

    pbx: PrivateAsterisk
    service: ServiceProcess
    settings: Settings
    generators: Generators
    wire: Child | None
    """The relay; None where Asterisk reaches the service directly."""
    wire_log: Path
    agi_port: int
    """Where the service itself listens."""
    web_port: int

    async def rate(self, plan: FloorPlan) -> FloorRun:
        """Run one load and return what the callers did and heard."""
        processes = {"asterisk": self.pbx.pid, "service": self.service.pid or 0}
        if self.wire is not None:
            processes["wire"] = self.wire.pid
        return await run_floor(self.generators, plan, self.pbx.ports, self.pbx.plan.run_folder, processes)

    async def settle(self) -> Mapping[str, HandledCall]:
        """Wait until no call is open, at most so long, and return the ledger's rows by SIP Call-ID."""
        # The wire's log lags by its idle time.
        await asyncio.sleep(0.5)
        deadline = asyncio.get_running_loop().time() + SETTLE_SECONDS
        async with parts.opened_store(self.settings) as store:
            tallies = SqlTallies(store.database)
            while True:
                if not await tallies.calls_in_progress() or asyncio.get_running_loop().time() > deadline:
                    break
                await asyncio.sleep(0.5)
            rows = await store.database.read(lambda connection: list(handled_calls(connection)))
        by_uniqueid = {row.call.uniqueid: row for row in rows}
        return {
            call: by_uniqueid[uniqueid] for call, uniqueid in self.pbx.uniqueids().items() if uniqueid in by_uniqueid
        }

    async def channels_left(self) -> int:
        """Return how many channels Asterisk still has."""
        text = await self.pbx.command("core show channels count")
        return next((int(line.split()[0]) for line in text.splitlines() if "active channel" in line), -1)

    def sessions(self) -> list[WiredSession]:
        """Return what has passed the wire so far; nothing where there is none."""
        if not self.wire_log.is_file():
            return []
        with self.wire_log.open(errors="replace") as lines:
            return read_wire(lines)

    def complaints(self) -> Counter[str]:
        """Return what Asterisk has warned of since it is ready, numbers made alike, and how often."""
        told = self.pbx.log.read_text(errors="replace").rpartition("Asterisk Ready.")[2]
        found = (_COMPLAINT.search(line) for line in told.splitlines())
        return Counter(re.sub(r"[0-9a-f]*\d[0-9a-f-]*", "#", match[1])[:100] for match in found if match)

    def in_queue_log(self) -> int:
        """Return how many ratings went to queue_log because the service did not take them."""
        if not self.pbx.queue_log.is_file():
            return 0
        return sum("|SURVEY|" in line for line in self.pbx.queue_log.read_text(errors="replace").splitlines())


@asynccontextmanager
async def centre(folder: Path, *, direct: bool = False, verbose: bool = False) -> AsyncIterator[Centre]:
    """Start everything in ``folder``.

    ``direct`` leaves the wire out; ``verbose`` lets Asterisk log every step of the dialplan, as the tests have it.
    """
    programs = await asyncio.to_thread(find_programs, lambda _line: None)
    generators = await asyncio.to_thread(Generators.build, folder)
    service_port, wire_port, web_port = (free_port(socket.SOCK_STREAM) for _ in range(3))
    settings = _settings(folder)
    people = staff(AGENTS)
    await _import(settings, folder)
    plan = PbxPlan(
        run_folder=folder / "asterisk",
        rating_dialplan=HOME / "dialplans" / "ivr-rating.conf",
        agi_url=f"agi://127.0.0.1:{service_port if direct else wire_port}",
        prompts=settings.sounds_dir,
        agents=people,
    )
    async with contextlib.AsyncExitStack() as stack:
        pbx = await stack.enter_async_context(PrivateAsterisk(programs.asterisk, plan))
        if not verbose:
            await _log_less(pbx)
        environment = service_environment(settings, DemoAddresses(service_port, web_port, pbx.ami))
        service = ServiceProcess(environment, folder, web_port)
        stack.push_async_callback(service.stop)
        await service.start()
        wire = None
        if not direct:
            wire = await generators.start_wire(wire_port, service_port)
            stack.push_async_callback(wire.stop)
        # Callers who were cut off have said no goodbye; the service would wait for them.
        stack.push_async_callback(pbx.command, "channel request hangup all")
        yield Centre(pbx, service, settings, generators, wire, folder / "wire.out", service_port, web_port)


def _settings(folder: Path) -> Settings:
    shipped = load_settings()
    experiments = folder / "experiments"
    experiments.mkdir()
    (experiments / "default.toml").write_text(EXPERIMENT)
    shutil.copytree(shipped.layouts_dir, folder / "layouts")
    return shipped.model_copy(
        update={
            "database_url": f"sqlite:///{folder / 'ivr.db'}",
            "pepper_file": folder / "pepper",
            "layouts_dir": folder / "layouts",
            "experiments_dir": experiments,
            "queues": (*QUEUES, DIRECT_QUEUE),
        }
    )


async def _import(settings: Settings, folder: Path) -> None:
    """Make the agents known, so that each rating is credited to a person."""
    path = folder / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(("person", "name", "interface", "team", "from", "to"))
        for agent in staff(AGENTS):
            writer.writerow((agent.person, agent.name, agent.interface, "north", "2020-01-01T00:00:00Z", ""))
    async with parts.opened_store(settings) as store:
        await import_people(path, writer=store.writer, dialect=store.database.dialect)


async def _log_less(pbx: PrivateAsterisk) -> None:
    """Let Asterisk log what went wrong and not every step, as a production one does."""
    logger = pbx.plan.run_folder / "etc" / "logger.conf"
    logger.write_text(logger.read_text().replace(",verbose", ""))
    await pbx.command("logger reload")


def person_of(endpoint: str) -> str | None:
    """Return whom a rating of this agent's call is to be credited to."""
    return next((agent.person for agent in staff(AGENTS) if agent.endpoint == endpoint), None)
