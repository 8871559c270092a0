"""Reads the layouts' pages: the layouts side by side, and one with its versions and what was decided of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from ivr.domain.allocation_spans import AllocationSpan
from ivr.domain.kpi.layouts import LayoutFigures
from ivr.domain.lifecycle import LayoutDecision, Standing
from ivr.usecases.enough_ratings import EnoughRatings
from ivr.usecases.find_fit import FitStanding, fit_of
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.report_layouts import LayoutReport, report_layouts
from ivr.usecases.report_window import ALL_CALLS, ReportWindow


@dataclass(frozen=True, slots=True)
class LayoutsAnswer:
    """The layouts' report, and where each version stands."""

    report: LayoutReport
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class LayoutsQuestion(Question[LayoutsAnswer]):
    """The layouts of a window side by side. ``fit_window`` is asked for a fit where it is another."""

    rests_on_tallies: ClassVar[bool] = True
    window: ReportWindow = ALL_CALLS
    fit_window: ReportWindow | None = None

    async def answer(self, sources: Sources) -> LayoutsAnswer:
        """Return the report, without the agents' part of the fit."""
        report = await _report(sources, self.window, self.fit_window)
        return LayoutsAnswer(report, tuple(await sources.layout_history.standings()))


@dataclass(frozen=True, slots=True)
class LayoutAnswer:
    """One layout: its figures (None without calls), its versions, what was decided of them, and when it was given.

    ``allocations`` are the spans in which it was given to anybody.
    """

    figures: LayoutFigures | None
    reference_layout: str | None
    computed_at: datetime
    fitted: FitStanding
    warnings: tuple[str, ...]
    standings: tuple[Standing, ...]
    decisions: tuple[LayoutDecision, ...]
    allocations: tuple[AllocationSpan, ...]

    @property
    def is_known(self) -> bool:
        """Whether the ledger knows anything of the layout."""
        return bool(self.figures or self.standings or self.allocations)


@dataclass(frozen=True, slots=True)
class LayoutQuestion(Question[LayoutAnswer]):
    """One layout; ``window`` and ``fit_window`` as of all layouts."""

    layout: str
    rests_on_tallies: ClassVar[bool] = True
    window: ReportWindow = ALL_CALLS
    fit_window: ReportWindow | None = None

    async def answer(self, sources: Sources) -> LayoutAnswer:
        """Return what the ledger knows of the layout."""
        report = await _report(sources, self.window, self.fit_window)
        history = sources.layout_history
        return LayoutAnswer(
            figures=next((row for row in report.layouts if row.layout == self.layout), None),
            reference_layout=report.reference_layout,
            computed_at=report.computed_at,
            fitted=report.fitted,
            # That another layout leads is told on its own page.
            warnings=(*(() if report.leak is None else (report.leak,)), *report.fitted.warnings),
            standings=tuple(await history.standings(self.layout)),
            decisions=tuple(await history.decisions(self.layout)),
            allocations=tuple(span for span in await history.allocations() if span.layouts.get(self.layout, 0.0) > 0),
        )


async def _report(sources: Sources, window: ReportWindow, fit_window: ReportWindow | None) -> LayoutReport:
    report = await report_layouts(
        sources.tallies,
        sources.instruments,
        clock=sources.clock,
        window=window,
        reference_layout=sources.reference_layout,
        fit_source=fit_of(sources.fit_source, fit_window),
        utility=sources.utility,
    )
    # One layout is a narrow choice by nature; and who reads these may read agents' pages too.
    enough = EnoughRatings(sources.drill_down_minimum)
    untold = enough.untold(await sources.tallies.outcome_counts(window), sources.instruments)
    return replace(
        report,
        layouts=enough.layouts(report.layouts, report.reference_layout, untold=untold),
        fitted=without_agents(report.fitted),
    )


def without_agents(standing: FitStanding) -> FitStanding:
    """Return how a fit stands without the figures of persons, which pages of the whole centre do not show."""
    if standing.fit is None:
        return standing
    return replace(standing, fit=replace(standing.fit, figures=replace(standing.fit.figures, agents=())))
