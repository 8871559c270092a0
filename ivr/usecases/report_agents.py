"""Reports the agents' figures of a window, with the layouts side by side and every caveat."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from ivr.domain.kpi import burden
from ivr.domain.kpi.aapor import OutcomeRates, outcome_rates
from ivr.domain.kpi.agents import LEAK, AgentFigures, agent_figures
from ivr.domain.kpi.appraisal import leading_warnings
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.fitted_rows import with_fitted_agents, with_fitted_layouts, without_fitted_agents
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.layouts import LayoutFigures, layout_figures
from ivr.domain.kpi.pace import with_weeks_needed
from ivr.domain.kpi.response import Dispositions, count_dispositions, disposition_leak, response_rate
from ivr.domain.kpi.tallies import OutcomeCount, of_centre
from ivr.usecases.find_fit import NO_FIT, FitSource, FitStanding
from ivr.usecases.ports import Clock, Tallies
from ivr.usecases.report_window import ALL_CALLS, ReportWindow

ESTIMAND = "share of ratings in the best category, as pressed"

_MOST_READINGS = 5


@dataclass(frozen=True, slots=True)
class AgentReport:
    """The figures of one window. ``in_progress`` is None for a part of the centre: a call under way has no agent yet.

    ``leak`` is the warning that no score can be shown, None where the ledger is whole; ``warnings`` holds it too, and
    those of the fit, whose standing is in ``fitted``.
    """

    window: ReportWindow
    reference_layout: str | None
    estimand: str
    computed_at: datetime
    handled: int
    in_progress: int | None
    totals: Dispositions
    response_rate: Estimate
    outcome_rates: OutcomeRates
    agents: tuple[AgentFigures, ...]
    layouts: tuple[LayoutFigures, ...]
    burden_seconds: Estimate
    warnings: tuple[str, ...]
    leak: str | None = None
    fitted: FitStanding = NO_FIT


async def nothing_fitted(_window: ReportWindow, _instruments: Instruments) -> FitStanding:
    """Find no fit, and say nothing of it."""
    return NO_FIT


async def report_agents(
    tallies: Tallies,
    instruments: Instruments,
    *,
    clock: Clock,
    window: ReportWindow = ALL_CALLS,
    reference_layout: str | None = None,
    fit_source: FitSource = nothing_fitted,
    utility: Sequence[float] | None = None,
) -> AgentReport:
    """Compute the report of ``window``.

    ``instruments`` are the layouts' definitions; a rating of any other layout counts as rated, but not in a score.
    ``fit_source`` says where the fitted figures come from, ``utility`` what each category is worth. Where the outcomes
    do not sum to the handled calls every score is refused, and a warning gives the numbers.
    """
    counts, handled = await read_counts(tallies, window)
    centre = of_centre(counts)
    totals = count_dispositions(centre)
    leak = disposition_leak(totals, handled)
    leaking = leak is not None
    fitted = NO_FIT if leaking else await fit_source(window, instruments)
    layouts = layout_figures(
        centre,
        instruments,
        reference_layout,
        confirmations=await tallies.confirmation_counts(window),
        allocations=await tallies.allocations(window),
        leaking=leaking,
    )
    return AgentReport(
        window=window,
        reference_layout=reference_layout,
        estimand=ESTIMAND if fitted.fit is None else fitted.fit.figures.estimand,
        computed_at=clock(),
        handled=handled,
        in_progress=await tallies.calls_in_progress() if window.teams is None and window.agent is None else None,
        totals=totals,
        response_rate=no_figure(Status.REFUSED, LEAK) if leaking else response_rate(totals),
        outcome_rates=_outcome_rates(totals, leaking=leaking),
        agents=with_weeks_needed(
            _fitted_agents(agent_figures(counts, instruments, leaking=leaking, utility=utility), fitted), counts
        ),
        layouts=layouts if fitted.fit is None else with_fitted_layouts(layouts, fitted.fit.figures),
        burden_seconds=no_figure(Status.REFUSED, LEAK, unit=burden.UNIT)
        if leaking
        else burden.burden_seconds(centre, instruments),
        warnings=(
            *(() if leak is None else (leak,)),
            *leading_warnings(centre, instruments),
            *fitted.warnings,
        ),
        leak=leak,
        fitted=fitted,
    )


def _outcome_rates(totals: Dispositions, *, leaking: bool) -> OutcomeRates:
    if not leaking:
        return outcome_rates(totals)
    return OutcomeRates(**{each.name: no_figure(Status.REFUSED, LEAK) for each in fields(OutcomeRates)})


def _fitted_agents(rows: Sequence[AgentFigures], fitted: FitStanding) -> tuple[AgentFigures, ...]:
    if fitted.fit is not None:
        return with_fitted_agents(rows, fitted.fit.figures)
    return tuple(rows) if fitted.reason is None else without_fitted_agents(rows, fitted.reason)


def without_centre(report: AgentReport) -> AgentReport:
    """Return what somebody may see of ``report`` who has no right to figures of the whole centre.

    The layouts, and what the fit says of the centre, are left out; when it was made and how it stands are not.
    """
    leak = None if report.leak is None else f"{LEAK}: no score is shown until the ledger is whole"
    return replace(
        report,
        layouts=(),
        burden_seconds=burden.burden_seconds((), Instruments()),
        warnings=(*(() if leak is None else (leak,)), *report.fitted.remarks),
        leak=leak,
        fitted=_without_the_centre(report.fitted),
    )


def _without_the_centre(fitted: FitStanding) -> FitStanding:
    if fitted.fit is None:
        return fitted
    figures = replace(fitted.fit.figures, agents=(), layouts=(), facts={}, warnings=())
    return replace(fitted, fit=replace(fitted.fit, handled=None, figures=figures))


async def read_counts(tallies: Tallies, window: ReportWindow) -> tuple[Sequence[OutcomeCount], int]:
    """Read the counts and the number of handled calls as of one moment.

    They are two queries, and a call may close between them; that is no leak. So the number is read on both sides
    of the counts, and all again while it moves. In a rush that never pauses, counts between the two are whole.
    """
    after = await tallies.handled_calls(window)
    for _ in range(_MOST_READINGS):
        before = after
        counts = await tallies.outcome_counts(window)
        after = await tallies.handled_calls(window)
        if before == after:
            return counts, after
    disposed = count_dispositions(counts).disposed
    return counts, disposed if before <= disposed <= after else after
