"""Reads the agents' report: whole, as the document for scripts, and the calls in progress beside it."""

import json
from dataclasses import dataclass
from typing import ClassVar

from ivr.usecases.enough_ratings import EnoughRatings
from ivr.usecases.find_fit import fit_of
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.report_agents import AgentReport, report_agents, without_centre
from ivr.usecases.report_json import report_json
from ivr.usecases.report_window import ReportWindow


@dataclass(frozen=True, slots=True)
class AgentsQuestion(Question[AgentReport]):
    """The whole report of a window; its fit is that of ``fit_window`` where one is given."""

    rests_on_tallies: ClassVar[bool] = True
    window: ReportWindow
    fit_window: ReportWindow | None = None

    async def answer(self, sources: Sources) -> AgentReport:
        """Return the report."""
        report = await report_agents(
            sources.tallies,
            sources.instruments,
            clock=sources.clock,
            window=self.window,
            reference_layout=sources.reference_layout,
            fit_source=fit_of(sources.fit_source, self.fit_window),
            utility=sources.utility,
        )
        return EnoughRatings.of(self.window, sources.drill_down_minimum).report(report)


@dataclass(frozen=True, slots=True)
class AgentsDocumentQuestion(Question[bytes]):
    """The report as JSON in UTF-8; ``shows_centre``: with the layouts, and what the fit says of the whole centre."""

    rests_on_tallies: ClassVar[bool] = True
    window: ReportWindow
    shows_centre: bool
    fit_window: ReportWindow | None = None

    async def answer(self, sources: Sources) -> bytes:
        """Return the document."""
        report = await AgentsQuestion(self.window, self.fit_window).answer(sources)
        return json.dumps(report_json(report if self.shows_centre else without_centre(report))).encode()


@dataclass(frozen=True, slots=True)
class InProgressQuestion(Question[int]):
    """How many calls of the centre are not closed yet."""

    async def answer(self, sources: Sources) -> int:
        """Return the number."""
        return await sources.tallies.calls_in_progress()
