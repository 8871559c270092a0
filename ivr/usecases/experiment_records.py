"""The report of an experiment as rows of plain values for CSV."""

from collections.abc import Sequence

from ivr.domain.kpi.experiment_figures import ArmFigures
from ivr.domain.kpi.lee_bounds import LeeBounds
from ivr.usecases.figure_cells import figure_cells, figure_columns, value_cell
from ivr.usecases.report_experiment import ExperimentReport
from ivr.usecases.report_table import Table


def experiment_records(report: ExperimentReport) -> Table:
    """Return a row a layout, one column a value, empty where there is none, full precision."""
    figures = ("response_rate", "observed", "response_points", "top_box_points", "win_probability", "sequence")
    bounds = ("lee_lo", "lee_hi", "lee_interval_lo", "lee_interval_hi", "lee_status")
    counts = ("layout", "assigned", "started", "eligible", "rated")
    return Table(
        (
            *counts,
            *figure_columns(figures),
            *bounds,
            *("p_value", "adjusted_p_value", "decided_on", "higher", "verdict"),
        ),
        tuple(_record(row) for row in report.figures.arms),
    )


def _record(row: ArmFigures) -> tuple[str, ...]:
    calls, effects, verdict = row.calls, row.effects, row.verdict
    lee = None if effects is None else effects.lee_top_box
    return (
        row.layout,
        *map(str, (calls.assigned, calls.started, calls.eligible, calls.rated)),
        *figure_cells(row.response_rate),
        *figure_cells(row.observed),
        *figure_cells(None if effects is None else effects.response.figure),
        *figure_cells(None if effects is None else effects.top_box.figure),
        *figure_cells(None if effects is None else effects.win.figure),
        *figure_cells(None if verdict is None else verdict.sequence),
        *(value_cell(None if lee is None else each) for each in _ends(lee)),
        "" if lee is None else lee.status.value,
        value_cell(None if verdict is None else verdict.p_value),
        value_cell(None if verdict is None else verdict.adjusted_p_value),
        "" if verdict is None else verdict.decided_on or "",
        "" if verdict is None else verdict.higher or "",
        "" if verdict is None else verdict.sentence,
    )


def _ends(lee: LeeBounds | None) -> Sequence[float | None]:
    return (None,) * 4 if lee is None else (lee.lo, lee.hi, lee.interval_lo, lee.interval_hi)
