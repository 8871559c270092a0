"""A call centre that is in order, and a breakage: one thing that is broken, and what the doctor has to say of it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from pathlib import Path

from ivr.bootstrap.doctor import examine
from ivr.bootstrap.machine import Machine
from ivr.rig.asterisk import PrivateAsterisk
from ivr.rig.programs import Program
from ivr.rig.service import ServiceProcess
from ivr.settings import Settings
from ivr.telephony.probe.findings import Finding

SECRET = "a-shared-secret-of-the-test"


def ticking(step_seconds: float) -> Callable[[], float]:
    """Return a stopwatch of which every look is a step later, so that no disk is too slow for a test."""
    numbers = count()
    return lambda: next(numbers) * step_seconds


@dataclass
class Patient:
    """A call centre that is in order, and what the doctor is told about it."""

    pbx: PrivateAsterisk
    service: ServiceProcess
    program: Program
    folder: Path
    environment: dict[str, str]
    agi_port: int
    web_port: int
    machine: Machine = field(default_factory=lambda: Machine(seconds=ticking(0.001)))

    @property
    def etc(self) -> Path:
        return self.pbx.plan.run_folder / "etc"

    @property
    def agi_url(self) -> str:
        return f"agi://127.0.0.1:{self.agi_port}/{SECRET}"

    async def examined(self) -> list[Finding]:
        """Return what the doctor finds now."""
        values = {
            name.removeprefix("IVR_").lower(): value
            for name, value in self.environment.items()
            if name.startswith("IVR_")
        }
        return await asyncio.to_thread(examine, Settings(**values), self.machine)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Breakage:
    """One thing that is broken while ``during`` is entered, and the line that has to say so."""

    name: str
    check: StrEnum
    during: "Way"
    says: str
    remedy: str
    ok: bool | None = False
    also: frozenset[StrEnum] = frozenset()
    """Lines that cannot be ok either while this is broken."""
    unseen: frozenset[StrEnum] = frozenset()
    """Lines that are not there, because nothing could be looked at."""


Way = Callable[[Patient], AbstractAsyncContextManager[None]]
