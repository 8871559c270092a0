"""Rate a call: decide whether the caller is asked, what the caller is given, and ask."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.calls import CallArrived, CallId, Exposure, Fact, Invited, RatingEntered
from ivr.domain.closing import talked_seconds
from ivr.domain.draws import uniform
from ivr.domain.eligibility import Candidate, Decision
from ivr.domain.experiments import assign
from ivr.domain.flow.interview import Interview
from ivr.domain.outcomes import Outcome
from ivr.usecases.ask_caller import AskCaller
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.last_keys import LastKeys
from ivr.usecases.offering import Offered
from ivr.usecases.ports import Clock, Directory, Eligibility, FlowMeter, Ledger, Line, Refusals, SilentFlowMeter

INVITATION = "invitation"
"""The rule by which a caller is not asked who said no to the invitation."""


@dataclass(frozen=True, slots=True)
class RatingRequest:
    """A caller at the rating entry, as the dialplan describes it; ``caller`` is a keyed hash.

    ``talk_seconds`` is how long the last agent talked, as far as Asterisk tells the dialplan.
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
        agent, talk_seconds, invited = await asyncio.gather(
            self._agent(request, now), self._talked(request, now), self._ledger.invitation_of(request.call)
        )
        decision = _consented(
            await self._eligibility.decide(
                Candidate(
                    request.call,
                    now,
                    caller=request.caller,
                    queue=request.queue,
                    agent=agent,
                    site=request.site,
                    language=request.language,
                    talk_seconds=talk_seconds,
                    test=request.test,
                )
            ),
            invited,
        )
        entry = _entry(request, now, agent, decision)
        if decision.declined is not None:
            await self._ledger.record(*entry)
            await line.conclude()
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

    async def _close_anew(self, call: CallId) -> None:
        """Close a call that was closed while its last keys were waited for, with the answer that came of them."""
        facts = await self._ledger.facts_of(call)
        if facts is not None and facts.gone is not None:
            await self._closing.close(call)

    async def _agent(self, request: RatingRequest, now: datetime) -> str | None:
        if request.agent is not None or request.interface is None:
            return request.agent
        return await self._directory.person_at(request.interface, now) or request.interface

    async def _talked(self, request: RatingRequest, now: datetime) -> float | None:
        """Return for how long the agent talked: as the dialplan says, else as the legs seen so far do."""
        if request.talk_seconds is not None:
            return request.talk_seconds
        facts = await self._ledger.facts_of(request.call)
        return None if facts is None else talked_seconds(facts, now)


def _consented(decision: Decision, invited: Invited | None) -> Decision:
    """Return the decision on a caller who may have said no to the invitation.

    That counts as a refusal only of those who would have been asked: so all outcomes have one sampling weight.
    """
    if decision.declined is not None or invited is None or invited.consent is not False:
        return decision
    return Decision(decision.selection_probability, Outcome.OPTED_OUT, INVITATION)


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
