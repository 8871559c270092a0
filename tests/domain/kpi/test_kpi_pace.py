"""The pace: how many weeks more ratings take."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.kpi.agents import AgentFigures, agent_figures
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.pace import with_weeks_needed
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.outcomes import Outcome

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)


def count(agent: str, calls: int, days: float, outcome: Outcome = Outcome.RATED) -> OutcomeCount:
    category = 2 if outcome is Outcome.RATED else None
    last = FIRST + timedelta(days=days)
    return OutcomeCount(agent, None, "plain", None, outcome, category, calls, last, first_ended_at=FIRST)


def rows(counts: list[OutcomeCount], more: int | None) -> tuple[AgentFigures, ...]:
    figures = agent_figures(counts, Instruments.of_scales({"plain": ("bad", "fair", "good")}))
    return with_weeks_needed([replace(row, more_ratings=more) for row in figures], counts)


@pytest.mark.parametrize(
    ("ratings", "days", "more", "weeks"),
    [(40, 56, 20, 4), (40, 56, 21, 5), (7, 14, 7, 2), (10, 1, 10, 1), (10, 0, 5, 1), (1, 700, 60, None)],
)
def test_weeks_go_by_the_agent_s_own_pace(ratings: int, days: float, more: int, weeks: int | None) -> None:
    (row,) = rows([count("ann", ratings, days)], more)
    assert row.weeks_needed == weeks
    assert any("at the present pace" in note for note in row.notes) is (weeks is not None)
    assert all(note.endswith("until this agent can be told from the others with some confidence") for note in row.notes)


def test_the_weeks_of_an_agent_are_the_same_whoever_else_is_counted() -> None:
    ann, bob = count("ann", 80, 56), count("bob", 8, 28)
    together = {row.agent: row.weeks_needed for row in rows([ann, bob], 8)}
    assert together == {"ann": 1, "bob": 4}
    for alone in (ann, bob):
        (row,) = rows([alone], 8)
        assert row.weeks_needed == together[alone.agent]


@pytest.mark.parametrize("more", [0, None])
def test_nothing_is_said_where_nothing_is_needed(more: int | None) -> None:
    (row,) = rows([count("ann", 80, 56)], more)
    assert (row.weeks_needed, row.notes) == (None, ())


def test_nothing_is_said_where_nobody_has_rated_yet() -> None:
    (row,) = rows([count("ann", 8, 56, Outcome.NO_KEY)], 50)
    assert row.weeks_needed is None
