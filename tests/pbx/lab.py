"""A call centre for one test: the rig's Asterisk and callers, the real service, and a wire between them."""

import asyncio
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ivr.bootstrap import parts
from ivr.bootstrap.demo import service_environment
from ivr.bootstrap.prompts import build_all
from ivr.domain.calls import HandledCall
from ivr.domain.closing import DIRECT_QUEUE
from ivr.rig.asterisk import AmiAccess, PrivateAsterisk
from ivr.rig.call_centre import QUEUES, SAMPLED_QUEUE, staff
from ivr.rig.comparison import StoredCall
from ivr.rig.configuration import PbxPlan
from ivr.rig.demo import DemoAddresses
from ivr.rig.floor import Floor
from ivr.rig.plan import CallPlan
from ivr.rig.ports import free_port
from ivr.rig.programs import find_programs
from ivr.rig.record import CallRecord
from ivr.rig.service import SERVE, ServiceProcess
from ivr.settings import HOME, Settings, load_settings
from ivr.store.export_calls import handled_calls
from ivr.store.ledger import SqlLedger
from ivr.store.tallies import SqlTallies
from tests.pbx.wire import Wire

SETTLE_SECONDS = 15.0
DIALPLAN = HOME / "dialplans" / "ivr-rating.conf"


@dataclass(frozen=True, slots=True)
class Lab:
    """A running call centre of a test."""

    pbx: PrivateAsterisk
    service: ServiceProcess
    settings: Settings
    environment: Mapping[str, str]
    """The service's whole environment."""
    wire: Wire
    floor: Floor

    async def run(self, plans: Sequence[CallPlan], rate: float) -> list[CallRecord]:
        """Play the calls, and return once the ledger has closed what was answered."""
        before = len(await self.rows())
        records = await self.floor.run_calls(plans, rate)
        assert [record.fault for record in records if record.fault] == []
        expected = before + sum(bool(record.legs) for record in records)
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            if len(await self.rows()) >= expected and not await self.in_progress():
                break
            await asyncio.sleep(0.1)
        return records

    async def rows(self) -> Mapping[str, HandledCall]:
        """Return the ledger's rows by Uniqueid."""
        async with parts.opened_store(self.settings) as store:
            found = await store.database.read(lambda connection: list(handled_calls(connection)))
        return {row.call.uniqueid: row for row in found}

    async def stored(self) -> Mapping[str, StoredCall]:
        """Return the ledger's rows with the facts that they are made of, by Uniqueid."""
        rows = await self.rows()
        async with parts.opened_store(self.settings) as store:
            ledger = SqlLedger(store.database, store.writer)
            return {uniqueid: StoredCall(row, await ledger.facts_of(row.call)) for uniqueid, row in rows.items()}

    async def in_progress(self) -> int:
        async with parts.opened_store(self.settings) as store:
            return await SqlTallies(store.database).calls_in_progress()


def only(layout: str) -> str:
    """Return the text of an experiment that gives everybody ``layout`` and no silence before it."""
    return f"""\
key = "default"
salt = "lab"
unit = "call"
primary_metric = "top_box"
minimum_sample = 1
stop_rule = "none"

[strata."*"]
layouts = {{ "{layout}" = 1.0 }}
delays = {{ "0" = 1.0 }}
"""


@asynccontextmanager
async def lab(
    folder: Path,
    *,
    layouts: Mapping[str, str] | None = None,
    transcripts: Mapping[str, str] | None = None,
    experiment: str | None = None,
    delay_seconds: float = 0.0,
    variables: Mapping[str, str] | None = None,
    agents: int = 12,
    dialplan: Path = DIALPLAN,
    serve: Sequence[str] = SERVE,
    manager: Callable[[AmiAccess], Awaitable[AmiAccess]] | None = None,
    call_seconds: float = 90.0,
    secret: str | None = None,
    keeps_tapes: bool = False,
) -> AsyncIterator[Lab]:
    """Start everything in ``folder``; further ``layouts`` and ``transcripts`` and the ``experiment`` are TOML texts.

    ``manager`` may lead the service to Asterisk's manager by another way. ``secret`` is what the service asks for in
    the path of a request, and what Asterisk sends. ``keeps_tapes`` keeps every frame that the callers hear.
    """
    programs = await asyncio.to_thread(find_programs, lambda _line: None)
    agi_port = free_port(socket.SOCK_STREAM)
    settings = _settings(folder, layouts or {}, experiment)
    if transcripts:
        settings = await asyncio.to_thread(_speaking, folder, settings, transcripts)
    plan = PbxPlan(
        run_folder=folder / "asterisk",
        rating_dialplan=dialplan,
        agi_url=f"agi://127.0.0.1:{agi_port}" + (f"/{secret}" if secret else ""),
        prompts=settings.sounds_dir,
        agents=staff(agents),
        globals=variables or {},
    )
    wire = Wire(delay_seconds)
    async with PrivateAsterisk(programs.asterisk, plan) as pbx:
        ami = pbx.ami if manager is None else await manager(pbx.ami)
        # Asterisk takes seconds to start, in which others look for ports too.
        service_port, web_port = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
        environment = service_environment(settings, DemoAddresses(service_port, web_port, ami))
        environment |= {"IVR_AGI_SECRET": secret} if secret else {}
        service = ServiceProcess(environment, folder, web_port, serve)
        await service.start()
        await wire.start(agi_port, service_port)
        try:
            yield Lab(
                pbx,
                service,
                settings,
                environment,
                wire,
                Floor(pbx, programs.sipp, call_seconds=call_seconds, keeps_tapes=keeps_tapes),
            )
        finally:
            await wire.stop()
            await service.stop()


def _settings(folder: Path, layouts: Mapping[str, str], experiment: str | None) -> Settings:
    shipped = load_settings()
    shutil.copytree(shipped.layouts_dir, folder / "layouts")
    for key, text in layouts.items():
        (folder / "layouts" / f"{key}.toml").write_text(text)
    if experiment is None:
        shutil.copytree(shipped.experiments_dir, folder / "experiments")
    else:
        (folder / "experiments").mkdir()
        (folder / "experiments" / "default.toml").write_text(experiment)
    (folder / "comments").mkdir()
    return shipped.model_copy(
        update={
            "database_url": f"sqlite:///{folder / 'ivr.db'}",
            "pepper_file": folder / "pepper",
            "comments_dir": PurePosixPath(folder / "comments"),
            "layouts_dir": folder / "layouts",
            "experiments_dir": folder / "experiments",
            "queues": (*QUEUES, SAMPLED_QUEUE, DIRECT_QUEUE),
        }
    )


def _speaking(folder: Path, settings: Settings, transcripts: Mapping[str, str]) -> Settings:
    """Return ``settings`` with prompts of further languages, built beside the shipped ones."""
    shutil.copytree(settings.transcripts_dir, folder / "transcripts")
    shutil.copytree(settings.sounds_dir, folder / "sounds")
    for language, text in transcripts.items():
        (folder / "transcripts" / f"{language}.toml").write_text(text)
    settings = settings.model_copy(update={"transcripts_dir": folder / "transcripts", "sounds_dir": folder / "sounds"})
    build_all(settings, lambda _line: None)
    return settings


def ivr_command(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "ivr", *arguments)
