"""Invite a caller: play the drawn invitation before the queue, and name the drawn script for the agent.

Nobody waits for this longer than for the invitation itself. What was drawn is durable before anything of it is heard,
so that a caller who hangs up in the invitation is known to have been given it. Where it cannot be stored nothing is
played, and the caller goes on to the queue: an invitation that nobody knows of would only spoil the comparison.
What the caller said is told to the dialplan first, which brings it to the rating too: a no holds although the ledger
fails afterwards.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from ivr.domain.calls import CallArrived, CallId, Invited
from ivr.domain.consents import Consent
from ivr.domain.experiments import Experiment
from ivr.domain.flow.commands import Hush, Play
from ivr.domain.flow.events import CallerLeft, Event, KeyHeard, LineLost, PromptFailed
from ivr.domain.invitations import NONE, assign_invitation
from ivr.domain.layouts import DTMF_KEYS
from ivr.usecases.offering import Offered
from ivr.usecases.ports import Clock, Ledger

PromptLength = Callable[[str, str | None], int | None]
"""Returns how many milliseconds a prompt plays in a channel's language; None where it is not recorded in that."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InvitationRequest:
    """A caller before the queue, as the dialplan describes it; ``caller`` is a keyed hash."""

    call: CallId
    linkedid: str | None
    queue: str | None
    site: str | None
    segment: str | None
    language: str | None
    caller: str | None
    test: bool


class InvitationLine(Protocol):
    """The caller's line before the queue."""

    async def perform(self, command: Play | Hush) -> Sequence[Event]:
        """Play, and return the keys heard since the last return, and CallerLeft where the line is gone."""

    async def brief_agent(self, script: str) -> None:
        """Have the recording ``script`` played to the agent who takes the call, before the caller is heard."""

    async def conclude(self, consent: bool | None) -> None:  # noqa: FBT001 - yes, no, or nothing said
        """Tell the dialplan that the invitation is over, and what the caller said to it."""


class InviteCaller:
    """Invites one caller after another; holds nothing of any of them."""

    def __init__(self, *, ledger: Ledger, offering: Offered, prompt_length: PromptLength, clock: Clock) -> None:
        self._ledger = ledger
        self._offered = offering
        self._prompt_length = prompt_length
        self._clock = clock

    async def __call__(self, request: InvitationRequest, line: InvitationLine) -> Invited | None:
        """Invite the caller and return what was drawn and said; None where nothing was drawn.

        Raises:
            DatabaseRefused: nothing was played; or the caller's answer could not be kept, and only the dialplan has it.
        """
        experiment = self._offered().experiment
        invited = self._draw(request, experiment)
        if invited is None:
            await line.conclude(None)
            return None
        arrived = CallArrived(
            request.call,
            linkedid=request.linkedid,
            caller=request.caller,
            site=request.site,
            segment=request.segment,
            language=request.language,
            test=request.test,
        )
        await self._ledger.record(arrived, invited)
        if invited.script != NONE:
            await line.brief_agent(invited.script)
        key, consent = None, experiment.consents.get(invited.invitation)
        if invited.invitation != NONE:
            key = await self._play(invited.invitation, request, consent, line)
        if key is not None and consent is not None:
            invited = replace(invited, consent_key=key, consent=key == consent.yes)
        await line.conclude(invited.consent)
        if invited.consent is not None:
            await self._ledger.record(invited)
        return invited

    def _draw(self, request: InvitationRequest, experiment: Experiment) -> Invited | None:
        now = self._clock()
        drawn = assign_invitation(
            experiment,
            site=request.site,
            queue=request.queue,
            caller=request.caller,
            call=str(request.call),
            at=now,
        )
        if drawn is None:
            return None
        # All of them, not the drawn one alone: else the arms would differ in their callers' languages.
        for prompt in experiment.stratum(request.site, request.queue).invitations:
            if prompt != NONE and self._prompt_length(prompt, request.language) is None:
                log.warning("invitation_not_recorded", prompt=prompt, language=request.language)
                return None
        return Invited(
            request.call,
            now,
            drawn.experiment,
            drawn.stratum,
            drawn.invitation,
            drawn.invitation_probability,
            drawn.script,
            drawn.script_probability,
        )

    async def _play(
        self, prompt: str, request: InvitationRequest, consent: Consent | None, line: InvitationLine
    ) -> str | None:
        """Play the invitation and wait for an answer; return its key. Without a question every key skips the rest."""
        milliseconds = self._prompt_length(prompt, request.language) or 0
        keys = DTMF_KEYS if consent is None else consent.keys
        events = await line.perform(Play(prompt, milliseconds, keys))
        if any(isinstance(event, PromptFailed) for event in events):
            log.warning("invitation_not_played", prompt=prompt, language=request.language)
            return None
        if consent is None:
            return None
        if _answer(events, consent) is None and not _is_gone(events):
            events = await line.perform(Hush(round(consent.seconds * 1000), consent.keys))
        return _answer(events, consent)


def _answer(events: Sequence[Event], consent: Consent) -> str | None:
    """Return the first key that says yes or no; others mean nothing here."""
    return next((event.key for event in events if isinstance(event, KeyHeard) and event.key in consent.keys), None)


def _is_gone(events: Sequence[Event]) -> bool:
    return any(isinstance(event, CallerLeft | LineLost) for event in events)
