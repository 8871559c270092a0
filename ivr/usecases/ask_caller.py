"""Ask a caller: carry out an interview on the line, and store each step before the next depends on it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from time import perf_counter

import structlog

from ivr.domain.calls import Answer, AskingEnded, CallId, Comment, Fact, Press
from ivr.domain.flow.commands import Finish, Hush, KeepAnswer, KeepComment, Play, Record
from ivr.domain.flow.events import AnswerKept, CallerLeft, CommentKept, Event, KeyHeard, LineLost
from ivr.domain.flow.interview import Interview
from ivr.domain.outcomes import Outcome
from ivr.usecases.last_keys import LastKeys
from ivr.usecases.ports import Clock, FlowMeter, Ledger, Line, Refusals

LAST_KEYS_SECONDS = 3.0
"""How long the last keys of a caller who has left are waited for; the hang-up handler brings them at once."""

log = structlog.get_logger(__name__)


class AskCaller:
    """One caller's interview: walks it, and numbers and stores every press. ``gone`` says that the line is no more.

    ``caller`` is whom an opt-out by key enters in the do-not-ask list, None where nobody is to be entered.
    """

    def __init__(
        self,
        call: CallId,
        caller: str | None,
        *,
        ledger: Ledger,
        refusals: Refusals,
        last_keys: LastKeys,
        line: Line,
        clock: Clock,
        meter: FlowMeter,
    ) -> None:
        self._call = call
        self._caller = caller
        self._ledger = ledger
        self._refusals = refusals
        self._last_keys = last_keys
        self._line = line
        self._clock = clock
        self._meter = meter
        self._presses = 0
        self.gone = False
        self._farewell: CallerLeft | LineLost = CallerLeft()
        self._storing: list[asyncio.Task[None]] = []
        self._began: float | None = None
        self._ended = 0.0

    async def __call__(self, interview: Interview) -> Outcome:
        """Ask the caller and return how the primary question ended; every step is durable when this returns."""
        try:
            return await self._run(interview)
        finally:
            # However the call ends, whoever takes the last keys next must find these presses stored.
            await asyncio.gather(*self._storing, return_exceptions=True)

    async def _run(self, interview: Interview) -> Outcome:
        since = perf_counter()
        while not interview.is_over:
            before = interview
            interview = await self._after(interview)
            self._note(before, interview)
            if interview.state is not before.state:
                now = perf_counter()
                self._meter.state_left(before.state.value, now - since)
                since = now
        await asyncio.gather(*self._storing)
        if not isinstance(interview.command, Finish):
            raise AssertionError("an interview ends with Finish")
        # Nothing depends on the burden of the call: it is stored while the dialplan is told.
        await asyncio.gather(self._conclude(interview.status), self._note_end())
        return interview.status

    async def _after(self, interview: Interview) -> Interview:
        """Carry out the command of ``interview``, and return the interview after it."""
        match interview.command:
            case KeepAnswer() as answer:
                await self._keep(self._answer(answer))
                return interview.step(AnswerKept())
            case KeepComment() as comment:
                await self._keep(self._comment(comment))
                return interview.step(CommentKept())
            case Play() | Hush() | Record() as command:
                if self.gone:
                    return interview.step(self._farewell)
                events = await self._happened(command)
                self._number(events, interview.question)
                return interview.happened(events)
            case Finish():
                raise AssertionError("nothing is done behind the end")

    async def _happened(self, command: Play | Hush | Record) -> Sequence[Event]:
        if self._began is None:
            self._began = perf_counter()
        events = await self._line.perform(command)
        self._ended = perf_counter()
        farewell = next((event for event in events if isinstance(event, CallerLeft | LineLost)), None)
        if farewell is None:
            return events
        self.gone = True
        heard = [event for event in events if isinstance(event, KeyHeard)]
        others = [event for event in events if not isinstance(event, KeyHeard | CallerLeft | LineLost)]
        stored = await self._last_keys.wait(self._call, LAST_KEYS_SECONDS)
        # Whatever became of the line, the hang-up handler only runs when the caller has left.
        self._farewell = farewell if stored is None else CallerLeft()
        return [*_completed(heard, (stored or "")[self._presses :]), *others] or [self._farewell]

    def _number(self, events: Sequence[Event], question: str | None) -> None:
        for event in events:
            if isinstance(event, KeyHeard):
                self._presses += 1
                # Stored beside the flow: a wrong key must not make the caller wait for a disk.
                self._store(Press(self._call, self._presses, event.key, event.lo_ms, event.hi_ms, question))

    def _note(self, before: Interview, after: Interview) -> None:
        """Store beside the flow what needs no waiting: questions without an answer, and that the caller declined."""
        for missed in after.missed[len(before.missed) :]:
            self._store(
                Answer(self._call, missed.question, missed.status, missed.options_heard, version=missed.version)
            )
        if after.declined and not before.declined and self._caller is not None:
            self._storing.append(asyncio.create_task(self._refuse(self._caller)))

    def _store(self, fact: Fact) -> None:
        self._storing.append(asyncio.create_task(self._ledger.record(fact)))

    async def _refuse(self, caller: str) -> None:
        try:
            await self._refusals.refuse(caller, self._clock(), self._call)
        except Exception as fault:  # noqa: BLE001 - the opt-out stands in the ledger; the call must not suffer
            log.error("refusal_not_stored", call_id=self._call.uniqueid, reason=str(fault))

    async def _keep(self, fact: Fact) -> None:
        """Store ``fact``, and return once it is durable with all that was stored beside the flow."""
        await asyncio.gather(*self._storing, self._ledger.record(fact))
        self._storing.clear()

    def _answer(self, answer: KeepAnswer) -> Answer:
        return Answer(
            self._call,
            answer.question,
            Outcome.RATED,
            answer.options_heard,
            answer.key,
            answer.category,
            answer.press_ms,
            answer.version,
        )

    def _comment(self, comment: KeepComment) -> Comment:
        now = self._clock()
        return Comment(
            self._call,
            comment.question,
            comment.file,
            comment.format,
            comment.milliseconds / 1000,
            recorded_at=now,
            keep_until=now + timedelta(days=comment.retention_days),
        )

    async def _conclude(self, status: Outcome) -> None:
        if not self.gone and status is not Outcome.UNAVAILABLE:
            await self._line.conclude()

    async def _note_end(self) -> None:
        if self._began is None:
            return
        try:
            await self._ledger.record(AskingEnded(self._call, round(self._ended - self._began, 3)))
        except Exception as fault:  # noqa: BLE001 - a figure of burden is not worth a caller's answer
            log.error("burden_not_stored", call_id=self._call.uniqueid, reason=str(fault))


def _completed(heard: Sequence[KeyHeard], stored: str) -> Sequence[KeyHeard]:
    """Put the keys of ``heard`` in the places that ``stored`` has for them; nobody saw the moment of the others."""
    waiting = list(heard)
    keys = [
        waiting.pop(0) if waiting and waiting[0].key == key else KeyHeard(key, lo_ms=None, hi_ms=None) for key in stored
    ]
    return (*keys, *waiting)
