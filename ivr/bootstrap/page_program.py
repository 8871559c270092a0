"""The process that answers pages: ``python -m ivr.bootstrap.page_program``, started by the service alone.

It reads frames from its standard input and writes frames to its standard output; at the end of the input, however the
service has ended, it ends at once. Questions are answered in threads, so that the loop here can always say what it
holds already.
"""

import asyncio
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Thread
from typing import Any, BinaryIO

import structlog

from ivr.bootstrap.beside import beside
from ivr.bootstrap.fits import step_aside
from ivr.bootstrap.kept_answers import KeptAnswers
from ivr.bootstrap.page_frames import HEADER, Frame, Given, Kind, pickled, pickled_refusal
from ivr.bootstrap.page_sources import PageSources, Standing
from ivr.errors import DatabaseRefused, IvrError
from ivr.observe.logging import set_up_logging
from ivr.store.database import open_database
from ivr.usecases.page_reads import Question

THREADS = 3
LOOK_SECONDS = 0.5
"""So often the ledger is looked at for news of other programs; the service tells of its own."""
_NEWS_SECONDS = 1.0
_TROUBLE_SECONDS = 5.0
_SWITCH_SECONDS = 0.001
# How long the look for leaks rests after each day: so many times what that took, and so many seconds at least.
_REST_FIRST = 4.0, 0.05
_REST_AGAIN = 9.0, 0.5

log = structlog.get_logger(__name__)


class PageProgram:
    """Answers the frames that come, by what was given last."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._sources: PageSources | None = None
        self._opened = asyncio.Event()
        self._look = asyncio.Event()
        self._threads = ThreadPoolExecutor(THREADS, "answers")
        self._answers = KeptAnswers(self._compute, self._standing, self._tell)
        self._told_at = 0.0
        self._news_due = False
        self._news = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, frame: Frame) -> None:
        """Take one frame in."""
        if frame.kind is Kind.LOOK:
            self._look.set()
            return
        if frame.kind is Kind.PING:
            self._write(Frame(Kind.PONG, frame.number, b""))
            return
        try:
            value = frame.value
        except Exception:
            log.exception("question_unreadable")
            self._write(Frame(Kind.FAULT, frame.number, b""))
            return
        if isinstance(value, Given):
            self._take_given(value)
        elif isinstance(value, Question):
            task = asyncio.create_task(self._answer(frame.number, value))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def look_for_news(self) -> None:
        """Tell, until cancelled, whenever something has changed that answers rest on; once a second at most."""
        await self._opened.wait()
        known: object = None
        while True:
            try:
                seen = await self._seen()
                if known is not None and seen != known:
                    self._tell()
                known = seen
                pause = LOOK_SECONDS
            except IvrError as refused:
                log.warning("no_news", reason=str(refused))
                pause = _TROUBLE_SECONDS
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._look.wait()
            self._look.clear()

    async def _seen(self) -> object:
        sources = self._opened_sources()
        return await self._standing(), await sources.sources().tallies.calls_in_progress()

    async def look_for_leaks(self) -> None:
        """Compare the tallies with the calls, a day at a time, until cancelled; told where they differ."""
        await self._opened.wait()
        cells = self._opened_sources().cells
        loop = asyncio.get_running_loop()
        while True:
            begun_at = loop.time()
            missed = cells.checks.missed()
            try:
                await beside(cells.check_next)
            except IvrError as refused:
                log.warning("leaks_not_looked_for", reason=str(refused))
            if cells.checks.missed() != missed:
                log.error("disposition_leak", calls_missed=cells.checks.missed())
            took_seconds = loop.time() - begun_at
            # What was never looked at comes soon; all of it again and again, in a small part of the time.
            times, least_seconds = _REST_AGAIN if cells.checked_at is not None else _REST_FIRST
            await asyncio.sleep(max(least_seconds, times * took_seconds))

    def _take_given(self, given: Given) -> None:
        if self._sources is not None:
            self._sources.take(given)
            return
        set_up_logging(given.settings.log_level)
        try:
            database = open_database(given.settings.database_url, create=False, read_only=True)
        except DatabaseRefused as refused:
            log.error("pages_without_ledger", reason=str(refused))
            raise SystemExit(1) from refused  # it is started again in a moment
        self._sources = PageSources(given, database)
        self._opened.set()

    def _opened_sources(self) -> PageSources:
        if self._sources is None:
            raise DatabaseRefused("the ledger is not open yet")
        return self._sources

    async def _standing(self) -> Standing:
        return await self._opened_sources().standing()

    async def _answer(self, number: int, question: Question[Any]) -> None:
        try:
            frame = Frame(Kind.ANSWER, number, await self._answers.read(question))
        except IvrError as refused:
            frame = Frame(Kind.REFUSAL, number, pickled_refusal(refused))
        except Exception:
            log.exception("question_failed", question=type(question).__name__)
            frame = Frame(Kind.FAULT, number, b"")
        self._write(frame)

    async def _compute(self, question: Question[Any]) -> bytes:
        sources = self._opened_sources()
        current = sources.sources()
        loop = asyncio.get_running_loop()
        # A loop of its own in a thread: this one goes on, whatever the answer costs.
        return await loop.run_in_executor(self._threads, lambda: pickled(asyncio.run(question.answer(current))))

    def _tell(self) -> None:
        """Tell that there are new figures; again in a moment, where that was told just now."""
        loop = asyncio.get_running_loop()
        if self._news_due:
            return
        pause = self._told_at + _NEWS_SECONDS - loop.time()
        if pause <= 0:
            self._tell_now()
        else:
            self._news_due = True
            loop.call_later(pause, self._tell_now)

    def _tell_now(self) -> None:
        self._news_due = False
        self._told_at = asyncio.get_running_loop().time()
        self._news += 1
        self._write(Frame(Kind.NEWS, self._news, b""))

    def _write(self, frame: Frame) -> None:
        self._out.write(frame.written())
        self._out.flush()


def read_frame(stream: BinaryIO) -> Frame | None:
    """Return the next frame; None at the end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    number, kind, size = HEADER.unpack(header)
    payload = stream.read(size)
    return Frame(Kind(kind), number, payload) if len(payload) == size else None


async def answer_pages(source: BinaryIO, out: BinaryIO) -> None:
    """Answer what comes from ``source`` until its end, which ends this process."""
    program = PageProgram(out)
    loop = asyncio.get_running_loop()

    def read() -> None:
        while (frame := read_frame(source)) is not None:
            loop.call_soon_threadsafe(program.take, frame)
        # Whoever asked has ended, so nothing that is still being computed is wanted.
        os._exit(0)

    Thread(target=read, name="frames", daemon=True).start()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(program.look_for_news())
        tasks.create_task(program.look_for_leaks())


def main() -> None:
    """Run the process."""
    # The service ends it; a Ctrl+C in the terminal of both is meant for the service.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    step_aside()
    # The loop that holds kept answers gets its turn beside what computes others.
    sys.setswitchinterval(_SWITCH_SECONDS)
    # Whatever prints must not get between two frames.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        asyncio.run(answer_pages(sys.stdin.buffer, out))
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
