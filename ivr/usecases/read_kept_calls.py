"""Reads how much is kept about an agent's calls."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ivr.domain.outcomes import Outcome
from ivr.usecases.contests import ContestCounts
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.report_window import ReportWindow


@dataclass(frozen=True, slots=True)
class KeptCalls:
    """How much is kept of an agent's calls up to and with the day ``until``.

    ``rated`` are those of the ``calls`` whose callers rated; ``excluded`` ratings stand beside them, in no figure.
    """

    calls: int
    rated: int
    excluded: int
    contests: ContestCounts
    until: date


@dataclass(frozen=True, slots=True)
class KeptCallsQuestion(Question[KeptCalls]):
    """All calls of ``agent`` until last midnight: a number that moves while one watches tells who rated."""

    agent: str

    async def answer(self, sources: Sources) -> KeptCalls:
        """Return the numbers."""
        today = sources.clock().astimezone(sources.zone).date()
        midnight = datetime.combine(today, time(), tzinfo=sources.zone)
        window = ReportWindow(until=midnight, agent=self.agent)
        counts = await sources.tallies.outcome_counts(window)
        excluded = await sources.tallies.excluded_counts(window)
        return KeptCalls(
            calls=sum(count.calls for count in (*counts, *excluded)),
            rated=sum(count.calls for count in counts if count.outcome is Outcome.RATED),
            excluded=sum(count.calls for count in excluded if count.outcome is Outcome.RATED),
            contests=await sources.contests.counts(window),
            until=today - timedelta(days=1),
        )
