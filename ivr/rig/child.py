"""A child process of the rig: started apart from the terminal, always stopped, its output kept in a file."""

import asyncio
import contextlib
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path


class Child:
    """One running program. It is killed by the kernel too if this process dies without stopping it."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, output: Path) -> None:
        self.name = name
        self.output = output
        self._process = process

    @classmethod
    async def start(
        cls, name: str, command: Sequence[str], *, environment: Mapping[str, str], folder: Path, output: Path
    ) -> "Child":
        """Start ``command`` in ``folder`` with no terminal; stdout and stderr go to the file ``output``."""
        # setpriv replaces itself by the command, so the process id is the command's own.
        guard = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
        with output.open("ab") as sink:
            process = await asyncio.create_subprocess_exec(
                *guard,
                *command,
                cwd=folder,
                env=dict(environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(name, process, output)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.returncode

    async def wait(self, timeout_seconds: float) -> int | None:
        """Wait for the end at most so long; return the exit status, None where it still runs."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                return await self._process.wait()
        return None

    async def stop(self, grace_seconds: float = 10.0) -> None:
        """Ask it to end, and kill it where it has not ended in time; safe to call twice."""
        if self.returncode is None:
            self._signal(signal.SIGTERM)
            if await self.wait(grace_seconds) is None:
                await self.kill()

    async def kill(self) -> None:
        """End it at once with SIGKILL, as a crash would."""
        if self.returncode is None:
            self._signal(signal.SIGKILL)
            await self.wait(10.0)

    def last_lines(self, count: int = 5) -> str:
        """Return the last lines of its output, joined into one."""
        return last_lines(self.output, count)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)


def last_lines(path: Path, count: int) -> str:
    """Return the last lines of a text file that are not empty, joined by `` | ``; empty where there is no file."""
    if not path.is_file():
        return ""
    lines = (line.strip() for line in path.read_text(errors="replace").replace("\0", "").splitlines())
    return " | ".join([line for line in lines if line][-count:])
