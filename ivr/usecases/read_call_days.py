"""Reads of which days the calls of a window are, for pages that show figures of them."""

from dataclasses import dataclass
from typing import ClassVar

from ivr.domain.kpi.tallies import CallDays
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.report_window import ALL_CALLS, ReportWindow


@dataclass(frozen=True, slots=True)
class CallDaysQuestion(Question[CallDays | None]):
    """The first and the last day of the calls that a window's figures count; None where there is no call."""

    rests_on_tallies: ClassVar[bool] = True
    window: ReportWindow = ALL_CALLS

    async def answer(self, sources: Sources) -> CallDays | None:
        """Return them."""
        return await sources.tallies.call_days(self.window)
