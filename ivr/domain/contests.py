"""Contests: a rating that somebody holds to be unfair, and what a second person decided about it.

The rating itself never changes. A decision says whether figures count the call; a later one can undo it, and all of
them stay. Whoever contests a rating never decides about it, and neither does the agent whom it is about.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.domain.calls import CallId
from ivr.domain.outcomes import Outcome
from ivr.errors import ContestRefused

SHORTEST_REASON = 10
LONGEST_REASON = 1000


class Verdict(StrEnum):
    """What was decided: the figures leave the call out, or go on counting it."""

    EXCLUDE = "exclude"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: the name of the sign-in, and which agent that person is, if any."""

    name: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Contest:
    """That ``who`` contests the rating of ``call``. ``number`` is the ledger's, None before it is stored."""

    call: CallId
    at: datetime
    who: Actor
    reason: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ContestDecision:
    """What ``who`` decided. ``number`` grows with each decision, None before it is stored."""

    at: datetime
    who: Actor
    verdict: Verdict
    reason: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ContestCase:
    """A contest with all that was decided about it, the oldest first."""

    contest: Contest
    decisions: tuple[ContestDecision, ...] = ()

    @property
    def last(self) -> ContestDecision | None:
        """The decision that holds; None while the contest is open."""
        return self.decisions[-1] if self.decisions else None

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return not self.decisions


@dataclass(frozen=True, slots=True)
class RatedCall:
    """What a contest has to know of its call, as the ledger has it now."""

    agent: str | None
    team: str | None
    outcome: Outcome | None
    is_test: bool
    is_excluded: bool


def reason_of(text: str) -> str:
    """Return a reason as it is kept; raises ContestRefused where it says too little or too much."""
    reason = " ".join(text.split())
    if len(reason) < SHORTEST_REASON:
        raise ContestRefused(f"Give a reason of at least {SHORTEST_REASON} characters, so that others can judge it.")
    if len(reason) > LONGEST_REASON:
        raise ContestRefused(
            f"The reason has {len(reason)} characters; {LONGEST_REASON} are the most. Please shorten it."
        )
    if not reason.isprintable():
        raise ContestRefused("The reason holds characters that cannot be printed; please take them out.")
    return reason


def why_not_contested(call: RatedCall, case: ContestCase | None) -> str | None:
    """Return why the rating of ``call`` cannot be contested (again), in a sentence; None where it can."""
    if case is not None:
        if case.is_open:
            return f"This rating is contested already, by {case.contest.who.name}; it waits for a decision."
        return "This rating was contested and decided already; whoever decides can decide anew."
    if call.outcome is not Outcome.RATED:
        return "The caller gave no rating in this call, so there is nothing to contest."
    if call.is_test:
        return "This was a test call; it counts in no figure, so there is nothing to contest."
    if call.is_excluded:
        return "The figures leave this call out already, so there is nothing to contest."
    return None


def why_not_decided_by(who: Actor, call: RatedCall, case: ContestCase) -> str | None:
    """Return why ``who`` cannot decide about ``case``, in a sentence; None where they can."""
    contester = case.contest.who
    if who.name == contester.name or (who.person is not None and who.person == contester.person):
        return "You have contested this rating yourself; somebody else has to decide."
    if who.person is not None and who.person == call.agent:
        return "This rating is about you; somebody else has to decide."
    return None


def why_not_decided(case: ContestCase, verdict: Verdict, seen: int | None) -> str | None:
    """Return why ``verdict`` adds nothing, in a sentence; None where it does.

    ``seen`` is the number of the decision that held when the form was shown, None where there was none.
    """
    last = case.last
    if last is None:
        return None
    if last.number != seen:
        return f"Meanwhile {last.who.name} has decided; read that decision first, and decide anew if you disagree."
    if last.verdict is verdict:
        return "This was decided so already; nothing was changed."
    return None
