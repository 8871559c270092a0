"""Reports the layouts of a window side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.layouts import LayoutFigures
from ivr.usecases.find_fit import NO_FIT, FitSource, FitStanding
from ivr.usecases.ports import Clock, Tallies
from ivr.usecases.report_agents import AgentReport, nothing_fitted, report_agents
from ivr.usecases.report_window import ALL_CALLS, ReportWindow


@dataclass(frozen=True, slots=True)
class LayoutReport:
    """The layouts' figures of one window."""

    window: ReportWindow
    reference_layout: str | None
    computed_at: datetime
    handled: int
    layouts: tuple[LayoutFigures, ...]
    burden_seconds: Estimate
    warnings: tuple[str, ...]
    fitted: FitStanding = NO_FIT


async def report_layouts(
    tallies: Tallies,
    instruments: Instruments,
    *,
    clock: Clock,
    window: ReportWindow = ALL_CALLS,
    reference_layout: str | None = None,
    fit_source: FitSource = nothing_fitted,
    utility: Sequence[float] | None = None,
) -> LayoutReport:
    """Compute the layouts' part of the agents' report, and nothing else: both pages show the same figures."""
    return layouts_of(
        await report_agents(
            tallies,
            instruments,
            clock=clock,
            window=window,
            reference_layout=reference_layout,
            fit_source=fit_source,
            utility=utility,
        )
    )


def layouts_of(report: AgentReport) -> LayoutReport:
    """Return the layouts' part of an agents' report."""
    return LayoutReport(
        report.window,
        report.reference_layout,
        report.computed_at,
        report.handled,
        report.layouts,
        report.burden_seconds,
        report.warnings,
        report.fitted,
    )
