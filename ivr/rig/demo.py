"""The demonstration: a private call centre whose callers really press keys, and the real service beside it.

The rig knows nothing of the ledger's inside: what it needs of it comes in as :class:`DemoPorts`.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ivr.domain.calls import HandledCall
from ivr.rig.asterisk import AmiAccess, PbxNotStarted, PrivateAsterisk
from ivr.rig.call_centre import Agent, staff
from ivr.rig.comparison import Comparison, compare
from ivr.rig.configuration import PbxPlan
from ivr.rig.floor import Floor, FloorProgress
from ivr.rig.plan import CallPlan, plan_calls
from ivr.rig.ports import free_port
from ivr.rig.programs import Programs
from ivr.rig.service import SERVE, ServiceProcess

SETTLE_SECONDS = 20.0
AGENTS = 12


@dataclass(frozen=True, slots=True)
class DemoPorts:
    """What the demonstration needs of the rest of the house.

    ``environment`` returns the service's whole environment for the given ports and manager account;
    ``keys_for`` the keys that mean something to a caller, by the layout that the caller is assigned.
    """

    prepare: Callable[[Sequence[Agent]], Awaitable[None]]
    environment: Callable[["DemoAddresses"], Mapping[str, str]]
    keys_for: Callable[[str], Sequence[str]]
    rows: Callable[[], Awaitable[Mapping[str, HandledCall]]]
    in_progress: Callable[[], Awaitable[int]]


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
        plans = plan_calls(calls, seed, keys_for=self._ports.keys_for, agents=endpoints)
        return tuple(replace(plan, number=plan.number + first - 1) for plan in plans)

    async def run(
        self, plans: Sequence[CallPlan], rate: float, on_progress: Callable[[FloorProgress], None] | None = None
    ) -> Comparison:
        """Play the calls, wait until the ledger has closed them, and compare."""
        before = await self._ports.rows()
        records = await self._floor.run_calls(plans, rate, on_progress)
        await self._settle(len([record for record in records if record.legs]) + len(before))
        after = await self._ports.rows()
        new = {uniqueid: row for uniqueid, row in after.items() if uniqueid not in before}
        return compare(records, new, {agent.endpoint: agent.person for agent in self.pbx.plan.agents})

    async def _settle(self, expected: int) -> None:
        """Wait until every handled call is closed; a call that never is will be seen by the comparison."""
        deadline = asyncio.get_running_loop().time() + SETTLE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if not await self._ports.in_progress() and len(await self._ports.rows()) >= expected:
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
    agi_port, web_port = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
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
