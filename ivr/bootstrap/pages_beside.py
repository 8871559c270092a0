"""Pages beside the service: the process that answers their questions, looked after, and asked.

Figures of a large centre take tenths of a second of pure arithmetic, which in the service would hold up every caller.
So the service starts this program once more, of low priority, and only awaits answers. Where that process ends it is
started again; until it is back, pages say so in one sentence, and callers notice nothing. It ends with the service,
however that ends: its input ends with it.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any, cast

import structlog

from ivr.bootstrap.beside import beside
from ivr.bootstrap.page_frames import HEADER, Frame, Given, Kind, pickled
from ivr.errors import FiguresBeingComputed, IvrError, PagesUnavailable
from ivr.usecases.page_reads import Question, T
from ivr.usecases.ports import Changes

LIMIT_SECONDS = 30.0
PATIENCE_SECONDS = 8.0
"""So long a reader waits for figures that are kept once they are there; then the page says that they are computed."""
"""After that a question is given up; what answers it goes on, and the next who asks may find it ready."""
PING_SECONDS = 5.0
MOST_PINGS = 6
"""A process that has left so many pings without an answer is ended, and another one started."""
MOST_WAITING = 256
STARTED_WITHIN_SECONDS = 20.0
"""So long a question waits for the process's first start."""
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_WELL_SECONDS = 60.0
_LOOK_SECONDS = 1.0
_CHANGES_SECONDS = 0.1
_LARGE_BYTES = 256 * 1024
_ENDS_WITHIN_SECONDS = 2.0
_PROGRAM = "-m", "ivr.bootstrap.page_program"
_AWAY = "The process that reads the figures has ended and is being started again; try again in a moment."
_BUSY = "Too many pages are being read at once; try again in a moment."
_COMPUTED = "The figures are still being computed; ask again in a moment."
_SLOW = f"The figures were not there within {LIMIT_SECONDS:g} s; the service's log may say why."

log = structlog.get_logger(__name__)


class PagesBeside:
    """Implements :class:`ivr.usecases.page_reads.PageReads`, and :class:`ivr.usecases.ports.Changes` with its news."""

    def __init__(
        self,
        given: Callable[[], Given],
        changes: Changes | None = None,
        *,
        program: tuple[str, ...] = (sys.executable, *_PROGRAM),
        limit_seconds: float = LIMIT_SECONDS,
        ping_seconds: float = PING_SECONDS,
    ) -> None:
        """Take the parts; ``given`` is asked again and again, and passed on where it is new, as ``changes`` are."""
        self._given = given
        self._changes = changes
        self._program = program
        self._limit_seconds = limit_seconds
        self._ping_seconds = ping_seconds
        self._unanswered, self._is_up = 0, False
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._passed_on: Given | None = None
        self._first_start = asyncio.Event()
        self._news = 0
        self._new: asyncio.Event = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many questions are not answered yet."""
        return len(self._waiting)

    @property
    def process_id(self) -> int | None:
        """The number of the process; None while there is none."""
        return None if self._process is None else self._process.pid

    async def read(self, question: Question[T]) -> T:
        """Return the answer; raises what answering raises, and PagesUnavailable where there is none in time."""
        if len(self._waiting) >= MOST_WAITING:
            raise PagesUnavailable(_BUSY)
        with suppress(TimeoutError):
            async with asyncio.timeout(STARTED_WITHIN_SECONDS):
                await self._first_start.wait()
        if self._process is None or self._process.stdin is None:
            raise PagesUnavailable(_AWAY)
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._pass_on()
            self._process.stdin.write(Frame(Kind.QUESTION, number, pickled(question)).written())
            async with asyncio.timeout(
                min(PATIENCE_SECONDS, self._limit_seconds) if question.rests_on_tallies else self._limit_seconds
            ):
                return cast("T", await answer)
        except TimeoutError:
            if question.rests_on_tallies:
                log.info("page_being_computed", question=type(question).__name__)
                raise FiguresBeingComputed(_COMPUTED) from None
            log.error("page_too_slow", question=type(question).__name__, seconds=self._limit_seconds)
            raise PagesUnavailable(_SLOW) from None
        finally:
            del self._waiting[number]

    async def watch(self) -> AsyncIterator[int]:
        """Yield a growing number whenever there are new figures, newest only; a slow reader skips."""
        seen = self._news
        while True:
            while self._news == seen:
                await self._new.wait()
            seen = self._news
            yield seen

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the process running while the block runs."""
        tasks = [
            asyncio.create_task(self._keep_running(), name="pages"),
            asyncio.create_task(self._keep_passing_on(), name="pages-given"),
            asyncio.create_task(self._tell_of_changes(), name="pages-changes"),
            asyncio.create_task(self._keep_pinging(), name="pages-pings"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task

    async def _keep_running(self) -> None:
        clock = asyncio.get_running_loop().time
        pause = _FIRST_PAUSE_SECONDS
        while True:
            begun_at = clock()
            try:
                code = await self._run()
                log.error("pages_ended", exit_code=code, again_in_seconds=pause)
            except OSError as refused:
                log.error("pages_not_started", reason=refused.strerror, again_in_seconds=pause)
            except Exception:
                log.exception("pages_interrupted", again_in_seconds=pause)
            self._first_start.set()  # from now on nobody waits for a start
            if clock() - begun_at > _WELL_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _run(self) -> int:
        """Start the process and take its frames in until it ends; return how it ended."""
        process = await asyncio.create_subprocess_exec(
            *self._program,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=_environment(),
        )
        try:
            self._process, self._passed_on = process, None
            self._unanswered, self._is_up = 0, False
            self._pass_on()
            self._first_start.set()
            while process.stdout is not None and (frame := await _read_frame(process.stdout)) is not None:
                await self._take(frame)
            return await process.wait()
        finally:
            self._process = None
            self._give_up()
            await _end(process)

    async def _keep_passing_on(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._pass_on()

    async def _keep_pinging(self) -> None:
        """End a process that has stopped to answer; pings are counted, as this loop may have stood still itself."""
        while True:
            await asyncio.sleep(self._ping_seconds)
            process = self._process
            if process is None or process.stdin is None:
                continue
            if self._unanswered >= MOST_PINGS:
                log.error("pages_silent", pings=self._unanswered)
                with suppress(ProcessLookupError):
                    process.kill()
            else:
                self._unanswered += self._is_up  # it may be slow to start
                process.stdin.write(Frame(Kind.PING, 0, b"").written())

    async def _tell_of_changes(self) -> None:
        if self._changes is None:
            return
        async for _ in self._changes.watch():
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.write(Frame(Kind.LOOK, 0, b"").written())
            await asyncio.sleep(_CHANGES_SECONDS)

    def _pass_on(self) -> None:
        """Tell the process what it is to answer by, where that has changed."""
        given = self._given()
        if self._process is not None and self._process.stdin is not None and given != self._passed_on:
            self._process.stdin.write(Frame(Kind.GIVEN, 0, pickled(given)).written())
            self._passed_on = given

    async def _take(self, frame: Frame) -> None:
        self._unanswered, self._is_up = 0, True
        if frame.kind is Kind.NEWS:
            self._news += 1
            new, self._new = self._new, asyncio.Event()
            new.set()
            return
        answer = self._waiting.get(frame.number)
        if answer is None or answer.done():  # given up
            return
        if frame.kind is Kind.FAULT:
            answer.set_exception(RuntimeError("a question has met a fault, which is in the log"))
            return
        # A large one is taken apart beside the loop, which goes on meanwhile.
        value = frame.value if len(frame.payload) < _LARGE_BYTES else await beside(lambda: frame.value)
        if answer.done():
            return
        if frame.kind is Kind.REFUSAL:
            answer.set_exception(cast("IvrError", value))
        else:
            answer.set_result(value)

    def _give_up(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(PagesUnavailable(_AWAY))


async def _read_frame(stream: asyncio.StreamReader) -> Frame | None:
    try:
        number, kind, size = HEADER.unpack(await stream.readexactly(HEADER.size))
        return Frame(Kind(kind), number, await stream.readexactly(size))
    except asyncio.IncompleteReadError:
        return None


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the process: it goes by itself once its input has ended."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_ENDS_WITHIN_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _environment() -> Mapping[str, str]:
    # One thread of arithmetic: the other processors are the calls'.
    return {"OPENBLAS_NUM_THREADS": "1", **os.environ}
