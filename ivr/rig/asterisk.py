"""A private Asterisk: its own folder, its own ports on loopback, started, stopped, restarted and killed.

It is ready when two things hold: its own command line says that it is fully booted, and the SIP port is
answered under the random name that this very configuration gave it. The second catches another program that
took the port in between; the start is then tried again with other ports.
"""

import asyncio
import csv
import secrets
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import IvrError
from ivr.rig.child import Child, last_lines
from ivr.rig.configuration import AMI_USER, SOCKET_PATH_LIMIT, PbxPlan, Ports, write_configuration
from ivr.rig.ports import LOOPBACK, free_port, rtp_range
from ivr.rig.programs import Program
from ivr.rig.sip_message import sip_ping

START_SECONDS = 60.0
STOP_SECONDS = 10.0
START_TRIES = 3


class PbxNotStarted(IvrError):
    """The private Asterisk did not come up; the sentence ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class AmiAccess:
    """Where and as whom Asterisk's manager is reached."""

    host: str
    port: int
    user: str
    secret: str


class PrivateAsterisk:
    """One private Asterisk. Use as an asynchronous context manager, or call start() and stop()."""

    def __init__(self, program: Program, plan: PbxPlan) -> None:
        self.plan = plan
        self._program = program
        self._token = f"rig-{secrets.token_hex(8)}"
        self._ami_secret = secrets.token_urlsafe(24)
        self._child: Child | None = None
        self._socket_folder: Path | None = None
        self.ports = _choose_ports()

    async def __aenter__(self) -> "PrivateAsterisk":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def ami(self) -> AmiAccess:
        """The manager user with the least rights that are enough."""
        return AmiAccess(LOOPBACK, self.ports.ami, AMI_USER, self._ami_secret)

    @property
    def log(self) -> Path:
        """Asterisk's full log."""
        return self.plan.run_folder / "var/log/full.log"

    @property
    def queue_log(self) -> Path:
        """Asterisk's queue_log."""
        return self.plan.run_folder / "var/log/queue_log"

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._child is not None and self._child.returncode is None

    @property
    def pid(self) -> int:
        """The process id of the Asterisk that runs, or ran last; 0 before the first start."""
        return 0 if self._child is None else self._child.pid

    async def start(self) -> None:
        """Start it and return when calls can come in; does nothing where it runs already.

        Raises:
            PbxNotStarted: it ended, or was not ready in time.
        """
        if self.running:
            return
        for attempt in range(1, START_TRIES + 1):
            try:
                await self._start_once()
            except PbxNotStarted:
                await self.stop()
                if attempt == START_TRIES:
                    raise
                self.ports = _choose_ports()
            except BaseException:
                await self.stop()
                raise
            else:
                return

    async def stop(self) -> None:
        """Stop it politely, and kill it where it does not end in time; safe to call twice."""
        if self._child is not None:
            await self._child.stop(STOP_SECONDS)
        self._remove_socket_folder()

    async def kill(self) -> None:
        """End it at once with SIGKILL, as a crash or a power cut would."""
        if self._child is not None:
            await self._child.kill()

    async def restart(self) -> None:
        """Stop and start it on the same ports with the same secret."""
        await self.stop()
        await self._start_once()

    async def command(self, line: str) -> str:
        """Run one line on Asterisk's own command line and return what it prints.

        Raises:
            PbxNotStarted: Asterisk does not answer.
        """
        code, text = await self._remote(line, timeout_seconds=15.0)
        if code != 0:
            raise PbxNotStarted(f"the private Asterisk does not answer {line!r} ({text.strip()}); start it first")
        return text

    def uniqueids(self) -> dict[str, str]:
        """Return Asterisk's Uniqueid of each caller's leg by its SIP Call-ID; grows as calls come in."""
        path = self.plan.run_folder / "calls.csv"
        if not path.is_file():
            return {}
        with path.open(newline="") as lines:
            return {row[1]: row[0] for row in csv.reader(lines) if len(row) == 2}

    async def _start_once(self) -> None:
        folder = self.plan.run_folder
        folder.mkdir(parents=True, exist_ok=True)
        conf = write_configuration(
            self.plan,
            self._program,
            self.ports,
            token=self._token,
            ami_secret=self._ami_secret,
            socket_folder=self._make_socket_folder(),
        )
        self._child = await Child.start(
            "asterisk",
            [*self._program.command, "-C", str(conf), "-f", "-n"],
            environment=self._program.full_environment(),
            folder=folder,
            output=folder / "asterisk.out",
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._wait_booted(self._child)
                await self._wait_answering(self._child)
        except TimeoutError:
            raise self._not_started(f"was not ready after {START_SECONDS:.0f} s") from None

    async def _wait_booted(self, child: Child) -> None:
        while True:
            if child.returncode is not None:
                raise self._not_started(f"ended with status {child.returncode}")
            code, text = await self._remote("core waitfullybooted", timeout_seconds=START_SECONDS)
            if code == 0 and "fully booted" in text:
                return
            await asyncio.sleep(0.1)

    async def _wait_answering(self, child: Child) -> None:
        deadline = asyncio.get_running_loop().time() + 5.0
        while await sip_ping(self.ports.sip, 0.5) != self._token:
            if child.returncode is not None:
                raise self._not_started(f"ended with status {child.returncode}")
            if asyncio.get_running_loop().time() > deadline:
                raise self._not_started(f"does not answer SIP on port {self.ports.sip}")

    async def _remote(self, line: str, timeout_seconds: float) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *self._program.command,
            "-C",
            str(self.plan.run_folder / "etc/asterisk.conf"),
            "-rx",
            line,
            env=self._program.full_environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(timeout_seconds):
                output, _ = await process.communicate()
        except BaseException as error:
            if process.returncode is None:
                process.kill()
                await process.wait()
            if isinstance(error, TimeoutError):
                return 1, "no answer in time"
            raise
        return process.returncode or 0, output.decode(errors="replace")

    def _make_socket_folder(self) -> Path:
        beside = self.plan.run_folder / "run"
        if len(str(beside / "asterisk.ctl")) < SOCKET_PATH_LIMIT:
            beside.mkdir(exist_ok=True)
            return beside
        if self._socket_folder is None:
            self._socket_folder = Path(tempfile.mkdtemp(prefix="ivr-"))
        return self._socket_folder

    def _remove_socket_folder(self) -> None:
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None

    def _not_started(self, what: str) -> PbxNotStarted:
        lines = last_lines(self.log, 4) or last_lines(self.plan.run_folder / "asterisk.out", 4)
        return PbxNotStarted(f"the private Asterisk {what}; its log in {self.log} ends: {lines}")


def _choose_ports() -> Ports:
    first, last = rtp_range()
    return Ports(
        sip=free_port(socket.SOCK_DGRAM),
        ami=free_port(socket.SOCK_STREAM),
        callers=free_port(socket.SOCK_DGRAM),
        agents=free_port(socket.SOCK_DGRAM),
        rtp_first=first,
        rtp_last=last,
    )
