"""Reports as rows of plain values for CSV."""

from collections.abc import Iterable

from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.layouts import LayoutFigures
from ivr.domain.kpi.response import Dispositions
from ivr.usecases.figure_cells import figure_cells, figure_columns, value_cell
from ivr.usecases.report_agents import AgentReport
from ivr.usecases.report_table import Table


def agent_records(report: AgentReport) -> Table:
    """Return the agents' figures."""
    figures = ("response_rate", "observed", "appraisal", "standardised", "corrected")
    outcomes = tuple(report.totals.outcomes)
    headers = (
        *("agent", "team", "handled", "eligible", "offered", "started", "rated"),
        *(f"outcome_{outcome.value}" for outcome in outcomes),
        *figure_columns(figures),
        *(
            "bounds_lo",
            "bounds_hi",
            "tier",
            "rank_lo",
            "rank_hi",
            "flags",
            "reliability",
            "more_ratings",
            "notes",
            "reasons",
        ),
    )
    rows = []
    for row in report.agents:
        calls = row.calls
        estimates = (row.response_rate, row.observed, row.appraisal, row.standardised, row.corrected)
        rows.append(
            (
                row.agent or "",
                row.team or "",
                *_counts(calls),
                *(str(calls.outcomes[outcome]) for outcome in outcomes),
                *(value for each in estimates for value in figure_cells(each)),
                *(value_cell(each) for each in (row.bounds.lo, row.bounds.hi)),
                *(value_cell(each) for each in (row.tier, *row.rank_interval)),
                "; ".join(row.flags),
                value_cell(row.reliability),
                value_cell(row.more_ratings),
                "; ".join(row.notes),
                _reasons(zip(figures, estimates, strict=True)),
            )
        )
    return Table(headers, tuple(rows))


def layout_records(layouts: tuple[LayoutFigures, ...]) -> Table:
    """Return the layouts' figures."""
    figures = ("response_rate", "break_off", "observed", "effect_points", "burden_seconds", "mis_key_rate")
    headers = ("layout", "handled", "eligible", "offered", "started", "rated")
    rows = []
    for row in layouts:
        estimates = (
            *(row.response_rate, row.break_off, row.observed),
            *(row.effect_points, row.burden_seconds, row.mis_key_rate),
        )
        rows.append(
            (
                row.layout or "",
                *_counts(row.calls),
                *(value for each in estimates for value in figure_cells(each)),
                "; ".join(row.leads),
                row.signed_by or "",
                "; ".join(row.notes),
                _reasons(zip(figures, estimates, strict=True)),
            )
        )
    return Table((*headers, *figure_columns(figures), "leads", "signed_by", "notes", "reasons"), tuple(rows))


def _counts(calls: Dispositions) -> tuple[str, ...]:
    return tuple(map(str, (calls.handled, calls.eligible, calls.offered, calls.started, calls.rated)))


def _reasons(figures: Iterable[tuple[str, Estimate]]) -> str:
    """Say each figure's reasons and caveats in one cell: ``observed: fewer than 10 ratings; corrected: ...``."""
    return "; ".join(f"{name}: {', '.join(each.reasons)}" for name, each in figures if each.reasons)
