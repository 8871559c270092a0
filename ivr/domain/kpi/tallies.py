"""Tallies: the counts that the figures are made of; frozen, and addable."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many closed, counted calls share an agent, a team, a layout, an outcome and a category.

    ``outcome`` is None where a stored call has none or one that is not known: a leak, shown as one.
    ``last_ended_at`` is the latest end among them, ``first_ended_at`` the earliest. For ``asked`` of the calls it is
    known how long their callers were asked: ``asked_seconds`` in all, ``asked_seconds_squared`` the sum of squares.
    """

    agent: str | None
    team: str | None
    layout: str | None
    layout_version: str | None
    outcome: Outcome | None
    category: int | None
    calls: int
    last_ended_at: datetime
    first_ended_at: datetime | None = None
    asked: int = 0
    asked_seconds: float = 0.0
    asked_seconds_squared: float = 0.0
