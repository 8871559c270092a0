"""What a service or an Asterisk must give back after a fault: descriptors, memory, sessions, channels."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from ivr.rig.record import CallRecord
from tests.pbx.lab import Lab

# SQLAlchemy keeps up to five connections of the ledger open, and SQLite three files for each.
POOL_FILES = 15
# Threads, caches and a peak's heap, once; a leak would grow on.
MEMORY_KIB = 48 * 1024
# Tasks come and go by themselves: a scrape, a ping.
PASSING_TASKS = 3
SETTLE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """The service process at one moment."""

    pid: int
    sockets: int
    files: int
    memory_kib: int
    sessions: int
    """AGI sessions under way, as /metrics tells."""
    tasks: int
    """Tasks of the event loop, likewise."""


async def vitals(centre: Lab) -> Vitals:
    """Look at the running service."""
    pid = centre.service.pid
    assert pid is not None, "the service is gone"
    _, text = await get(centre, "/metrics")
    return _vitals(pid, int(_gauge(text, "ivr_agi_sessions")), int(_gauge(text, "ivr_event_loop_tasks")))


async def get(centre: Lab, path: str) -> tuple[int, str]:
    """Return the status and the body of a page of the service; OSError where nobody answers."""
    host, _, port = centre.environment["IVR_WEB_BIND"].rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        async with asyncio.timeout(5.0):
            head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    finally:
        writer.close()
    return int(head.split()[1]) if head else 0, body


async def assert_unharmed(centre: Lab, before: Vitals) -> None:
    """Assert that the service has given back what it took since ``before``; what settles late is waited for."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while grown := _grown(before, await vitals(centre)):
        assert time.monotonic() < deadline, grown
        await asyncio.sleep(0.3)


def _grown(before: Vitals, now: Vitals) -> dict[str, tuple[int, int]]:
    allowed = replace(
        before,
        files=before.files + POOL_FILES,
        memory_kib=before.memory_kib + MEMORY_KIB,
        sessions=0,
        tasks=before.tasks + PASSING_TASKS,
    )
    return {
        field.name: (getattr(before, field.name), getattr(now, field.name))
        for field in fields(Vitals)
        if field.name != "pid" and getattr(now, field.name) > getattr(allowed, field.name)
    }


async def assert_no_channel(centre: Lab, *, but: Sequence[CallRecord] = ()) -> None:
    """Assert that Asterisk has no channel left, ``but`` the callers' of these, once SIP has said its good-byes."""
    spared = {record.plan.caller for record in but}
    deadline = time.monotonic() + SETTLE_SECONDS
    while left := [line for line in await _channels(centre) if not any(caller in line for caller in spared)]:
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.3)


async def _channels(centre: Lab) -> list[str]:
    told = await centre.pbx.command("core show channels verbose")
    return [line for line in told.splitlines() if line.startswith(("PJSIP/", "Local/"))]


def _vitals(pid: int, sessions: int, tasks: int) -> Vitals:
    links = [_target(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    memory = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert memory is not None
    return Vitals(
        pid=pid,
        sockets=sum(link.startswith("socket:") for link in links),
        files=sum(bool(link) and not link.startswith("socket:") for link in links),
        memory_kib=int(memory[1]),
        sessions=sessions,
        tasks=tasks,
    )


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed in between
        return ""


def _gauge(text: str, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    assert found is not None, f"/metrics has no {name}"
    return float(found[1])
