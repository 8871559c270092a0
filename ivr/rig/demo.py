"""The demonstration: a private call centre whose callers really press keys, and the real service beside it.

The rig knows nothing of the ledger's inside: what it needs of it comes in as :class:`DemoPorts`.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ivr.rig.asterisk import AmiAccess, PbxNotStarted, PrivateAsterisk
from ivr.rig.call_centre import Agent, staff
from ivr.rig.comparison import Comparison, StoredCall, compare
from ivr.rig.configuration import PbxPlan
from ivr.rig.floor import Floor, FloorProgress
from ivr.rig.mix import Asked, plan_calls
from ivr.rig.plan import Act, CallPlan
from ivr.rig.population import Conduct, Contact, plan_population
from ivr.rig.ports import free_port
from ivr.rig.programs import Programs
from ivr.rig.record import CallRecord
from ivr.rig.service import SERVE, ServiceProcess

SETTLE_SECONDS = 20.0
AGENTS = 12
# The callers of the crash have heard something by then, and are asked for a good while longer.
_ASKED_BEFORE_CRASH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class DemoPorts:
    """What the demonstration needs of the rest of the house.

    ``environment`` returns the service's whole environment for the given ports and manager account;
    ``asked_for`` what a caller can key, by the layout that the caller is assigned; ``uniqueids`` the closed calls,
    ``stored`` what is stored of them.
    ``conduct_of``, where there is one, says what each caller does, in the place of the usual mix.
    """

    prepare: Callable[[Sequence[Agent]], Awaitable[None]]
    environment: Callable[["DemoAddresses"], Mapping[str, str]]
    asked_for: Callable[[str], Asked]
    uniqueids: Callable[[], Awaitable[frozenset[str]]]
    stored: Callable[[], Awaitable[Mapping[str, StoredCall]]]
    in_progress: Callable[[], Awaitable[int]]
    conduct_of: Callable[[Contact], Conduct] | None = None


@dataclass(frozen=True, slots=True)
class DemoAddresses:
    """Where the parts of one demonstration find each other."""

    agi_port: int
    web_port: int
    ami: AmiAccess


@dataclass(frozen=True, slots=True)
class DemoPlaces:
    """The folders and files that one demonstration uses."""

    run_folder: Path
    rating_dialplan: Path
    prompts: Path


_Report = Callable[[FloorProgress], None]


def _adding(report: _Report | None, ended: int, total: int) -> _Report:
    """Return what tells of one act as a part of the whole run."""

    def tell(progress: FloorProgress) -> None:
        if report is not None:
            report(replace(progress, total=total, ended=progress.ended + ended, connected=progress.connected + ended))

    return tell


class Demo:
    """A running private call centre."""

    def __init__(self, floor: Floor, pbx: PrivateAsterisk, service: ServiceProcess, ports: DemoPorts) -> None:
        self.pbx = pbx
        self.service = service
        self._floor = floor
        self._ports = ports

    def plan(self, calls: int, seed: int, *, first: int = 1) -> tuple[CallPlan, ...]:
        """Return so many believable calls, numbered from ``first``; the same seed gives the same ones."""
        endpoints = [agent.endpoint for agent in self.pbx.plan.agents]
        if self._ports.conduct_of is not None:
            return plan_population(calls, seed, endpoints, self._ports.conduct_of, first=first)
        return plan_calls(calls, seed, asked_for=self._ports.asked_for, agents=endpoints, first=first)

    async def run(
        self, plans: Sequence[CallPlan], rate: float, on_progress: Callable[[FloorProgress], None] | None = None
    ) -> Comparison:
        """Play the calls act by act, wait until the ledger has closed them, and compare."""
        before = await self._ports.uniqueids()
        records: list[CallRecord] = []
        for act in Act:
            played = [plan for plan in plans if plan.act is act]
            if played:
                report = _adding(on_progress, len(records), len(plans))
                playing = self._crash(played, rate, report) if act is Act.CRASH else self._play(played, rate, report)
                records += await playing
                await self._settle(len([record for record in records if record.legs]) + len(before))
        after = await self._ports.stored()
        new = {uniqueid: call for uniqueid, call in after.items() if uniqueid not in before}
        return compare(records, new, {agent.endpoint: agent.person for agent in self.pbx.plan.agents})

    async def _play(self, plans: Sequence[CallPlan], rate: float, report: _Report) -> list[CallRecord]:
        return await self._floor.run_calls(plans, rate, report)

    async def _crash(self, plans: Sequence[CallPlan], rate: float, report: _Report) -> list[CallRecord]:
        """Kill the service while all these callers are being asked, and start it again when they are gone.

        Nobody can say afterwards how their question ended: that is what becomes ``unknown``.
        """
        asked = asyncio.Event()

        def watch(progress: FloorProgress) -> None:
            report(progress)
            if progress.rating + progress.ended == progress.total:
                asked.set()

        async def kill() -> None:
            await asked.wait()
            await asyncio.sleep(_ASKED_BEFORE_CRASH_SECONDS)
            await self.service.kill()

        killing = asyncio.create_task(kill(), name="kill the service")
        try:
            return await self._floor.run_calls(plans, rate, watch)
        finally:
            killing.cancel()
            await asyncio.gather(killing, return_exceptions=True)
            if self.service.pid is None:
                await self.service.start()

    async def _settle(self, expected: int) -> None:
        """Wait until every handled call is closed; a call that never is will be seen by the comparison."""
        deadline = asyncio.get_running_loop().time() + SETTLE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if not await self._ports.in_progress() and len(await self._ports.uniqueids()) >= expected:
                return
            await asyncio.sleep(0.2)


@asynccontextmanager
async def demo(
    programs: Programs,
    places: DemoPlaces,
    ports: DemoPorts,
    *,
    serve: Sequence[str] = SERVE,
    say: Callable[[str], None] = lambda _text: None,
) -> AsyncIterator[Demo]:
    """Start Asterisk and the service, hand over the running call centre, and stop both."""
    agents = staff(AGENTS)
    await ports.prepare(agents)
    agi_port = free_port(socket.SOCK_STREAM)
    pbx = PrivateAsterisk(
        programs.asterisk,
        PbxPlan(
            run_folder=places.run_folder / "asterisk",
            rating_dialplan=places.rating_dialplan,
            agi_url=f"agi://127.0.0.1:{agi_port}",
            prompts=places.prompts,
            agents=agents,
        ),
    )
    say("starting a private Asterisk")
    async with pbx:
        # Asterisk takes seconds to start, in which others look for ports too.
        web_port = free_port(socket.SOCK_STREAM)
        addresses = DemoAddresses(agi_port, web_port, pbx.ami)
        service = ServiceProcess(ports.environment(addresses), places.run_folder, web_port, serve)
        say("starting the service")
        await service.start()
        try:
            yield Demo(Floor(pbx, programs.sipp), pbx, service, ports)
        finally:
            # Callers who were cut off have said no goodbye; without it the service would wait for them to end.
            with suppress(PbxNotStarted):
                await pbx.command("channel request hangup all")
            await service.stop()
