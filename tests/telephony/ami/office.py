"""What stands behind a listener in the tests, and how one is run."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ivr.domain.calls import Fact
from ivr.telephony.ami.account import AmiAccount
from ivr.telephony.ami.listener import AmiListener
from tests.telephony.ami.fake_manager import FakeManager, wire
from tests.telephony.ami.told import PEOPLE

ACCOUNT = AmiAccount(
    "127.0.0.1", 0, "ivr", "right", answer_seconds=0.3, retry_first_seconds=0.01, retry_most_seconds=0.02
)


@dataclass
class Office:
    """What stands behind the listener: takes facts and snapshots, knows who sits where, measures."""

    facts: list[Fact] = field(default_factory=list)
    snapshots: list[frozenset[str]] = field(default_factory=list)
    up: list[bool] = field(default_factory=list)
    dropped: int = 0
    discarded: Counter[str] = field(default_factory=Counter)
    gaps: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    before: Callable[[], Awaitable[None]] | None = None
    directory_down: bool = False

    async def __call__(self, *facts: Fact) -> None:
        if self.before is not None:
            await self.before()
        self.facts += facts

    async def snapshot(self, live: frozenset[str]) -> None:
        self.snapshots.append(live)

    async def person_at(self, interface: str, at: datetime) -> str | None:
        if self.directory_down:
            raise ConnectionError("the database is away")
        return PEOPLE.get(interface)

    async def team_of(self, person: str, at: datetime) -> str | None:
        raise AssertionError("telephony knows no teams")

    def ami_connected(self, *, connected: bool) -> None:
        self.up.append(connected)

    def ami_dropped(self, events: int) -> None:
        self.dropped += events

    def ami_discarded(self, reason: str, frames: int) -> None:
        self.discarded[reason] += frames

    def ami_gap(self, seconds: float) -> None:
        self.gaps.append(seconds)

    def ami_lagged(self, seconds: float) -> None:
        self.lags.append(seconds)


def listener_for(manager: FakeManager, office: Office, **changes: object) -> AmiListener:
    return AmiListener(
        replace(ACCOUNT, port=manager.port, **changes),  # type: ignore[arg-type]
        pbx="main",
        sink=office,
        on_snapshot=office.snapshot,
        directory=office,
        pseudonym=lambda number: f"h1:{number[-4:]}",
        clock=lambda: datetime.now(UTC),
        meter=office,
    )


@asynccontextmanager
async def running(listener: AmiListener) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(listener.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(seen: Callable[[], object]) -> None:
    """Wait for what must come; a test that waits for ever is a failed one."""
    async with asyncio.timeout(20):
        while not seen():
            await asyncio.sleep(0.005)


def call(number: int) -> bytes:
    """Return a short call: joined, connected, completed, gone."""
    caller = f"Channel: PJSIP/trunk-{number:08x}\nUniqueid: 9.{number}\nLinkedid: 9.{number}\nCallerIDNum: 15551234567"
    agent = f"DestChannel: PJSIP/agent1-{number:08x}\nDestUniqueid: 8.{number}\nInterface: PJSIP/agent1"
    return wire(
        f"Event: QueueCallerJoin\n{caller}\nQueue: support",
        f"Event: AgentConnect\n{caller}\n{agent}\nQueue: support\nHoldTime: 1",
        f"Event: AgentComplete\n{caller}\n{agent}\nQueue: support\nHoldTime: 1\nTalkTime: 60\nReason: agent",
        f"Event: Hangup\n{caller}\nCause: 16",
    )
