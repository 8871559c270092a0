"""The writer: one thread with one connection, which shares a commit among all writes that wait.

Theory: making a commit durable costs one wait for the disk, however much is in it (group commit; DeWitt et
al. 1984). The thread takes everything that waits, runs it in one transaction and commits; whatever arrives
meanwhile makes the next group, so groups grow with the load by themselves, and a lone write never waits for
company. SQLite allows one writer at a time anyhow; PostgreSQL gains the same sharing.
A write that fails would take its neighbours with it, so a failed group is undone and run again one by one.

After the disk, the dearest thing is the interpreter's lock, for which the thread queues behind the event loop
after every statement. So writes of one sort that wait beside each other are run jointly, the callers of a whole
group are told by one call into their loop, and what is done for each single write is kept to a few objects.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from threading import Condition, Lock, Thread
from types import TracebackType
from typing import Any, Self, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError

from ivr.errors import DatabaseRefused
from ivr.store.checkpoints import PAUSE_SECONDS, bound_log, bring_in_log
from ivr.store.database import Database
from ivr.store.faults import refusal
from ivr.store.writer_meter import NullWriterMeter, WriterMeter

_log = structlog.get_logger(__name__)
T = TypeVar("T")
R = TypeVar("R")
Work = Callable[[Connection], T]
"""Statements to run in the writer's transaction. It may run twice, so it must not keep what it did the first time."""
Joint = Callable[[Connection, Sequence[T]], Sequence[R]]
"""Work for the loads of many writes at once, in their order; returns a result for each. It may run twice as well."""

# Its joint, its load, who waits for the result, when it came, whether it touches calls. A bare tuple, as one is
# made for every press.
_Write = tuple[Joint[Any, Any], Any, asyncio.Future[Any], float, bool]
_Setting = Callable[[asyncio.Future[Any], Any], None]
_joint_of = itemgetter(0)


class Writer:
    """Runs writes durably, many to a commit; start with the constructor, end with :meth:`close`.

    ``capacity`` bounds the writes that wait, ``group_limit`` those of one commit.
    """

    def __init__(
        self,
        database: Database,
        *,
        meter: WriterMeter | None = None,
        capacity: int = 10_000,
        group_limit: int = 500,
    ) -> None:
        self._database = database
        self._meter = meter or NullWriterMeter()
        self._capacity = capacity
        self._group_limit = group_limit
        self._waiting: list[_Write] = []
        self._in_hand: list[_Write] = []
        self._lock = Lock()
        self._changed = Condition(self._lock)
        self._closed = False
        self._connection: Connection | None = None
        self._listeners: list[Callable[[], None]] = []
        self._log_is_behind = False
        self._thread = Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many writes wait for the next commit."""
        return len(self._waiting)

    @property
    def oldest_seconds(self) -> float:
        """How long the oldest write that is not durable yet has waited, one in the hands of the disk included."""
        oldest = self._in_hand[:1] or self._waiting[:1]
        return time.perf_counter() - oldest[0][3] if oldest else 0.0

    def on_calls_changed(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called, from the thread, after each commit that touched calls."""
        self._listeners.append(listener)

    async def write(self, work: Work[T], *, touches_calls: bool = False) -> T:
        """Run ``work`` and return its result once it is on disk.

        Raises what ``work`` raises, and DatabaseRefused where the database failed or too much waits already.
        """
        result: T = await self.join(_run_each, work, touches_calls=touches_calls)
        return result

    def join(self, joint: Joint[T, R], load: T, *, touches_calls: bool = False) -> asyncio.Future[R]:
        """Run ``joint`` for ``load`` and those of the writes beside it; the future is done once all are on disk.

        Raises, here or from the future, as :meth:`write` does.
        """
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._closed or len(self._waiting) >= self._capacity:
                raise self._refusal()
            self._waiting.append((joint, load, future, time.perf_counter(), touches_calls))
            if len(self._waiting) == 1:
                self._changed.notify()
        return future

    async def close(self) -> None:
        """Finish what waits, then end the thread; closing twice changes nothing."""
        with self._lock:
            self._closed = True
            self._changed.notify()
        await asyncio.to_thread(self._thread.join)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _refusal(self) -> DatabaseRefused:
        if self._closed:
            self._meter.refused("closed")
            return DatabaseRefused("the ledger is closed; start the service again")
        self._meter.refused("full")
        return DatabaseRefused(
            f"{self._capacity} writes wait for the database {self._database.place}; it is too slow or stuck, "
            "look at its disk"
        )

    def _run(self) -> None:
        try:
            while self._take_group():
                group = self._in_hand
                if not self._commit(group):
                    for write in group:
                        self._commit([write])
        except BaseException:  # noqa: BLE001 - only what is meant to end a program comes here
            _log.exception("ledger_writer_ended")
        finally:
            self._end()

    def _take_group(self) -> bool:
        """Wait for writes and take them in hand; False once the writer closes and all are done."""
        with self._lock:
            self._in_hand = []
            if self._log_is_behind and not self._waiting and not self._closed:
                self._changed.wait(PAUSE_SECONDS)
            is_pause = self._log_is_behind and not self._waiting
        if is_pause and self._connection is not None:
            self._log_is_behind = False
            bring_in_log(self._connection)
        with self._lock:
            while not self._waiting and not self._closed:
                self._changed.wait()
            self._in_hand = self._waiting[: self._group_limit]
            del self._waiting[: self._group_limit]
            return bool(self._in_hand)

    def _commit(self, group: Sequence[_Write]) -> bool:
        """Run and commit ``group``, and tell it what became of it; False where its writes are to be run one by one."""
        started = time.perf_counter()
        has_begun = False
        try:
            connection = self._open_connection()
            with connection.begin():
                has_begun = True
                results = _results(connection, group)
        except Exception as error:  # noqa: BLE001 - whatever one write raises goes to its own caller
            self._recover(error)
            if has_begun and len(group) > 1:
                return False  # one of them is bad, and the others are not
            # Without a database, or where another program keeps it locked, each would only wait for the same.
            told = self._told(error)
            _tell(group, [told] * len(group), asyncio.Future.set_exception)
            if isinstance(told, DatabaseRefused):
                self._note(lambda: self._count_failed(len(group)))
            return True
        committed = time.perf_counter()
        self._log_is_behind = True
        _tell(group, results, asyncio.Future.set_result)
        self._note(lambda: self._report(group, started, committed))
        return True

    def _count_failed(self, writes: int) -> None:
        for _ in range(writes):
            self._meter.refused("failed")

    def _report(self, group: Sequence[_Write], started: float, committed: float) -> None:
        self._meter.committed(len(group), committed - started)
        self._meter.waited([committed - came for _, _, _, came, _ in group])
        if any(touches_calls for _, _, _, _, touches_calls in group):
            for listener in self._listeners:
                listener()

    def _note(self, note: Callable[[], None]) -> None:
        """Tell the meter and the listeners; a fault of theirs must not end the ledger's only thread."""
        try:
            note()
        except Exception:  # noqa: BLE001 - a listener must not stop the writer
            _log.exception("commit_listener_failed")

    def _told(self, error: Exception) -> Exception:
        if isinstance(error, StatementError) and not isinstance(error, DBAPIError):
            # A value that no column takes: the driver never saw it, so the database is not to blame.
            return error.orig if isinstance(error.orig, Exception) else error
        return refusal(error, self._database.place) if isinstance(error, SQLAlchemyError) else error

    def _open_connection(self) -> Connection:
        if self._connection is None:
            self._connection = self._database.engine.connect().execution_options(writes=True)
            bound_log(self._connection)
        return self._connection

    def _recover(self, error: Exception) -> None:
        """After a database's fault a fresh connection is safer; after any other the old one is sound."""
        if isinstance(error, SQLAlchemyError):
            self._drop_connection()

    def _drop_connection(self) -> None:
        if self._connection is None:
            return
        try:
            self._connection.close()
        except SQLAlchemyError:
            self._connection.invalidate()
        self._connection = None

    def _end(self) -> None:
        """Leave nobody waiting, whatever ended the thread."""
        with self._lock:
            self._closed = True
            left = [*self._in_hand, *self._waiting]
            self._waiting.clear()
        ended = DatabaseRefused("the ledger's writer has ended; start the service again")
        _tell(left, [ended] * len(left), asyncio.Future.set_exception)
        self._drop_connection()


def _run_each(connection: Connection, works: Sequence[Work[T]]) -> list[T]:
    return [work(connection) for work in works]


def _results(connection: Connection, group: Iterable[_Write]) -> list[Any]:
    results: list[Any] = []
    for joint, beside in groupby(group, _joint_of):
        results += joint(connection, [load for _, load, _, _, _ in beside])
    return results


def _tell(group: Sequence[_Write], outcomes: Sequence[Any], setting: _Setting) -> None:
    """Set each write's future, with one call into each loop."""
    futures = [future for _, _, future, _, _ in group]
    for loop in {future.get_loop() for future in futures}:
        # A loop that has ended has nobody left to tell.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_set, loop, futures, outcomes, setting)


def _set(
    loop: asyncio.AbstractEventLoop,
    futures: Sequence[asyncio.Future[Any]],
    outcomes: Sequence[Any],
    setting: _Setting,
) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.get_loop() is loop and not future.done():
            setting(future, outcome)
