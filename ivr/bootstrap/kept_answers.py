"""Kept answers: each is computed once for all who ask, and again when what it rests on has changed.

Where that takes longer than a reader should wait, the last answer is given, with its time in it, and readers hear when
the new one is there. What is costly is also computed only in a part of the time, however often something changes. So a
page costs what looking it up costs, however large the ledger and however busy the day.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from ivr.usecases.page_reads import Question

FRESH_SECONDS = 2.0
"""So long an answer is good while nothing has changed: calls in progress, which are no figures, may stand in it."""
FRESH_TIMES = 40.0
"""So many times as long as it took, where that is longer."""
COSTLY_SECONDS = 0.1
"""What takes longer is costly."""
OLDEST_SECONDS = 900.0
"""An answer that is older is not shown while a new one is computed."""
REST = 3.0
"""A costly answer is not computed again before so many times the time that it took has passed."""
LONG_SECONDS = 3.0
"""What takes longer is not waited for by other costly answers."""
MOST_KEPT = 400
MOST_BYTES = 64 * 1024 * 1024

Asked = Question[Any]


class Standing(Protocol):
    """Whatever all answers rest on; another one as soon as anything of it has changed."""

    def is_other_by_calls_alone(self, other: object) -> bool:
        """Say whether nothing but calls lies between the two: then an answer may be shown late."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer; the times are those of the event loop, in seconds."""

    payload: bytes
    standing: Standing
    begun_at: float
    ended_at: float

    @property
    def took_seconds(self) -> float:
        return self.ended_at - self.begun_at


class KeptAnswers:
    """Answers as payloads. ``tell`` is called when a new answer takes the place of one that was shown late."""

    def __init__(
        self,
        compute: Callable[[Asked], Awaitable[bytes]],
        standing: Callable[[], Awaitable[Standing]],
        tell: Callable[[], None],
        *,
        costly_seconds: float = COSTLY_SECONDS,
        fresh_seconds: float = FRESH_SECONDS,
    ) -> None:
        self._compute = compute
        self._standing = standing
        self._tell = tell
        self._costly_seconds = costly_seconds
        self._fresh_seconds = fresh_seconds
        self._kept: OrderedDict[Asked, _Kept] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[Asked, asyncio.Task[_Kept]] = {}
        self._shown_late: dict[Asked, _Kept] = {}
        self._costly = asyncio.Lock()
        self._pause_until = 0.0

    async def read(self, question: Asked) -> bytes:
        """Return the answer to ``question``; raises what computing it raises."""
        clock = asyncio.get_running_loop().time
        asked_at = clock()
        if not question.rests_on_tallies:
            await self._standing()  # what it reads is brought up to date by that
            return await self._compute(question)
        kept = self._kept.get(question)
        if kept is None or asked_at - kept.ended_at > OLDEST_SECONDS:
            return (await self._computed(question, kept)).payload
        looking = asyncio.ensure_future(self._standing())
        looking.add_done_callback(_heed)
        await asyncio.wait({looking}, timeout=question.patience_seconds)
        if looking.done() and self._is_good(kept, looking.result(), clock()):
            self._kept.move_to_end(question)
            return kept.payload
        if looking.done() and not looking.result().is_other_by_calls_alone(kept.standing):
            return (await self._computed(question, kept, asked_at)).payload
        computing = asyncio.ensure_future(self._computed(question, kept, asked_at))
        if kept.took_seconds <= question.patience_seconds:
            patience = asked_at + question.patience_seconds - clock()
            await asyncio.wait({computing}, timeout=max(0.0, patience))
            if computing.done():
                return computing.result().payload
        computing.add_done_callback(_heed)
        self._shown_late[question] = kept
        return kept.payload

    async def _computed(self, question: Asked, before: _Kept | None, asked_at: float | None = None) -> _Kept:
        """Return an answer that was begun after ``asked_at``, whoever asked for it; None: the one that is under way."""
        while True:
            task = self._under_way.get(question) or self._begin(question, before)
            # One reader that goes away must not take the answer from the others.
            found = await asyncio.shield(task)
            if asked_at is None or found.begun_at >= asked_at or found is before:
                return found

    def _is_good(self, kept: _Kept, standing: Standing, now: float) -> bool:
        good_seconds = max(self._fresh_seconds, FRESH_TIMES * kept.took_seconds)
        return kept.standing == standing and now - kept.ended_at < good_seconds

    def _rest(self, kept: _Kept | None) -> float:
        """Return how long after its end an answer is not computed anew."""
        return REST * kept.took_seconds if kept is not None and kept.took_seconds > self._costly_seconds else 0.0

    def _begin(self, question: Asked, before: _Kept | None) -> "asyncio.Task[_Kept]":
        task = asyncio.create_task(self._keep(question, before), name="answer")
        self._under_way[question] = task
        task.add_done_callback(lambda done: self._end(question, done))
        return task

    async def _keep(self, question: Asked, before: _Kept | None) -> _Kept:
        """Return the answer as of now: that of ``before`` where it is good still."""
        clock = asyncio.get_running_loop().time
        begun_at = clock()
        standing = await self._standing()
        if before is not None and self._is_good(before, standing, clock()):
            return before
        if before is None or not standing.is_other_by_calls_alone(before.standing) or not self._rest(before):
            return self._put(question, _Kept(await self._compute(question), standing, begun_at, clock()))
        await asyncio.sleep(max(0.0, before.ended_at + self._rest(before) - clock()))
        # Nobody need wait for it: one at a time, and a pause as long as each took, so that quick answers stay quick.
        async with nullcontext() if before.took_seconds > LONG_SECONDS else self._costly:
            await asyncio.sleep(max(0.0, self._pause_until - clock()))
            begun_at, standing = clock(), await self._standing()
            payload = await self._compute(question)
            ended_at = clock()
            self._pause_until = ended_at + min(ended_at - begun_at, LONG_SECONDS)
        return self._put(question, _Kept(payload, standing, begun_at, ended_at))

    def _put(self, question: Asked, new: _Kept) -> _Kept:
        payload = new.payload
        if (known := self._kept.pop(question, None)) is not None:
            self._bytes -= len(known.payload)
        self._kept[question] = new
        self._bytes += len(payload)
        while len(self._kept) > MOST_KEPT or (self._bytes > MOST_BYTES and len(self._kept) > 1):
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.payload)
        return new

    def _end(self, question: Asked, done: "asyncio.Task[_Kept]") -> None:
        del self._under_way[question]
        shown = self._shown_late.pop(question, None)
        if not done.cancelled() and done.exception() is None and shown is not None and done.result() is not shown:
            self._tell()


def _heed(ended: "asyncio.Future[Any]") -> None:
    """Take note of a fault that nobody waits for: it is told once there is no answer that can be shown."""
    if not ended.cancelled():
        ended.exception()
