"""The call path: how many of the handled calls came how far on the way to a rating, and where the others were lost."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.kpi.response import Dispositions
from ivr.domain.outcomes import DISPOSITIONS, Outcome


class Milestone(StrEnum):
    """How far a call came; each is reached by a part of those that reached the one before."""

    HANDLED = "handled"
    ELIGIBLE = "eligible"
    OFFERED = "offered"
    STARTED = "started"
    RATED = "rated"


@dataclass(frozen=True, slots=True)
class Loss:
    """So many calls ended so; ``outcome`` None: they have no outcome, which is a leak of the ledger."""

    outcome: Outcome | None
    calls: int


@dataclass(frozen=True, slots=True)
class Stage:
    """So many calls reached a milestone; ``losses`` are those of them that did not reach the next, by how they ended.

    ``calls`` less all losses is the next stage's ``calls``.
    """

    milestone: Milestone
    calls: int
    losses: tuple[Loss, ...]


def call_path(calls: Dispositions) -> tuple[Stage, ...]:
    """Return the stages from handled to rated; a loss of no call is left out."""
    lost: dict[Milestone, list[Loss]] = {each: [] for each in Milestone}
    for outcome in Outcome:
        number = calls.outcomes[outcome]
        if number and outcome is not Outcome.RATED:
            lost[_last_milestone(outcome)].append(Loss(outcome, number))
    if calls.handled > calls.disposed:
        lost[Milestone.HANDLED].append(Loss(None, calls.handled - calls.disposed))
    reached = {
        Milestone.HANDLED: calls.handled,
        Milestone.ELIGIBLE: calls.eligible,
        Milestone.OFFERED: calls.offered,
        Milestone.STARTED: calls.started,
        Milestone.RATED: calls.rated,
    }
    return tuple(Stage(each, reached[each], tuple(lost[each])) for each in Milestone)


def _last_milestone(outcome: Outcome) -> Milestone:
    disposition = DISPOSITIONS[outcome]
    if disposition.started:
        return Milestone.STARTED
    if disposition.offered:
        return Milestone.OFFERED
    return Milestone.ELIGIBLE if disposition.eligible else Milestone.HANDLED
