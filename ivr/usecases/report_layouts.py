"""Reports the layouts of a window side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.kpi import burden
from ivr.domain.kpi.agents import LEAK
from ivr.domain.kpi.appraisal import leading_warnings
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.fitted_rows import with_fitted_layouts
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.layouts import LayoutFigures, layout_figures
from ivr.domain.kpi.response import count_dispositions, disposition_leak
from ivr.domain.kpi.tallies import of_centre
from ivr.usecases.find_fit import NO_FIT, FitSource, FitStanding
from ivr.usecases.ports import Clock, Tallies
from ivr.usecases.report_agents import AgentReport, nothing_fitted, read_counts
from ivr.usecases.report_window import ALL_CALLS, ReportWindow


@dataclass(frozen=True, slots=True)
class LayoutReport:
    """The layouts' figures of one window; ``leak`` and ``warnings`` as in the agents' report."""

    window: ReportWindow
    reference_layout: str | None
    computed_at: datetime
    handled: int
    layouts: tuple[LayoutFigures, ...]
    burden_seconds: Estimate
    warnings: tuple[str, ...]
    fitted: FitStanding = NO_FIT
    leak: str | None = None


async def report_layouts(
    tallies: Tallies,
    instruments: Instruments,
    *,
    clock: Clock,
    window: ReportWindow = ALL_CALLS,
    reference_layout: str | None = None,
    fit_source: FitSource = nothing_fitted,
    utility: Sequence[float] | None = None,  # noqa: ARG001 - what reports of figures are called with
) -> LayoutReport:
    """Compute the layouts' part of the agents' report without the agents; both show the same figures."""
    of_agents, handled = await read_counts(tallies, window)
    counts = of_centre(of_agents)
    leak = disposition_leak(count_dispositions(counts), handled)
    fitted = NO_FIT if leak is not None else await fit_source(window, instruments)
    layouts = layout_figures(
        counts,
        instruments,
        reference_layout,
        confirmations=await tallies.confirmation_counts(window),
        allocations=await tallies.allocations(window),
        leaking=leak is not None,
    )
    return LayoutReport(
        window,
        reference_layout,
        clock(),
        handled,
        layouts if fitted.fit is None else with_fitted_layouts(layouts, fitted.fit.figures),
        burden.burden_seconds(counts, instruments)
        if leak is None
        else no_figure(Status.REFUSED, LEAK, unit=burden.UNIT),
        (*(() if leak is None else (leak,)), *leading_warnings(counts, instruments), *fitted.warnings),
        fitted,
        leak,
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
        report.leak,
    )
