"""Reports the layouts of a window side by side."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.layouts import LayoutFigures
from ivr.usecases.ports import Clock, Tallies
from ivr.usecases.report_agents import report_agents
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


async def report_layouts(
    tallies: Tallies,
    instruments: Instruments,
    *,
    clock: Clock,
    window: ReportWindow = ALL_CALLS,
    reference_layout: str | None = None,
) -> LayoutReport:
    """Compute the layouts' part of the agents' report, and nothing else: both pages show the same figures."""
    report = await report_agents(tallies, instruments, clock=clock, window=window, reference_layout=reference_layout)
    return LayoutReport(
        report.window,
        report.reference_layout,
        report.computed_at,
        report.handled,
        report.layouts,
        report.burden_seconds,
        report.warnings,
    )
