"""Reads the wallboard: today's calls of the centre and the newest level, without persons."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import ClassVar

from ivr.domain.kpi.agents import LEAK
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.response import Dispositions, count_dispositions, disposition_leak, response_rate
from ivr.usecases.find_fit import FitStanding
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.report_agents import read_counts
from ivr.usecases.report_window import ALL_CALLS, ReportWindow

LEVEL = "level"
"""The fact of a fit that says how satisfied all callers are."""


@dataclass(frozen=True, slots=True)
class Wallboard:
    """Today so far, since midnight of the site; ``leak`` is the warning that no figure can be trusted.

    ``level`` is the corrected level of the whole centre in the newest fit, made at ``level_at``, ``level_age_seconds``
    ago. It is of all calls, whatever queue or site is shown. ``in_progress`` are the calls that are not closed yet.
    """

    since: datetime
    computed_at: datetime
    queue: str | None
    site: str | None
    calls: Dispositions
    response_rate: Estimate
    in_progress: int
    level: Estimate
    level_at: datetime | None
    level_age_seconds: float | None
    leak: str | None


@dataclass(frozen=True, slots=True)
class WallboardQuestion(Question[Wallboard]):
    """Today's calls, of one queue or site where one is named."""

    queue: str | None = None
    site: str | None = None
    rests_on_tallies: ClassVar[bool] = True

    async def answer(self, sources: Sources) -> Wallboard:
        """Return the board as of now."""
        now = sources.clock()
        since = datetime.combine(now.astimezone(sources.zone).date(), time(), tzinfo=sources.zone)
        window = ReportWindow(since=since, queue=self.queue, site=self.site)
        counts, handled = await read_counts(sources.tallies, window)
        calls = count_dispositions(counts)
        leak = disposition_leak(calls, handled)
        standing = await sources.fit_source(ALL_CALLS, sources.instruments)
        return Wallboard(
            since=since,
            computed_at=now,
            queue=self.queue,
            site=self.site,
            calls=calls,
            response_rate=no_figure(Status.REFUSED, LEAK) if leak is not None else response_rate(calls),
            in_progress=await sources.tallies.calls_in_progress(),
            level=_level(standing),
            level_at=None if standing.fit is None else standing.fit.computed_at,
            level_age_seconds=standing.age_seconds,
            leak=leak,
        )


def _level(standing: FitStanding) -> Estimate:
    if standing.fit is None:
        return no_figure(Status.INSUFFICIENT, standing.reason or "nothing has been fitted yet")
    level = standing.fit.figures.facts.get(LEVEL)
    return level or no_figure(Status.INSUFFICIENT, "the newest fit has no level of the whole centre")
