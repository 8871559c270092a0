"""Rate a call: ask the caller on the line, and store each step before the next depends on it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import structlog

from ivr.domain.calls import (
    PRIMARY_QUESTION,
    Answer,
    CallArrived,
    CallId,
    Exposure,
    Fact,
    Press,
    RatingEntered,
)
from ivr.domain.eligibility import Sampling
from ivr.domain.experiments import Experiment, assign
from ivr.domain.flow.commands import Finish, Hush, KeepAnswer, Play
from ivr.domain.flow.events import AnswerKept, CallerLeft, Event, KeyHeard, LineLost
from ivr.domain.flow.machine import Flow
from ivr.domain.flow.table import Phase
from ivr.domain.outcomes import Outcome
from ivr.domain.timelines import LayoutVersion
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.last_keys import LastKeys
from ivr.usecases.ports import Clock, Directory, FlowMeter, Ledger, SilentFlowMeter

LAST_KEYS_SECONDS = 3.0
"""How long the last keys of a caller who has left are waited for; the hang-up handler brings them at once."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RatingRequest:
    """A caller at the rating entry, as the dialplan describes it; ``caller`` is a keyed hash."""

    call: CallId
    linkedid: str | None
    interface: str | None
    agent: str | None
    queue: str | None
    site: str | None
    segment: str | None
    language: str | None
    caller: str | None
    test: bool


class Line(Protocol):
    """The caller's line: plays one thing and says what happened."""

    async def perform(self, command: Play | Hush) -> Sequence[Event]:
        """Play, and return the keys heard since the last return, and CallerLeft where the line is gone.

        Without either, how the playing ended.
        """

    async def conclude(self) -> None:
        """Tell the dialplan that the flow was completed, and which keys were taken."""


class RateCall:
    """Runs the rating flow for one caller after another; holds nothing of any of them."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        directory: Directory,
        experiment: Experiment,
        versions: Mapping[str, LayoutVersion],
        sampling: Sampling,
        last_keys: LastKeys,
        clock: Clock,
        closing: CloseCalls,
        meter: FlowMeter | None = None,
    ) -> None:
        self._ledger = ledger
        self._directory = directory
        self._experiment = experiment
        self._versions = versions
        self._sampling = sampling
        self._last_keys = last_keys
        self._clock = clock
        self._closing = closing
        self._meter = meter or SilentFlowMeter()

    async def __call__(self, request: RatingRequest, line: Line) -> Outcome:
        """Ask the caller and return how the question ended; every step is durable when this returns."""
        # From the first moment on: the hang-up handler must not overtake the entry.
        with self._last_keys.rating(request.call):
            asked = _Question(request.call, self._ledger, self._last_keys, line, self._meter)
            status = await self._ask(request, asked, line)
        if asked.gone:
            await self._close_anew(request.call)
        return status

    async def _ask(self, request: RatingRequest, asked: "_Question", line: Line) -> Outcome:
        declined = self._sampling.decline(str(request.call))
        entry = await self._entry(request, declined)
        if declined is not None:
            await self._ledger.record(*entry)
            await line.conclude()
            return declined
        assignment = assign(
            self._experiment, site=request.site, queue=request.queue, caller=request.caller, call=str(request.call)
        )
        version = self._versions[assignment.layout]
        exposure = Exposure(request.call, assignment, version.version, self._clock())
        await self._ledger.record(*entry, exposure)
        return await asked.run(Flow.begin(version, assignment.delay_seconds))

    async def _close_anew(self, call: CallId) -> None:
        """Close a call that was closed while its last keys were waited for, with the answer that came of them."""
        facts = await self._ledger.facts_of(call)
        if facts is not None and facts.gone is not None:
            await self._closing.close(call)

    async def _entry(self, request: RatingRequest, declined: Outcome | None) -> tuple[Fact, ...]:
        now = self._clock()
        agent = request.agent
        if agent is None and request.interface is not None:
            agent = await self._directory.person_at(request.interface, now) or request.interface
        return (
            CallArrived(
                request.call,
                linkedid=request.linkedid,
                caller=request.caller,
                site=request.site,
                segment=request.segment,
                language=request.language,
                test=request.test,
            ),
            RatingEntered(
                request.call,
                now,
                agent,
                request.queue,
                self._sampling.probability,
                declined,
                agent_is_named=request.agent is not None,
            ),
        )


class _Question:
    """One question put to one caller: walks the flow, and numbers and stores every press."""

    def __init__(self, call: CallId, ledger: Ledger, last_keys: LastKeys, line: Line, meter: FlowMeter) -> None:
        self._call = call
        self._ledger = ledger
        self._last_keys = last_keys
        self._line = line
        self._meter = meter
        self._presses = 0
        self.gone = False
        self._farewell: CallerLeft | LineLost = CallerLeft()
        self._storing: list[asyncio.Task[None]] = []

    async def run(self, flow: Flow) -> Outcome:
        try:
            return await self._run(flow)
        finally:
            # However the flow ends, whoever takes the last keys next must find these presses stored.
            await asyncio.gather(*self._storing, return_exceptions=True)

    async def _run(self, flow: Flow) -> Outcome:
        since = perf_counter()
        while flow.phase is not Phase.ENDED:
            state, command = _state(flow), flow.command
            if isinstance(command, KeepAnswer):
                await self._keep(command)
                flow = flow.step(AnswerKept())
            elif isinstance(command, Play | Hush):
                for event in await self._happened(command):
                    flow = self._take(flow, event)
            if _state(flow) != state:
                now = perf_counter()
                self._meter.state_left(state, now - since)
                since = now
        if not isinstance(flow.command, Finish):
            raise AssertionError("a flow ends with Finish")
        status = flow.command.status
        if flow.answer is None and status is not Outcome.UNKNOWN:
            self._store(Answer(self._call, PRIMARY_QUESTION, status, flow.options_heard))
        await asyncio.gather(*self._storing)
        if not self.gone and status is not Outcome.UNAVAILABLE:
            await self._line.conclude()
        return status

    async def _happened(self, command: Play | Hush) -> Sequence[Event]:
        if self.gone:
            return (self._farewell,)
        events = await self._line.perform(command)
        farewell = next((event for event in events if isinstance(event, CallerLeft | LineLost)), None)
        if farewell is None:
            return events
        self.gone = True
        heard = [event for event in events if isinstance(event, KeyHeard)]
        stored = await self._last_keys.wait(self._call, LAST_KEYS_SECONDS)
        # Whatever became of the line, the hang-up handler only runs when the caller has left.
        self._farewell = farewell if stored is None else CallerLeft()
        return _completed(heard, (stored or "")[self._presses :]) or (self._farewell,)

    def _take(self, flow: Flow, event: Event) -> Flow:
        if isinstance(event, KeyHeard):
            self._presses += 1
            # Stored beside the flow: a wrong key must not make the caller wait for a disk.
            self._store(Press(self._call, self._presses, event.key, event.lo_ms, event.hi_ms))
        return flow.step(event)

    def _store(self, fact: Fact) -> None:
        self._storing.append(asyncio.get_running_loop().create_task(self._ledger.record(fact)))

    async def _keep(self, answer: KeepAnswer) -> None:
        await asyncio.gather(
            *self._storing,
            self._ledger.record(
                Answer(
                    self._call,
                    PRIMARY_QUESTION,
                    Outcome.RATED,
                    answer.options_heard,
                    answer.key,
                    answer.category,
                    answer.press_ms,
                )
            ),
        )
        self._storing.clear()


def _state(flow: Flow) -> str:
    return flow.phase.value if flow.phase in {Phase.KEEPING, Phase.ENDED} else flow.stage.value


def _completed(heard: Sequence[KeyHeard], stored: str) -> Sequence[KeyHeard]:
    """Put the keys of ``heard`` in the places that ``stored`` has for them; nobody saw the moment of the others."""
    waiting = list(heard)
    keys = [
        waiting.pop(0) if waiting and waiting[0].key == key else KeyHeard(key, lo_ms=None, hi_ms=None) for key in stored
    ]
    return (*keys, *waiting)
