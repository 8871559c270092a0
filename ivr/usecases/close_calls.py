"""Close calls: make the one row of a handled call once its channel is gone, and again when a late fact comes.

A caller who declined by key was entered in the do-not-ask list when the key was heard, unless the service was killed
or the list failed just then. So a call is closed only once that entry stands. It is entered as of the rating entry:
what the caller says later, to be asked again, is not undone, however often the call is closed anew.
"""

import asyncio
from collections.abc import Callable, Set
from datetime import datetime
from weakref import WeakValueDictionary

import structlog

from ivr.domain.calls import CallFacts, CallGone, CallId
from ivr.domain.closing import close_call, credited, credited_leg, ended_at, is_handled
from ivr.domain.experiments import Assignment, assign
from ivr.domain.layouts import Layout
from ivr.domain.outcomes import Outcome
from ivr.usecases.offering import Offered, Offering
from ivr.usecases.ports import Clock, Directory, LayoutArchive, Ledger, Refusals

log = structlog.get_logger(__name__)


class CloseCalls:
    """Closes calls; knows what each would have been given, so that one never asked has its assignment too."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        directory: Directory,
        offering: Offered,
        queues: Set[str],
        clock: Clock,
        archive: LayoutArchive | None = None,
        refusals: Refusals | None = None,
    ) -> None:
        self._ledger = ledger
        self._directory = directory
        self._offered = offering
        self._queues = queues
        self._clock = clock
        self._archive = archive
        self._refusals = refusals
        self._turns: WeakValueDictionary[CallId, asyncio.Lock] = WeakValueDictionary()

    async def close(self, call: CallId) -> None:
        """Close ``call`` if it was handled in a queue that counts; otherwise settle its channel as not handled."""
        # One after the other: of two closings at once, the one that knew less could write last.
        async with self._turns.setdefault(call, asyncio.Lock()):
            await self._close(call)

    async def _close(self, call: CallId) -> None:
        facts = await self._ledger.facts_of(call)
        if facts is None:
            return
        await self._enter_refusal(facts)
        agent, queue = credited(facts)
        if not is_handled(facts) or (self._queues and queue not in self._queues):
            await self._ledger.discard(call)
            return
        offering = self._offered()
        assignment, layout_version = _assigned(offering, facts, queue)
        team = None if agent is None else await self._directory.team_of(agent, _talked_at(facts, self._clock()))
        row = close_call(
            facts,
            assignment=assignment,
            layout=await self._layout(offering, assignment.layout, layout_version),
            layout_version=layout_version,
            team=team,
        )
        await self._ledger.close(row)
        log.info("call_closed", call_id=call.uniqueid, outcome=row.outcome.value, legs=row.legs)

    async def _enter_refusal(self, facts: CallFacts) -> None:
        caller, entered = facts.arrived.caller, facts.entered
        if self._refusals is None or caller is None or entered is None or facts.arrived.test:
            return
        if any(answer.status is Outcome.OPTED_OUT for answer in (facts.answer, *facts.further) if answer is not None):
            await self._refusals.refuse(caller, entered.entered_at, facts.arrived.call)

    async def _layout(self, offering: Offering, key: str, version: str | None) -> Layout | None:
        """Return the definition of the very version that was played: another cannot say what a key meant then."""
        offered = offering.versions.get(key)
        if offered is not None and offered.version == version:
            return offered.layout
        return None if self._archive is None or version is None else await self._archive.layout_of(key, version)

    async def close_gone(self, call: CallId) -> None:
        """Note that the channel of ``call`` is gone, now, and close it."""
        await self._ledger.record(CallGone(call, self._clock()))
        await self.close(call)

    async def close_all_but(self, pbx: str, live: Set[str]) -> int:
        """Close every open call of ``pbx`` whose channel is not among ``live`` (Uniqueids); return how many.

        This is how calls are settled whose end was not seen: after a crash of this service, or a gap in AMI.
        """
        return await self._close_open(lambda call: call.pbx == pbx and call.uniqueid not in live)

    async def close_elsewhere(self, pbx: str) -> None:
        """Close every open call of other PBXs than ``pbx``: nobody tells when their channels are gone."""
        await self._close_open(lambda call: call.pbx != pbx)

    async def _close_open(self, is_over: Callable[[CallId], bool]) -> int:
        left_open = [call for call in await self._ledger.open_calls() if is_over(call)]
        for call in left_open:
            await self.close_gone(call)
        return len(left_open)


def _assigned(offering: Offering, facts: CallFacts, queue: str | None) -> tuple[Assignment, str | None]:
    if facts.exposure is not None:
        return facts.exposure.assignment, facts.exposure.layout_version
    arrived = facts.arrived
    assignment = assign(
        offering.experiment,
        site=arrived.site,
        queue=queue,
        caller=arrived.caller,
        call=str(arrived.call),
        at=ended_at(facts),
    )
    version = offering.versions.get(assignment.layout)
    return assignment, None if version is None else version.version


def _talked_at(facts: CallFacts, now: datetime) -> datetime:
    leg = credited_leg(facts)
    if leg is not None:
        return leg.connected_at
    return now if facts.entered is None else facts.entered.entered_at
