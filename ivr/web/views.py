"""Views: a report in the words and shapes of a page."""

from dataclasses import dataclass
from datetime import tzinfo

from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.bounds import Bounds
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.layouts import LayoutFigures
from ivr.domain.kpi.response import Dispositions
from ivr.usecases.report_agents import AgentReport
from ivr.web.charts import (
    Segment,
    Whisker,
    difference_reach,
    difference_whisker,
    outcome_segments,
    share_whisker,
    stack,
)
from ivr.web.fit_views import FitView, fit_view

_DASH = "–"
_MINUS = "−"
_TIERS = {1: "clearly above the middle", 2: "cannot be told from the middle", 3: "clearly below the middle"}


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure with its interval and n, or its status and the reason why there is none."""

    status: str
    value: str | None
    interval: str
    n: str
    whisker: Whisker | None
    is_wide: bool
    reasons: tuple[str, ...]

    @property
    def spoken(self) -> str:
        """The figure in one sentence, for the drawing's label."""
        return f"{self.value}, interval {self.interval}, {self.n}" if self.value else "; ".join(self.reasons)


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent's row; ``appraisal`` is None where it is the same as ``observed``.

    ``tier`` says where the agent stands, and ``ranks`` between which places: never a single one.
    """

    key: str
    name: str
    team: str
    calls: Dispositions
    response_rate: FigureView
    observed: FigureView
    appraisal: FigureView | None
    bounds: str | None
    standardised: FigureView
    corrected: FigureView
    tier: str | None
    ranks: str | None
    flags: tuple[str, ...]
    segments: tuple[Segment, ...]
    outcomes: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShareView:
    """One category of a layout, with its colour."""

    kind: str
    name: str
    figure: FigureView


@dataclass(frozen=True, slots=True)
class LayoutView:
    """One layout's row."""

    name: str
    calls: Dispositions
    response_rate: FigureView
    break_off: FigureView
    observed: FigureView
    shares: tuple[Segment, ...]
    share_texts: tuple[ShareView, ...]
    effect: FigureView
    is_reference: bool
    notes: tuple[str, ...]
    leads: tuple[str, ...]
    signed_by: str | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report's page. ``in_progress`` is None where the reader does not see the whole centre.

    An alarm says that no figure can be trusted, a caution that some stand on layouts that lead.
    """

    window: str
    computed_at: str
    computed_at_iso: str
    fit: FitView
    handled: int
    in_progress: int | None
    totals: Dispositions
    response_rate: FigureView
    segments: tuple[Segment, ...]
    agents: tuple[AgentView, ...]
    layouts: tuple[LayoutView, ...]
    reach: str
    alarm: str | None
    cautions: tuple[str, ...]


def report_view(report: AgentReport, zone: tzinfo) -> ReportView:
    """Put ``report`` into words; times are those of ``zone``."""
    reach = difference_reach([row.effect_points for row in report.layouts])
    computed_at = report.computed_at.astimezone(zone)
    return ReportView(
        window=_window_text(report, zone),
        computed_at=computed_at.strftime("%Y-%m-%d %H:%M:%S %Z"),
        computed_at_iso=computed_at.isoformat(),
        fit=fit_view(report.fitted, zone),
        handled=report.handled,
        in_progress=report.in_progress,
        totals=report.totals,
        response_rate=share_view(report.response_rate),
        segments=outcome_segments(report.totals.outcomes),
        agents=tuple(_agent_view(row) for row in report.agents),
        layouts=tuple(_layout_view(row, report.reference_layout, reach) for row in report.layouts),
        reach=f"{reach:.0f}",
        alarm=report.leak,
        cautions=tuple(warning for warning in report.warnings if warning != report.leak),
    )


def share_view(figure: Estimate) -> FigureView:
    """Say a proportion in per cent."""
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return _no_figure(figure)
    return FigureView(
        status=_words(figure.status),
        value=f"{100 * figure.estimate:.0f} %",
        interval=f"{100 * figure.lo:.0f}{_DASH}{100 * figure.hi:.0f} %",
        n=f"n = {figure.n:,}",
        whisker=share_whisker(figure),
        is_wide=figure.status is Status.WIDE,
        reasons=figure.reasons,
    )


def difference_view(figure: Estimate, reach: float) -> FigureView:
    """Say a difference in percentage points, with its sign."""
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return _no_figure(figure)
    if figure.method == "reference":
        return FigureView("ok", "reference", "", "", None, is_wide=False, reasons=())
    return FigureView(
        status=_words(figure.status),
        value=f"{_signed(figure.estimate)} points",
        interval=f"{_signed(figure.lo)} to {_signed(figure.hi)}",
        n=f"n = {figure.n:,}",
        whisker=difference_whisker(figure, reach),
        is_wide=figure.status is Status.WIDE,
        reasons=figure.reasons,
    )


def _no_figure(figure: Estimate) -> FigureView:
    n = f"n = {figure.n:,}"
    return FigureView(_words(figure.status), None, "", n, None, is_wide=False, reasons=figure.reasons)


def _words(status: Status) -> str:
    return status.value.replace("_", " ")


def _signed(points: float) -> str:
    rounded = round(points)
    sign = "+" if rounded > 0 else _MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded)}"


def _agent_view(row: AgentFigures) -> AgentView:
    return AgentView(
        key="nobody" if row.agent is None else f"agent-{row.agent}",
        name="without agent" if row.agent is None else row.agent,
        team=row.team or "",
        calls=row.calls,
        response_rate=share_view(row.response_rate),
        observed=share_view(row.observed),
        appraisal=None if row.appraisal == row.observed else share_view(row.appraisal),
        bounds=_bounds_text(row.bounds),
        standardised=share_view(row.standardised),
        corrected=share_view(row.corrected),
        tier=None if row.tier is None else _TIERS.get(row.tier),
        ranks=_ranks_text(row),
        flags=tuple(flag.replace("_", " ") for flag in row.flags),
        segments=outcome_segments(row.calls.outcomes),
        outcomes=_outcome_list(row.calls),
        notes=row.notes,
    )


def _layout_view(row: LayoutFigures, reference: str | None, reach: float) -> LayoutView:
    best_first = tuple(reversed(row.shares))
    last = len(row.shares) - 1
    parts = [
        (_share_kind(each.category, last), each.name, round((each.share.estimate or 0.0) * each.share.n))
        for each in best_first
    ]
    return LayoutView(
        name="no layout" if row.layout is None else row.layout,
        calls=row.calls,
        response_rate=share_view(row.response_rate),
        break_off=share_view(row.break_off),
        observed=share_view(row.observed),
        shares=stack(parts),
        share_texts=tuple(
            ShareView(_share_kind(each.category, last), each.name, share_view(each.share))
            for each in best_first
            if each.share.estimate is not None
        ),
        effect=difference_view(row.effect_points, reach),
        is_reference=row.layout is not None and row.layout == reference,
        notes=row.notes,
        leads=row.leads,
        signed_by=row.signed_by,
    )


def _share_kind(category: int, last: int) -> str:
    """Name a category's colour: the two ends, and what lies between."""
    return "best" if category == last else "worst" if category == 0 else "middle"


def _ranks_text(row: AgentFigures) -> str | None:
    lo, hi = row.rank_interval
    return None if lo is None or hi is None else f"place {lo}{_DASH}{hi}"


def _outcome_list(calls: Dispositions) -> tuple[tuple[str, int], ...]:
    return tuple((outcome.value.replace("_", " "), count) for outcome, count in calls.outcomes.items() if count)


def _bounds_text(bounds: Bounds) -> str | None:
    if bounds.lo is None or bounds.hi is None:
        return None
    return f"{100 * bounds.lo:.0f}{_DASH}{100 * bounds.hi:.0f} %"


def _window_text(report: AgentReport, zone: tzinfo) -> str:
    window = report.window
    begin, end = (
        None if each is None else each.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        for each in (window.since, window.until)
    )
    if begin and end:
        span = f"calls ended from {begin} until {end}"
    elif begin:
        span = f"calls ended since {begin}"
    elif end:
        span = f"calls ended before {end}"
    else:
        span = "all calls"
    names = (("queue", window.queue), ("site", window.site), ("language", window.language))
    return ", ".join([span, *(f"{name} {value}" for name, value in names if value)])
