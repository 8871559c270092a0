"""Reports the agents' figures of a window, with the layouts side by side and every caveat."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.domain.kpi import burden
from ivr.domain.kpi.agents import LEAK, AgentFigures, agent_figures
from ivr.domain.kpi.appraisal import leading_warnings
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.layouts import LayoutFigures, layout_figures
from ivr.domain.kpi.response import Dispositions, count_dispositions, disposition_leak, response_rate
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.usecases.ports import Clock, Tallies
from ivr.usecases.report_window import ALL_CALLS, ReportWindow

ESTIMAND = "share of ratings in the best category, as pressed"

_MOST_READINGS = 5


@dataclass(frozen=True, slots=True)
class AgentReport:
    """The figures of one window. ``in_progress`` is None where the reader may not see the whole centre.

    ``leak`` is the warning that no score can be shown, None where the ledger is whole; ``warnings`` holds it too.
    """

    window: ReportWindow
    reference_layout: str | None
    estimand: str
    computed_at: datetime
    handled: int
    in_progress: int | None
    totals: Dispositions
    response_rate: Estimate
    agents: tuple[AgentFigures, ...]
    layouts: tuple[LayoutFigures, ...]
    burden_seconds: Estimate
    warnings: tuple[str, ...]
    leak: str | None = None


async def report_agents(
    tallies: Tallies,
    instruments: Instruments,
    *,
    clock: Clock,
    window: ReportWindow = ALL_CALLS,
    reference_layout: str | None = None,
) -> AgentReport:
    """Compute the report of ``window``.

    ``instruments`` are the layouts' definitions; a rating of any other layout counts as rated, but not in a score.
    Where the outcomes do not sum to the handled calls every score is refused, and a warning gives the numbers.
    """
    counts, handled = await read_counts(tallies, window)
    totals = count_dispositions(counts)
    leak = disposition_leak(totals, handled)
    leaking = leak is not None
    return AgentReport(
        window=window,
        reference_layout=reference_layout,
        estimand=ESTIMAND,
        computed_at=clock(),
        handled=handled,
        in_progress=await tallies.calls_in_progress(),
        totals=totals,
        response_rate=no_figure(Status.REFUSED, LEAK) if leaking else response_rate(totals),
        agents=agent_figures(counts, instruments, leaking=leaking),
        layouts=layout_figures(
            counts,
            instruments,
            reference_layout,
            confirmations=await tallies.confirmation_counts(window),
            allocations=await tallies.allocations(window),
            leaking=leaking,
        ),
        burden_seconds=no_figure(Status.REFUSED, LEAK, unit=burden.UNIT)
        if leaking
        else burden.burden_seconds(counts, instruments),
        warnings=(*(() if leak is None else (leak,)), *leading_warnings(counts, instruments)),
        leak=leak,
    )


def only_own_row(report: AgentReport, person: str | None) -> AgentReport:
    """Return what the agent ``person`` may see of ``report``: the own row, and nothing of anybody else."""
    own = tuple(row for row in report.agents if person is not None and row.agent == person)
    totals = own[0].calls if own else count_dispositions(())
    leak = None if report.leak is None else f"{LEAK}: no score is shown until the ledger is whole"
    return replace(
        report,
        handled=totals.handled,
        in_progress=None,
        totals=totals,
        response_rate=own[0].response_rate if own else response_rate(totals),
        agents=own,
        layouts=(),
        burden_seconds=burden.burden_seconds((), Instruments()),
        warnings=() if leak is None else (leak,),
        leak=leak,
    )


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
