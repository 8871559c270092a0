"""The real service as a process of its own, as an operator would run it, on ports of the rig."""

import asyncio
import contextlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ivr.errors import IvrError
from ivr.rig.child import Child
from ivr.rig.ports import LOOPBACK

READY_SECONDS = 30.0
STOP_SECONDS = 40.0
SERVE = (sys.executable, "-m", "ivr", "serve")


class ServiceNotReady(IvrError):
    """The service ended, or was not ready in time; the sentence ends with the last lines of its log."""


class ServiceProcess:
    """``ivr serve``, started with an environment that settles everything; its log is ``service.log``."""

    def __init__(
        self, environment: Mapping[str, str], folder: Path, web_port: int, command: Sequence[str] = SERVE
    ) -> None:
        self._environment = environment
        self._folder = folder
        self._web_port = web_port
        self._command = command
        self._child: Child | None = None

    @property
    def log(self) -> Path:
        """Where the service's log goes."""
        return self._folder / "service.log"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return None if self._child is None or self._child.returncode is not None else self._child.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for a signal; None while it runs and before the first start."""
        return None if self._child is None else self._child.returncode

    async def start(self) -> None:
        """Start it, and return when it says that it is ready.

        Raises:
            ServiceNotReady: it is not.
        """
        self._child = await Child.start(
            "service", self._command, environment=self._environment, folder=self._folder, output=self.log
        )
        deadline = asyncio.get_running_loop().time() + READY_SECONDS
        while (told := await self._readiness()) != "200":
            if self._child.returncode is not None:
                raise ServiceNotReady(f"the service ended: {self._child.last_lines(3)}")
            if asyncio.get_running_loop().time() > deadline:
                await self.stop()
                raise ServiceNotReady(f"the service was not ready in time ({told}): {self._child.last_lines(3)}")
            await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Ask it to end, and let the calls that are being asked end first."""
        if self._child is not None:
            await self._child.stop(STOP_SECONDS)

    async def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._child is not None:
            await self._child.kill()

    async def _readiness(self) -> str:
        """Return the status of ``/readyz``, or what kept it from being asked."""
        with contextlib.suppress(OSError, TimeoutError, IndexError):
            async with asyncio.timeout(3.0):
                reader, writer = await asyncio.open_connection(LOOPBACK, self._web_port)
                try:
                    writer.write(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
                    return (await reader.readline()).decode("ascii", "replace").split()[1]
                finally:
                    writer.close()
        return "no answer"
