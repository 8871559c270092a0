"""Rate a call: decide whether the caller is asked, what the caller is given, and ask.

Theory: where the service says nothing the dialplan asks by itself, so a caller who is not to be asked must be
concluded whatever becomes of the ledger. What is read before the decision is bounded, as the decision is: what
eligibility depends on and is not known in time leaves the caller unasked. And a caller who is not asked is let go
beside the record of it: a fault there costs a row, not a question to somebody who had refused it.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog

from ivr.domain.asking_rules import Rule, declined
from ivr.domain.calls import CallArrived, CallId, Exposure, Fact, RatingEntered
from ivr.domain.closing import talked_seconds
from ivr.domain.draws import uniform
from ivr.domain.eligibility import Candidate, Decision
from ivr.domain.experiments import assign
from ivr.domain.flow.interview import Interview
from ivr.domain.outcomes import Outcome
from ivr.usecases.ask_caller import AskCaller
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.decide_asking import LONGEST_WAIT_SECONDS
from ivr.usecases.last_keys import LastKeys
from ivr.usecases.offering import Offered
from ivr.usecases.ports import Clock, Directory, Eligibility, FlowMeter, Ledger, Line, Refusals, SilentFlowMeter

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RatingRequest:
    """A caller at the rating entry, as the dialplan describes it; ``caller`` is a keyed hash.

    ``talk_seconds`` is how long the last agent talked, as far as Asterisk tells the dialplan; ``consent`` is what the
    caller said to the invitation, as far as the dialplan was told.
    """

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
    talk_seconds: float | None = None
    consent: bool | None = None


class RateCall:
    """Runs the rating flow for one caller after another; holds nothing of any of them."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        directory: Directory,
        offering: Offered,
        eligibility: Eligibility,
        refusals: Refusals,
        last_keys: LastKeys,
        clock: Clock,
        closing: CloseCalls,
        meter: FlowMeter | None = None,
        longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
    ) -> None:
        self._ledger = ledger
        self._directory = directory
        self._offered = offering
        self._eligibility = eligibility
        self._refusals = refusals
        self._last_keys = last_keys
        self._clock = clock
        self._closing = closing
        self._meter = meter or SilentFlowMeter()
        self._longest_wait_seconds = longest_wait_seconds

    async def __call__(self, request: RatingRequest, line: Line) -> Outcome:
        """Ask the caller and return how the primary question ended; every step is durable when this returns."""
        # From the first moment on: the hang-up handler must not overtake the entry.
        with self._last_keys.rating(request.call):
            asking = AskCaller(
                request.call,
                # A test call speaks for nobody.
                None if request.test else request.caller,
                ledger=self._ledger,
                refusals=self._refusals,
                last_keys=self._last_keys,
                line=line,
                clock=self._clock,
                meter=self._meter,
            )
            status = await self._ask(request, asking, line)
        if asking.gone:
            await self._close_anew(request.call)
        return status

    async def _ask(self, request: RatingRequest, asking: AskCaller, line: Line) -> Outcome:
        now = self._clock()
        candidate, decision = await self._decide(request, now)
        entry = _entry(request, now, candidate.agent, decision)
        if decision.declined is not None:
            await asyncio.gather(line.conclude(), self._note(entry))
            return decision.declined
        offering, call = self._offered(), str(request.call)
        assignment = assign(
            offering.experiment, site=request.site, queue=request.queue, caller=request.caller, call=call, at=now
        )
        version = offering.versions[assignment.layout]
        confirmation = version.layout.confirmation
        confirm_probability = 0.0 if confirmation is None else confirmation.probability
        asks_again = uniform(offering.experiment.salt, "confirmation", call) < confirm_probability
        exposure = Exposure(request.call, assignment, version.version, self._clock(), confirm_probability)
        await self._ledger.record(*entry, exposure)
        await line.use_language(version.layout.language)
        return await asking(Interview.begin(version, assignment.delay_seconds, asks_again=asks_again))

    async def _decide(self, request: RatingRequest, now: datetime) -> tuple[Candidate, Decision]:
        agent, known = await asyncio.gather(self._agent(request, now), self._known(request, now))
        talk_seconds, consent = (None, None) if known is None else known
        candidate = Candidate(
            request.call,
            now,
            caller=request.caller,
            queue=request.queue,
            agent=agent,
            site=request.site,
            language=request.language,
            talk_seconds=talk_seconds,
            test=request.test,
            consent=consent,
        )
        if known is None:
            return candidate, declined(Rule.UNAVAILABLE)
        return candidate, await self._eligibility.decide(candidate)

    async def _note(self, entry: tuple[Fact, ...]) -> None:
        """Store the entry of a caller who is not asked; nothing that the caller hears depends on it."""
        try:
            await self._ledger.record(*entry)
        except Exception as fault:  # noqa: BLE001 - the caller has been let go, and that stands
            log.error("entry_not_stored", call_id=entry[0].call.uniqueid, reason=str(fault))

    async def _known(self, request: RatingRequest, now: datetime) -> tuple[float | None, bool | None] | None:
        """Return the seconds of talk and the consent, each as far as anybody knows; None where that cannot be read."""
        try:
            async with asyncio.timeout(self._longest_wait_seconds):
                return await asyncio.gather(self._talked(request, now), self._consent(request))
        except TimeoutError:
            reason = "the ledger took too long"
        except Exception as fault:  # noqa: BLE001 - whatever failed, a caller waits on the line
            reason = str(fault)
        log.warning("asking_undecided", call=str(request.call), reason=reason)
        return None

    async def _consent(self, request: RatingRequest) -> bool | None:
        """Return what the caller said to the invitation: a no holds, whether the dialplan brings it or the ledger."""
        if request.consent is False:
            return False
        invited = await self._ledger.invitation_of(request.call)
        return request.consent if invited is None or invited.consent is None else invited.consent

    async def _close_anew(self, call: CallId) -> None:
        """Close a call that was closed while its last keys were waited for, with the answer that came of them."""
        facts = await self._ledger.facts_of(call)
        if facts is not None and facts.gone is not None:
            await self._closing.close(call)

    async def _agent(self, request: RatingRequest, now: datetime) -> str | None:
        if request.agent is not None or request.interface is None:
            return request.agent
        try:
            async with asyncio.timeout(self._longest_wait_seconds):
                person = await self._directory.person_at(request.interface, now)
        except Exception as fault:  # noqa: BLE001 - the interface stands in, as for somebody whom nobody entered
            log.warning("agent_unknown", call=str(request.call), reason=str(fault) or "the directory took too long")
            person = None
        return person or request.interface

    async def _talked(self, request: RatingRequest, now: datetime) -> float | None:
        """Return for how long the agent talked: as the dialplan says, else as the legs seen so far do."""
        if request.talk_seconds is not None:
            return request.talk_seconds
        facts = await self._ledger.facts_of(request.call)
        return None if facts is None else talked_seconds(facts, now)


def _entry(request: RatingRequest, now: datetime, agent: str | None, decision: Decision) -> tuple[Fact, ...]:
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
            decision.selection_probability,
            decision.declined,
            agent_is_named=request.agent is not None,
            declined_by=decision.declined_by,
        ),
    )
