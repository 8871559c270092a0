"""The writer: one thread with one connection, which shares a commit among all writes that wait.

Theory: making a commit durable costs one wait for the disk, however much is in it (group commit; DeWitt et
al. 1984). The thread takes everything that waits, runs it in one transaction and commits; whatever arrives
meanwhile makes the next group, so groups grow with the load by themselves, and a lone write never waits for
company. SQLite allows one writer at a time anyhow; PostgreSQL gains the same sharing.
A write that fails would take its neighbours with it, so a failed group is undone and run again one by one.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError

from ivr.errors import DatabaseRefused
from ivr.store.database import Database
from ivr.store.faults import refusal

_log = structlog.get_logger(__name__)
T = TypeVar("T")
Work = Callable[[Connection], T]
"""Statements to run in the writer's transaction. It may run twice, so it must not keep what it did the first time."""
CommitMeter = Callable[[int, float], None]
"""Told the number of writes of a group and the seconds from its first statement to its commit; from the thread."""


@dataclass(frozen=True, slots=True)
class _Write(Generic[T]):
    work: Work[T]
    touches_calls: bool
    future: asyncio.Future[T]
    loop: asyncio.AbstractEventLoop

    def resolve(self, result: T) -> None:
        self._tell(lambda: None if self.future.done() else self.future.set_result(result))

    def reject(self, error: Exception) -> None:
        self._tell(lambda: None if self.future.done() else self.future.set_exception(error))

    def _tell(self, callback: Callable[[], None]) -> None:
        # A loop that has ended has nobody left to tell.
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(callback)


class Writer:
    """Runs writes durably, many to a commit; start with the constructor, end with :meth:`close`.

    ``capacity`` bounds the writes that wait, ``group_limit`` those of one commit.
    """

    def __init__(
        self,
        database: Database,
        *,
        on_commit: CommitMeter | None = None,
        capacity: int = 10_000,
        group_limit: int = 500,
    ) -> None:
        self._database = database
        self._on_commit = on_commit
        self._capacity = capacity
        self._group_limit = group_limit
        self._waiting: deque[_Write[Any]] = deque()
        self._changed = Condition()
        self._closing = False
        self._connection: Connection | None = None
        self._listeners: list[Callable[[], None]] = []
        self._thread = Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many writes wait for the next commit."""
        return len(self._waiting)

    def on_calls_changed(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called, from the thread, after each commit that touched calls."""
        self._listeners.append(listener)

    async def write(self, work: Work[T], *, touches_calls: bool = False) -> T:
        """Run ``work`` and return its result once it is on disk.

        Raises what ``work`` raises, and DatabaseRefused where the database failed or too much waits already.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        write = _Write(work, touches_calls, future, loop)
        with self._changed:
            if self._closing:
                raise DatabaseRefused("the ledger is closed; start the service again")
            if len(self._waiting) >= self._capacity:
                raise DatabaseRefused(
                    f"{self._capacity} writes wait for the database {self._database.place}; it is too slow or stuck, "
                    "look at its disk"
                )
            self._waiting.append(write)
            self._changed.notify()
        return await future

    async def close(self) -> None:
        """Finish what waits, then end the thread; closing twice changes nothing."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        await asyncio.to_thread(self._thread.join)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _run(self) -> None:
        try:
            while group := self._next_group():
                alone = len(group) == 1
                if not self._commit(group, alone=alone) and not alone:
                    for write in group:
                        self._commit([write], alone=True)
        finally:
            self._drop_connection()

    def _next_group(self) -> list[_Write[Any]]:
        """Wait for writes and take them; nothing once the writer closes and all are done."""
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), self._group_limit))]

    def _commit(self, group: list[_Write[Any]], *, alone: bool) -> bool:
        """Run and commit ``group``; a failure is told to the one write of a group, a larger group gets False."""
        started = time.perf_counter()
        try:
            connection = self._open_connection()
            with connection.begin():
                results = [write.work(connection) for write in group]
        except Exception as error:  # noqa: BLE001 - whatever one write raises goes to its own caller
            self._recover(error)
            if alone:
                group[0].reject(self._told(error))
            return False
        seconds = time.perf_counter() - started
        for write, result in zip(group, results, strict=True):
            write.resolve(result)
        self._report(group, seconds)
        return True

    def _report(self, group: list[_Write[Any]], seconds: float) -> None:
        """Tell the meter and the listeners; a fault of theirs must not end the ledger's only thread."""
        try:
            if self._on_commit is not None:
                self._on_commit(len(group), seconds)
            if any(write.touches_calls for write in group):
                for listener in self._listeners:
                    listener()
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
