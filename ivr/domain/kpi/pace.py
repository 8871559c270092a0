"""The pace: how soon ratings come, and so in about how many weeks a figure says something that is mostly chance now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.tallies import OutcomeCount

UNTIL_TOLD_APART = "until this agent can be told from the others with some confidence"
"""How every note on more ratings ends."""

_WEEK = timedelta(days=7)
_MOST_WEEKS = 520


def with_weeks_needed(rows: Sequence[AgentFigures], counts: Sequence[OutcomeCount]) -> tuple[AgentFigures, ...]:
    """Return ``rows`` with the weeks that their ``more_ratings`` take at the agent's own pace in these counts.

    The pace is of the agent's first to last call, whoever else is among ``counts``: a page of one agent and a page of
    the team say the same. None where no more ratings are needed, where none has come yet, or where it would take more
    than ten years.
    """
    own: dict[str | None, list[OutcomeCount]] = {}
    for each in counts:
        own.setdefault(each.agent, []).append(each)
    return tuple(_row(row, _weeks(own.get(row.agent, ()))) for row in rows)


def _weeks(counts: Sequence[OutcomeCount]) -> float:
    """Return how many weeks the counts span, at least one."""
    first: datetime | None = min((each.first_ended_at or each.last_ended_at for each in counts), default=None)
    last = max((each.last_ended_at for each in counts), default=None)
    if first is None or last is None:
        return 1.0
    return max(last - first, _WEEK) / _WEEK


def _row(row: AgentFigures, weeks: float) -> AgentFigures:
    if not row.more_ratings or not row.calls.rated:
        return row
    needed = ceil(row.more_ratings * weeks / row.calls.rated)
    if needed > _MOST_WEEKS:
        return row
    ratings = "rating" if row.more_ratings == 1 else "ratings"
    note = (
        f"about {row.more_ratings} more {ratings}, some {needed} {'week' if needed == 1 else 'weeks'} at the present "
        f"pace, {UNTIL_TOLD_APART}"
    )
    return replace(row, weeks_needed=needed, notes=(*row.notes, note))
