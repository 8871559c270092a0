"""Decide whether a caller is asked: the rules, held against the ledger and against what this process does at once.

Theory: the ledger says who was asked, but a call that is just being asked is not in it yet, and two calls may come
at the same moment. So the one read of the caller's past is awaited first; what follows it, up to the reservation, runs
in the event loop without a pause, and nobody comes in between. A reservation stands in for the ledger's row
for a minute, which is far longer than the row takes; joined with the ledger by call, it is never counted twice.
The caps are counters in memory, read from the ledger once. What another process asks meanwhile they do not know: with
several processes a cap holds for each of them.

A reservation is not given back. Where the entry cannot be stored after all the caller counts as asked, so a cap is
never passed, only reached early.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Protocol

import structlog

from ivr.domain.asking_rules import AskingRules, CallerPast, Rule, Throttle, declined, judge
from ivr.domain.calls import CallId
from ivr.domain.eligibility import Candidate, Decision
from ivr.domain.schedules import day_starts
from ivr.usecases.asked_counts import AskedCall, AskedCounts, AskedTotals
from ivr.usecases.asking_reservations import AskingReservations
from ivr.usecases.ports import Clock

LONGEST_WAIT_SECONDS = 0.25
"""How long a decision may take; a caller is waiting. Afterwards the caller is not asked."""
_RESERVED = timedelta(seconds=60)

log = structlog.get_logger(__name__)


class KnownCallers(Protocol):
    """What the ledger knows of callers."""

    async def past_of(self, caller: str, at: datetime, throttle: Throttle | None) -> CallerPast:
        """Return whether ``caller`` refuses, and the calls asked in the span of ``throttle``, as many as matter."""


class AskedCalls(Protocol):
    """The calls of the ledger whose callers were asked, test calls left out."""

    async def asked_since(self, moment: datetime) -> Sequence[AskedCall]:
        """Return those from ``moment`` on."""

    async def asked_before(self, moment: datetime, since: datetime | None) -> AskedTotals:
        """Count those before ``moment``, from ``since`` on where it is given."""


class AskingMeter(Protocol):
    """What the decisions tell the metrics; a call must be quick and must not raise."""

    def decided(self, seconds: float, declined_by: str | None) -> None:
        """Note how long a decision took, and the rule that declined; None where the caller is asked."""


class SilentAskingMeter:
    """Measures nothing."""

    def decided(self, seconds: float, declined_by: str | None) -> None:
        """Measure nothing."""


class DecideAsking:
    """Implements :class:`ivr.usecases.ports.Eligibility`; asks everybody until :meth:`exchange` has given rules."""

    def __init__(
        self,
        *,
        callers: KnownCallers,
        asked_calls: AskedCalls,
        clock: Clock,
        meter: AskingMeter | None = None,
        longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
    ) -> None:
        self._callers = callers
        self._asked_calls = asked_calls
        self._clock = clock
        self._rules = AskingRules()
        self._counts = AskedCounts()
        self._is_counting = False
        self._reserved = AskingReservations()
        self._foreseen: dict[CallId, asyncio.Future[CallerPast]] = {}
        self._meter = meter or SilentAskingMeter()
        self._longest_wait_seconds = longest_wait_seconds

    async def exchange(self, rules: AskingRules) -> None:
        """Decide by ``rules`` from now on; counts from the ledger what their caps need.

        Raises DatabaseRefused, with the rules of before still in force.
        """
        if not any(cap.day is not None or cap.total is not None for cap in rules.caps()):
            self._rules, self._counts, self._is_counting = rules, AskedCounts(), False
        elif self._is_counting and _what_is_counted(rules) == _what_is_counted(self._rules):
            self._rules = rules
        else:
            with self._reserved.kept():
                counts, stored = await self._count(rules)
            # No pause from here on: what is asked meanwhile is in the reservations, and counted once.
            for asked in self._reserved.all():
                if asked.call not in stored:
                    _add(counts, rules, asked)
            self._rules, self._counts, self._is_counting = rules, counts, True

    @contextmanager
    def foreseen(self, call: CallId, caller: str | None) -> Iterator[None]:
        """Look ``caller`` up beside whatever else the block reads, before it has ``call`` decided."""
        if caller is not None:
            past = self._callers.past_of(caller, self._clock(), self._rules.throttle)
            self._foreseen[call] = asyncio.ensure_future(past)
        try:
            yield
        finally:
            if (unused := self._foreseen.pop(call, None)) is not None:
                unused.add_done_callback(_forget)
                unused.cancel()

    async def decide(self, candidate: Candidate) -> Decision:
        """Return whether the candidate is asked, within the bound; never raises: in doubt nobody is asked."""
        started = perf_counter()
        try:
            async with asyncio.timeout(self._longest_wait_seconds):
                past = await self._past_of(candidate)
            decision = self._judge(candidate, past)
        except TimeoutError:
            decision = declined(Rule.UNAVAILABLE)
            log.warning("asking_undecided", call=str(candidate.call), reason="the ledger took too long")
        except Exception as fault:  # noqa: BLE001 - whatever failed, a caller waits on the line
            decision = declined(Rule.UNAVAILABLE)
            log.warning("asking_undecided", call=str(candidate.call), reason=str(fault))
        self._meter.decided(perf_counter() - started, decision.declined_by)
        return decision

    async def _past_of(self, candidate: Candidate) -> CallerPast:
        if candidate.caller is None or candidate.test:
            return CallerPast()
        foreseen = self._foreseen.pop(candidate.call, None)
        if foreseen is not None:
            return await foreseen
        return await self._callers.past_of(candidate.caller, candidate.at, self._rules.throttle)

    def _judge(self, candidate: Candidate, past: CallerPast) -> Decision:
        """Judge and reserve, in one step of the event loop."""
        rules, day = self._rules, _day_of(self._rules, candidate.at, candidate.site)
        self._reserved.drop_before(candidate.at - _RESERVED)
        known = CallerPast(past.refuses, {**past.asked, **self._reserved.of(candidate.caller)})
        so_far = self._counts.so_far(candidate.agent, candidate.queue, day)
        # Before anything is reserved: who said no to the invitation is not asked, and uses up nobody's cap.
        decision = judge(rules, candidate, known, so_far).consented(candidate.consent)
        if decision.declined is None and not candidate.test:
            asked = AskedCall(candidate.call, candidate.at, candidate.agent, candidate.queue, candidate.site)
            # A caller who is led through the rating twice in one call was asked once.
            if self._reserved.add(asked, candidate.caller) and self._is_counting:
                _add(self._counts, rules, asked)
        return decision

    async def _count(self, rules: AskingRules) -> tuple[AskedCounts, frozenset[CallId]]:
        now = self._clock()
        since = min(day_starts(now, zone) for zone in (rules.zone, *rules.zones.values()))
        wants_totals = any(cap.total is not None for cap in rules.caps())
        before = await self._asked_calls.asked_before(since, rules.totals_since) if wants_totals else None
        counts = AskedCounts(before)
        stored = await self._asked_calls.asked_since(since)
        for asked in stored:
            _add(counts, rules, asked)
        return counts, frozenset(asked.call for asked in stored)


def _forget(past: asyncio.Future[CallerPast]) -> None:
    """Let a look-up that nobody waits for end in silence, whatever came of it."""
    if not past.cancelled():
        past.exception()


def _day_of(rules: AskingRules, at: datetime, site: str | None) -> date:
    return at.astimezone(rules.zone_of(site)).date()


def _add(counts: AskedCounts, rules: AskingRules, asked: AskedCall) -> None:
    is_in_total = rules.totals_since is None or asked.at >= rules.totals_since
    counts.add(asked.agent, asked.queue, _day_of(rules, asked.at, asked.site), is_in_total=is_in_total)


def _what_is_counted(rules: AskingRules) -> tuple[object, ...]:
    wants_totals = any(cap.total is not None for cap in rules.caps())
    return (rules.zone, dict(rules.zones), wants_totals, rules.totals_since)
