"""Reports as rows of text for a terminal: narrow cells, and below them why there is no figure."""

from dataclasses import dataclass

from ivr.domain.kpi.bounds import Bounds
from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.layouts import LayoutFigures
from ivr.usecases.figure_text import WIDE, narrow_text, two_lines
from ivr.usecases.find_fit import FitStanding
from ivr.usecases.report_agents import AgentReport
from ivr.usecases.table_remarks import agent_name, agent_remarks, layout_name, layout_remarks


@dataclass(frozen=True, slots=True)
class Table:
    """Headers and rows of the same length, and the sentences that belong under them."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()


def bounds_text(bounds: Bounds) -> str:
    """Say worst-case bounds: ``24-94 %``."""
    if bounds.lo is None or bounds.hi is None:
        return "none"
    return f"{100 * bounds.lo:.0f}-{100 * bounds.hi:.0f} %"


def ranks_text(ranks: tuple[int | None, int | None]) -> str:
    """Say a rank interval: ``3-17``; empty where there is none."""
    lo, hi = ranks
    return "" if lo is None or hi is None else f"{lo}-{hi}"


def fit_text(fitted: FitStanding) -> str:
    """Say in one line where fitted figures come from: ``fitted 12 min ago from 4,560 calls (all months)``."""
    fit = fitted.fit
    if fit is None:
        return f"no fitted figures: {fitted.reason}" if fitted.reason else "no fitted figures"
    calls = "" if fit.handled is None else f" from {fit.handled:,} calls"
    stale = "" if fitted.stale is None else f"; {fitted.stale}"
    return f"fitted {age_text(fitted.age_seconds or 0.0)} ago{calls} ({fit.months}){stale}"


def age_text(seconds: float) -> str:
    """Say an age in the unit that fits: ``40 s``, ``12 min``, ``5 h``, ``3 days``."""
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def agent_table(report: AgentReport) -> Table:
    """Return the agents' figures for a terminal of 120 columns; n of a figure stands where it is not ``rated``.

    Where appraisals leave ratings out they stand in the place of the bounds.
    """
    apart = any(row.appraisal != row.observed for row in report.agents)
    counted = ("agent", "team", "rated", "response", "observed", "appraisal" if apart else "bounds")
    return Table(
        (*counted, "standardised", "corrected", "tier", "ranks", "flags"),
        tuple(
            (
                agent_name(row),
                row.team or "",
                f"{row.calls.rated}/{row.calls.eligible}",
                narrow_text(row.response_rate),
                _with_own_n(row.observed, row.calls.rated),
                narrow_text(row.appraisal) if apart else bounds_text(row.bounds),
                _with_own_n(row.standardised, row.calls.rated),
                narrow_text(row.corrected),
                "" if row.tier is None else str(row.tier),
                ranks_text(row.rank_interval),
                # The column's word; the notes say what is meant.
                ", ".join(flag.partition("_")[0] for flag in row.flags),
            )
            for row in report.agents
        ),
        (*_legend(appraised=apart), *agent_remarks(report.agents)),
    )


def layout_table(layouts: tuple[LayoutFigures, ...]) -> Table:
    """Return the layouts side by side for a terminal of 120 columns."""
    headers = ("layout", "eligible", "rated", "response", "observed", "against the reference", "burden", "mis-keys")
    return Table(
        (*headers, "shares"),
        tuple(
            (
                layout_name(row),
                str(row.calls.eligible),
                str(row.calls.rated),
                narrow_text(row.response_rate),
                narrow_text(row.observed),
                two_lines(narrow_text(row.effect_points)),
                narrow_text(row.burden_seconds),
                narrow_text(row.mis_key_rate),
                "\n".join(
                    f"{each.name} {100 * each.share.estimate:.0f} %"
                    for each in reversed(row.shares)
                    if each.share.estimate is not None
                ),
            )
            for row in layouts
        ),
        layout_remarks(layouts),
    )


def _legend(*, appraised: bool) -> tuple[str, ...]:
    fourth = "appraisal: without layouts that lead" if appraised else "bounds: all the silent worst, or all best"
    lines = f"""
shares of the best category, 95 % interval ({WIDE} wide); observed: as pressed; {fourth}
standardised (orders): one layout, one mix of calls; corrected (level): all eligible calls; site quality is inside
tier 1: clearly above the middle, 3: clearly below, 2: cannot be told from it; ranks: the agent is between these
"""
    return tuple(lines.strip().splitlines())


def _with_own_n(figure: Estimate, rated: int) -> str:
    return (
        narrow_text(figure) if figure.estimate is None or figure.n == rated else f"{narrow_text(figure)} n {figure.n}"
    )
