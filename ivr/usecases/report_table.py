"""Reports as rows of text for a terminal, and as rows of plain values for CSV."""

from dataclasses import dataclass

from ivr.domain.kpi import burden
from ivr.domain.kpi.bounds import Bounds
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.layouts import LayoutFigures
from ivr.domain.kpi.response import Dispositions
from ivr.usecases.report_agents import AgentReport

_POINTS = "percentage points"


@dataclass(frozen=True, slots=True)
class Table:
    """Headers and rows of the same length."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def figure_text(figure: Estimate) -> str:
    """Say a figure with its interval and n, or why there is none: ``80.0 % (49.0 to 94.3), n 10``."""
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return f"none: {'; '.join(figure.reasons)}"
    if figure.method == "reference":
        return "reference"
    if figure.unit == _POINTS:
        text = f"{figure.estimate:+.1f} points ({figure.lo:+.1f} to {figure.hi:+.1f}), n {figure.n}"
    elif figure.unit == burden.UNIT:
        text = f"{figure.estimate:.1f} s ({figure.lo:.1f} to {figure.hi:.1f}), n {figure.n}"
    else:
        text = f"{100 * figure.estimate:.1f} % ({100 * figure.lo:.1f} to {100 * figure.hi:.1f}), n {figure.n}"
    return f"{text}, wide" if figure.status is Status.WIDE else text


def bounds_text(bounds: Bounds) -> str:
    """Say worst-case bounds: ``24.0 to 94.0 %``."""
    if bounds.lo is None or bounds.hi is None:
        return "none"
    return f"{100 * bounds.lo:.1f} to {100 * bounds.hi:.1f} %"


def agent_table(report: AgentReport) -> Table:
    """Return the agents' figures for a terminal."""
    headers = ("agent", "team", "handled", "eligible", "offered", "started", "rated")
    return Table(
        (*headers, "response rate", "top-box as pressed", "top-box for appraisal", "worst-case bounds", "notes"),
        tuple(
            (
                row.agent or "(without agent)",
                row.team or "",
                *_counts(row.calls),
                figure_text(row.response_rate),
                figure_text(row.observed),
                "as pressed" if row.appraisal == row.observed else figure_text(row.appraisal),
                bounds_text(row.bounds),
                "; ".join(row.notes),
            )
            for row in report.agents
        ),
    )


def layout_table(layouts: tuple[LayoutFigures, ...]) -> Table:
    """Return the layouts side by side for a terminal."""
    return Table(
        (
            "layout",
            "eligible",
            "rated",
            "response rate",
            "top-box as pressed",
            "against the reference",
            "burden",
            "mis-keys",
            "shares",
        ),
        tuple(
            (
                layout_label(row),
                str(row.calls.eligible),
                str(row.calls.rated),
                figure_text(row.response_rate),
                figure_text(row.observed),
                figure_text(row.effect_points),
                figure_text(row.burden_seconds),
                figure_text(row.mis_key_rate),
                ", ".join(
                    f"{each.name} {100 * each.share.estimate:.1f} %"
                    for each in reversed(row.shares)
                    if each.share.estimate is not None
                ),
            )
            for row in layouts
        ),
    )


def layout_label(row: LayoutFigures) -> str:
    """Name a layout, and say where it leads callers: ``paced-123 (leads, nobody signed)``."""
    name = row.layout or "(no layout)"
    if not row.leads:
        return name
    return f"{name} (leads, {'nobody signed' if row.signed_by is None else f'signed by {row.signed_by}'})"


def agent_records(report: AgentReport) -> Table:
    """Return the agents' figures for CSV: one column a value, empty where there is none, full precision."""
    figures = ("response_rate", "observed", "appraisal", "standardised", "corrected")
    parts = ("estimate", "lo", "hi", "n", "status")
    outcomes = tuple(report.totals.outcomes)
    headers = (
        *("agent", "team", "handled", "eligible", "offered", "started", "rated"),
        *(f"outcome_{outcome.value}" for outcome in outcomes),
        *(f"{figure}_{part}" for figure in figures for part in parts),
        *("bounds_lo", "bounds_hi", "notes"),
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
                *(value for each in estimates for value in _values(each)),
                *(_value(each) for each in (row.bounds.lo, row.bounds.hi)),
                "; ".join(row.notes),
            )
        )
    return Table(headers, tuple(rows))


def layout_records(layouts: tuple[LayoutFigures, ...]) -> Table:
    """Return the layouts' figures for CSV."""
    figures = ("response_rate", "break_off", "observed", "effect_points", "burden_seconds", "mis_key_rate")
    parts = ("estimate", "lo", "hi", "n", "status")
    headers = ("layout", "handled", "eligible", "offered", "started", "rated")
    return Table(
        (*headers, *(f"{figure}_{part}" for figure in figures for part in parts), "leads", "signed_by", "notes"),
        tuple(
            (
                row.layout or "",
                *_counts(row.calls),
                *(
                    value
                    for each in (
                        row.response_rate,
                        row.break_off,
                        row.observed,
                        row.effect_points,
                        row.burden_seconds,
                        row.mis_key_rate,
                    )
                    for value in _values(each)
                ),
                "; ".join(row.leads),
                row.signed_by or "",
                "; ".join(row.notes),
            )
            for row in layouts
        ),
    )


def _counts(calls: Dispositions) -> tuple[str, ...]:
    return tuple(map(str, (calls.handled, calls.eligible, calls.offered, calls.started, calls.rated)))


def _values(figure: Estimate) -> tuple[str, ...]:
    return (
        *(_value(each) for each in (figure.estimate, figure.lo, figure.hi)),
        str(figure.n),
        figure.status.value,
    )


def _value(number: float | None) -> str:
    return "" if number is None else repr(number)
