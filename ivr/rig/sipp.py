"""SIPp as callers and as agents: two processes that do the signalling, watched through their logs.

Each scenario writes one line at each step (what happened, the Call-ID, and what belongs to it); the rig follows
that log while SIPp runs, and gives its orders as SIP requests that SIPp finds by their Call-ID.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from ivr.errors import IvrError
from ivr.rig.child import Child, last_lines
from ivr.rig.ports import LOOPBACK
from ivr.rig.programs import Program
from ivr.rig.sip_message import order

POLL_SECONDS = 0.01
START_SECONDS = 10.0


class SippFailed(IvrError):
    """SIPp could not do its part; the sentence ends with what it said."""


@dataclass(frozen=True, slots=True)
class SipStep:
    """One line of a scenario's log: what happened to which call."""

    what: str
    call_id: str
    detail: str
    seen: float
    """When the rig read it, monotonic seconds; at most about 10 ms after it happened."""


class SippProcess:
    """One SIPp with one scenario. ``on_step`` is called in the event loop for each line of its log."""

    def __init__(
        self, role: str, program: Program, *, folder: Path, port: int, pbx_port: int, on_step: Callable[[SipStep], None]
    ) -> None:
        self.role = role
        self._program = program
        self._folder = folder
        self._port = port
        self._pbx_port = pbx_port
        self._on_step = on_step
        self._child: Child | None = None
        self._follower: asyncio.Task[None] | None = None
        self._orders: socket.socket | None = None
        self._read_bytes = 0

    async def start(self, rows: Sequence[Sequence[str]], *arguments: str) -> None:
        """Start it with these lines of its data file, and return when it listens.

        Raises:
            SippFailed: it ended at once, or does not listen in time.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        data = self._folder / f"{self.role}.csv"
        data.write_text("SEQUENTIAL\n" + "".join(";".join(row) + "\n" for row in rows), "utf-8")
        scenario = self._folder / f"{self.role}.xml"
        scenario.write_bytes(resources.files("ivr.rig").joinpath("scenarios", f"{self.role}.xml").read_bytes())
        command = [
            *self._program.command,
            *("-sf", str(scenario), "-inf", str(data)),
            *("-i", LOOPBACK, "-p", str(self._port)),
            "-nostdin",
            # Answers what no scenario waits for: the NOTIFYs of a transfer, and an order that came too late.
            "-aa",
            *("-trace_err", "-error_file", str(self._errors)),
            *("-trace_logs", "-log_file", str(self._log)),
            *arguments,
            f"{LOOPBACK}:{self._pbx_port}",
        ]
        self._orders = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._orders.bind((LOOPBACK, 0))
        self._child = await Child.start(
            f"SIPp ({self.role})",
            command,
            # Its screen is drawn with terminal codes; a dumb terminal gets none.
            environment={**self._program.full_environment(), "TERM": "dumb"},
            folder=self._folder,
            output=self._folder / f"{self.role}.out",
        )
        self._follower = asyncio.create_task(self._follow(), name=f"follow SIPp {self.role}")
        deadline = time.monotonic() + START_SECONDS
        while not _bound(self._port):
            if self._child.returncode not in {None, 0}:
                raise self.failure()
            if self._child.returncode == 0:
                return
            if time.monotonic() > deadline:
                raise SippFailed(f"SIPp ({self.role}) does not listen on port {self._port}; start again")
            await asyncio.sleep(POLL_SECONDS)

    def hang_up(self, call_id: str) -> None:
        """Order the end of a call; an order about a call that is over does nothing."""
        self._order("INFO", call_id)

    def transfer(self, call_id: str, extension: str) -> None:
        """Order an agent to transfer the caller blindly to ``extension``."""
        self._order("MESSAGE", call_id, f"Subject: {extension}")

    @property
    def returncode(self) -> int | None:
        """SIPp's exit status: 0 every call went well, 1 some did not; None while it runs."""
        return None if self._child is None else self._child.returncode

    async def wait(self, timeout_seconds: float) -> int | None:
        """Wait for its end at most so long; None where it still runs."""
        return None if self._child is None else await self._child.wait(timeout_seconds)

    async def stop(self) -> None:
        """End it and read the rest of its log; safe to call twice."""
        if self._child is not None:
            await self._child.stop(3.0)
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower
            self._follower = None
            self._read_log()
        if self._orders is not None:
            self._orders.close()
            self._orders = None

    def failure(self) -> SippFailed:
        """Return the error that says how it ended and what it complained of."""
        said = last_lines(self._errors, 2) or last_lines(self._folder / f"{self.role}.out", 3)
        return SippFailed(f"SIPp ({self.role}) ended with status {self.returncode}; it said: {said[-600:]}")

    @property
    def _log(self) -> Path:
        return self._folder / f"{self.role}.log"

    @property
    def _errors(self) -> Path:
        return self._folder / f"{self.role}.err"

    def _order(self, method: str, call_id: str, *headers: str) -> None:
        if self._orders is not None:
            source = self._orders.getsockname()[1]
            self._orders.sendto(order(method, call_id, self._port, source, *headers), (LOOPBACK, self._port))

    async def _follow(self) -> None:
        while True:
            self._read_log()
            await asyncio.sleep(POLL_SECONDS)

    def _read_log(self) -> None:
        if not self._log.is_file() or self._log.stat().st_size == self._read_bytes:
            return
        with self._log.open("rb") as log:
            log.seek(self._read_bytes)
            text = log.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read_bytes += len(whole)
        now = time.monotonic()
        for line in whole.decode(errors="replace").splitlines():
            what, call_id, detail = (*line.split(" ", 2), "", "")[:3]
            self._on_step(SipStep(what, call_id, detail, now))


def _bound(port: int) -> bool:
    # Looking is safer than trying to bind: the trial could take the port from SIPp at the very moment.
    table = Path("/proc/net/udp").read_text().splitlines()[1:]
    return any(line.split()[1].endswith(f":{port:04X}") for line in table)
