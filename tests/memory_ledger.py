"""The ledger and the directory kept in memory: real, small, and for tests."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import TypeVar

from ivr.domain.calls import (
    PRIMARY_QUESTION,
    Answer,
    AskingEnded,
    CallArrived,
    CallFacts,
    CallGone,
    CallId,
    Comment,
    Exposure,
    Fact,
    HandledCall,
    Invited,
    Leg,
    Press,
    RatingEntered,
)
from ivr.domain.eligibility import Candidate, Decision, Sampling

Filled = TypeVar("Filled", CallArrived, Leg)


class LedgerFailed(Exception):
    """The ledger was told to fail here."""


@dataclass
class MemoryLedger:
    """Keeps facts by their natural keys.

    ``history`` names what became durable, in order; ``fails`` chooses facts that cannot be stored;
    ``yields`` is how often a write lets others run before it is durable.
    """

    history: list[str] = field(default_factory=list)
    fails: Callable[[Fact], bool] = field(default=lambda _fact: False)
    yields: int = 3
    rows: dict[CallId, HandledCall] = field(default_factory=dict)
    discarded: set[CallId] = field(default_factory=set)
    comments: dict[tuple[CallId, str], Comment] = field(default_factory=dict)
    invitations: dict[CallId, Invited] = field(default_factory=dict)
    _facts: dict[CallId, CallFacts] = field(default_factory=dict)

    async def record(self, *facts: Fact) -> None:
        for _ in range(self.yields):
            await asyncio.sleep(0)
        if any(self.fails(fact) for fact in facts):
            raise LedgerFailed(type(facts[0]).__name__)
        for fact in facts:
            known = self._facts.get(fact.call) or CallFacts(CallArrived(fact.call))
            self._facts[fact.call] = _joined(known, fact)
            if isinstance(fact, Comment):
                self.comments.setdefault((fact.call, fact.question), fact)
            if isinstance(fact, Invited):
                known_invitation = self.invitations.get(fact.call)
                if known_invitation is None or known_invitation.consent_key is None:
                    self.invitations[fact.call] = fact
            if not isinstance(fact, CallArrived | Invited | CallGone):
                self.discarded.discard(fact.call)
            self.history.append(_name(fact))

    async def facts_of(self, call: CallId) -> CallFacts | None:
        return self._facts.get(call)

    async def invitation_of(self, call: CallId) -> Invited | None:
        return self.invitations.get(call)

    async def close(self, row: HandledCall) -> None:
        self.rows[row.call] = row
        self.history.append(f"closed {row.outcome}")

    async def discard(self, call: CallId) -> None:
        if call not in self.rows:
            self.discarded.add(call)

    async def open_calls(self) -> Sequence[CallId]:
        return sorted(self._facts.keys() - self.rows.keys() - self.discarded)


def _joined(known: CallFacts, fact: Fact) -> CallFacts:  # noqa: C901, PLR0911 - one line for each kind of fact
    match fact:
        case CallArrived():
            return replace(known, arrived=replace(_filled(known.arrived, fact), test=known.arrived.test or fact.test))
        case Leg():
            legs = {leg.leg: leg for leg in known.legs}
            legs[fact.leg] = _filled(legs[fact.leg], fact) if fact.leg in legs else fact
            return replace(known, legs=tuple(sorted(legs.values(), key=lambda leg: (leg.connected_at, leg.leg))))
        case RatingEntered():
            return replace(known, entered=known.entered or fact)
        case Exposure():
            return replace(known, exposure=known.exposure or fact)
        case Press():
            presses = {press.number: press for press in known.presses}
            presses.setdefault(fact.number, fact)
            return replace(known, presses=tuple(presses[number] for number in sorted(presses)))
        case Answer() if fact.question == PRIMARY_QUESTION:
            return replace(known, answer=known.answer or fact)
        case Answer():
            further = {answer.question: answer for answer in known.further}
            further.setdefault(fact.question, fact)
            return replace(known, further=tuple(further[question] for question in sorted(further)))
        case AskingEnded():
            asked_seconds = fact.asked_seconds if known.asked_seconds is None else known.asked_seconds
            return replace(known, asked_seconds=asked_seconds)
        case Comment() | Invited():
            return known
        case CallGone():
            return replace(known, gone=known.gone or fact)


def _filled(known: Filled, fact: Filled) -> Filled:
    missing = {each.name: getattr(fact, each.name) for each in fields(known) if getattr(known, each.name) is None}
    return replace(known, **missing)


def _name(fact: Fact) -> str:
    match fact:
        case Press():
            return f"Press {fact.number} {fact.key}"
        case Answer():
            return (
                f"Answer {fact.status}"
                if fact.question == PRIMARY_QUESTION
                else f"Answer {fact.question} {fact.status}"
            )
        case _:
            return type(fact).__name__


@dataclass
class MemoryDirectory:
    """People by interface, teams by person."""

    people: dict[str, str] = field(default_factory=dict)
    teams: dict[str, str] = field(default_factory=dict)

    async def person_at(self, interface: str, at: datetime) -> str | None:
        return self.people.get(interface)

    async def team_of(self, person: str, at: datetime) -> str | None:
        return self.teams.get(person)


@dataclass
class MemoryEligibility:
    """Asks a random share, or decides as told; remembers whom it was asked about."""

    sampling: Sampling = field(default_factory=Sampling)
    decision: Decision | None = None
    candidates: list[Candidate] = field(default_factory=list)

    async def decide(self, candidate: Candidate) -> Decision:
        self.candidates.append(candidate)
        if self.decision is not None:
            return self.decision
        sampled = Decision(self.sampling.probability, self.sampling.decline(str(candidate.call)))
        return sampled.consented(candidate.consent)


@dataclass
class MemoryRefusals:
    """The do-not-ask list; ``is_broken`` makes it fail."""

    callers: dict[str, CallId] = field(default_factory=dict)
    is_broken: bool = False

    async def refuse(self, caller: str, at: datetime, call: CallId) -> None:
        await asyncio.sleep(0)
        if self.is_broken:
            raise LedgerFailed("refusal")
        self.callers.setdefault(caller, call)
