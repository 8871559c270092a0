"""Reads what a reader can choose from: queues, sites, languages and teams."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.domain.kpi.tallies import PlaceNames
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.report_window import ReportWindow


@dataclass(frozen=True, slots=True)
class PlacesQuestion(Question[PlaceNames]):
    """The places of all calls within a scope."""

    rests_on_tallies: ClassVar[bool] = True
    teams: frozenset[str] | None = None
    agent: str | None = None

    async def answer(self, sources: Sources) -> PlaceNames:
        """Return the names."""
        return await sources.tallies.place_names(ReportWindow(teams=self.teams, agent=self.agent))
