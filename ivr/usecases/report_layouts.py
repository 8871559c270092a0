"""Reports the layouts of a window side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.kpi.layouts import LayoutFigures
from ivr.domain.layouts import Layout
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
    warnings: tuple[str, ...]


async def report_layouts(
    tallies: Tallies,
    layouts: Mapping[str, Layout],
    *,
    clock: Clock,
    window: ReportWindow = ALL_CALLS,
    reference_layout: str | None = None,
) -> LayoutReport:
    """Compute the layouts' part of the agents' report, and nothing else: both pages show the same figures."""
    report = await report_agents(tallies, layouts, clock=clock, window=window, reference_layout=reference_layout)
    return LayoutReport(
        report.window,
        report.reference_layout,
        report.computed_at,
        report.handled,
        report.layouts,
        report.warnings,
    )
