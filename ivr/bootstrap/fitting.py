"""Fitting beside the service: a process of its own, of low priority, one at a time, now and then and on demand.

A fit takes seconds of a processor and some hundred megabytes. In the service it would hold up every caller, so it is
this program started once more (``ivr kpi fit``), which calls go before and the kernel ends first where memory is short.
One that fails or does not end in time is told, and changes nothing: the fit before stays, and calls go on.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from ivr.errors import IvrError
from ivr.usecases.find_fit import fit_command
from ivr.usecases.fits import ALL_MONTHS, Months

LIMIT_SECONDS = 900.0
"""After that a fit is ended."""
MOST_REQUESTS = 8
_MOST_SAID_BYTES = 2000

log = structlog.get_logger(__name__)


class FitMeter(Protocol):
    """What fits tell the metrics."""

    def fitted(self, seconds: float) -> None:
        """Note how long the process of a fit ran."""

    def fit_failed(self) -> None:
        """Count a fit that failed or took too long."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the kept fits found: when the newest of all months was made, and whether another one is due."""

    computed_at: datetime | None
    is_due: bool


@dataclass(frozen=True, slots=True)
class Program:
    """How this program is started once more: its first words, and its environment."""

    words: Sequence[str]
    environment: Mapping[str, str]

    def fit(self, months: Months) -> Sequence[str]:
        """Return the whole command that fits ``months``."""
        ends = (("--from", months.first), ("--to", months.last))
        given = [word for name, month in ends if month is not None for word in (name, month)]
        return [*self.words, "kpi", "fit", "--aside", *given]


class Fitting:
    """Has figures fitted. ``trouble`` says why the last try failed; None where it did not."""

    def __init__(
        self,
        program: Callable[[], Program],
        *,
        look: Callable[[], Awaitable[Look]],
        meter: FitMeter,
        clock: Callable[[], datetime],
        every_seconds: float,
        limit_seconds: float = LIMIT_SECONDS,
    ) -> None:
        """Take the parts; ``program`` is asked before each fit, ``every_seconds`` 0 fits on demand only."""
        self._program = program
        self._look = look
        self._meter = meter
        self._clock = clock
        self._every_seconds = every_seconds
        self._limit_seconds = limit_seconds
        self._requested: deque[Months] = deque()
        self._wanted = asyncio.Event()
        self._computed_at: datetime | None = None
        self._trouble: str | None = None

    def trouble(self) -> str | None:
        """Return why the last try failed; None where it did not."""
        return self._trouble

    def age_seconds(self) -> float:
        """Return the age of the newest fit of all months; without one, how long calls have waited for one."""
        return 0.0 if self._computed_at is None else max(0.0, (self._clock() - self._computed_at).total_seconds())

    def request(self, months: Months) -> bool:
        """Have ``months`` fitted next; False where too many wait already. One that waits is not entered twice."""
        if months not in self._requested:
            if len(self._requested) >= MOST_REQUESTS:
                return False
            self._requested.append(months)
        self._wanted.set()
        return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look after fits while the block runs; at its end a fit under way is killed, and nothing of it is kept."""
        task = asyncio.create_task(self._keep_fitting(), name="fits")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep_fitting(self) -> None:
        while True:
            await self._guarded(self._fit_what_is_due())
            due_at = time.monotonic() + self._every_seconds if self._every_seconds else None
            while await self._is_requested(before=due_at):
                while self._requested:
                    await self._guarded(self._fit(self._requested.popleft()))

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except IvrError as refused:
            log.warning("fits_not_looked_at", reason=str(refused))
        except Exception:
            log.exception("fits_interrupted")

    async def _is_requested(self, *, before: float | None) -> bool:
        """Wait for a request; return False where there is none ``before`` that moment (None: wait for ever)."""
        try:
            async with asyncio.timeout(None if before is None else max(0.0, before - time.monotonic())):
                await self._wanted.wait()
        except TimeoutError:
            return False
        self._wanted.clear()
        return True

    async def _fit_what_is_due(self) -> None:
        look = await self._look()
        self._note(look)
        if look.is_due and self._every_seconds:
            await self._fit(ALL_MONTHS)

    def _note(self, look: Look) -> None:
        if not look.is_due:
            self._trouble = None
        if look.computed_at is not None:
            self._computed_at = look.computed_at
        elif not look.is_due:
            self._computed_at = None
        elif self._computed_at is None:
            self._computed_at = self._clock()  # from now on calls wait for their first fit

    async def _fit(self, months: Months) -> None:
        begun = time.monotonic()
        try:
            fault = await self._run(self._program(), months)
        except OSError as refused:
            fault = f"it cannot be started ({refused.strerror})"
        seconds = time.monotonic() - begun
        self._meter.fitted(seconds)
        if fault is None:
            self._trouble = None
            self._note(await self._look())
            log.info("fitted", months=str(months), seconds=round(seconds, 1))
            return
        self._meter.fit_failed()
        at = f"{self._clock():%Y-%m-%d %H:%M} UTC"
        self._trouble = f"the last try to fit ({months}, {at}) failed; `{fit_command(months)}` and the log say why"
        log.error("fit_failed", months=str(months), reason=fault, seconds=round(seconds, 1))

    async def _run(self, program: Program, months: Months) -> str | None:
        """Run ``program`` for ``months``; return what went wrong, None where nothing did."""
        process = await asyncio.create_subprocess_exec(
            *program.fit(months),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=dict(program.environment),
        )
        try:
            async with asyncio.timeout(self._limit_seconds):
                said = await _last_words(process)
                code = await process.wait()
        except TimeoutError:
            return f"it was ended after {self._limit_seconds:g} s"
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return None if code == 0 else f"it ended with {code}: {said}"


async def _last_words(process: asyncio.subprocess.Process) -> str:
    """Return the end of what the process says on stderr, however much that is."""
    said = b""
    while process.stderr is not None and (more := await process.stderr.read(4096)):
        said = (said + more)[-_MOST_SAID_BYTES:]
    return said.decode(errors="replace").strip()
