"""Reads marks of everybody's figures: whoever sees a part of them is told of news of that part alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ivr.domain.access import Scope
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.report_window import ALL_CALLS


@dataclass(frozen=True, slots=True)
class Marks:
    """A number for each agent in each team, another one as soon as any of the counts is; and when the fit was made."""

    of_counts: Mapping[tuple[str | None, str | None], int]
    fitted_at: datetime | None = None

    def of(self, scope: Scope) -> object:
        """Return what changes with the figures in ``scope``, and with nothing else."""
        marks = frozenset(
            (agent, team, mark)
            for (agent, team), mark in self.of_counts.items()
            if scope.agent in {None, agent} and (scope.teams is None or team in scope.teams)
        )
        return marks, self.fitted_at


@dataclass(frozen=True, slots=True)
class MarksQuestion(Question[Marks]):
    """The marks of now: to an agent, even the moment of somebody else's call is none of their business."""

    rests_on_tallies: ClassVar[bool] = True

    async def answer(self, sources: Sources) -> Marks:
        """Return them."""
        marks: dict[tuple[str | None, str | None], int] = {}
        for count in await sources.tallies.outcome_counts(ALL_CALLS):
            key = count.agent, count.team
            # Added up, as the counts come in no order.
            marks[key] = marks.get(key, 0) + hash(count)
        fit = (await sources.fit_source(ALL_CALLS, sources.instruments)).fit
        return Marks(marks, None if fit is None else fit.computed_at)
