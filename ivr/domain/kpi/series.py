"""Series: where a layout's figures break, because what callers heard became another version."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Span:
    """The calls of one version: from the end of the first to the end of the last, and how many were rated.

    ``version`` is None for calls that came without one.
    """

    version: str | None
    since: datetime
    until: datetime
    rated: int


def series_spans(counts: Iterable[OutcomeCount]) -> tuple[Span, ...]:
    """Return one span a version among ``counts`` (of one layout), in the order in which they began.

    Two spans that overlap were heard at the same time: two services, or an import. A line drawn over the figures
    has to break at every begin but the first.
    """
    spans: dict[str | None, Span] = {}
    for count in counts:
        rated = count.calls if count.outcome is Outcome.RATED else 0
        since, until = count.first_ended_at or count.last_ended_at, count.last_ended_at
        known = spans.get(count.layout_version)
        if known is not None:
            since, until, rated = min(since, known.since), max(until, known.until), rated + known.rated
        spans[count.layout_version] = Span(count.layout_version, since, until, rated)
    return tuple(sorted(spans.values(), key=lambda span: (span.since, span.until, span.version or "")))
