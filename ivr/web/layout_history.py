"""The history of a layout's versions: when each was heard, what was decided of it, and what it was given to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from ivr.domain.kpi.series import Span
from ivr.domain.lifecycle import LayoutDecision, State, Step
from ivr.usecases.read_layouts import LayoutAnswer
from ivr.web.charts.spans import Lasting, SpanChart, span_chart
from ivr.web.languages import Words
from ivr.web.layout_views import stratum_text
from ivr.web.marked import gettext


@dataclass(frozen=True, slots=True)
class StepView:
    """One decision in words."""

    what: str
    who: str
    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version. ``heard`` is None where no closed call has it; ``version`` is None for calls without one."""

    version: str | None
    is_now: bool
    state: str
    heard: Span | None
    leads: tuple[str, ...]
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A stratum was given the layout with ``share`` for a while; ``until`` None: it still is, by that experiment."""

    experiment: str
    stratum: str
    share: float
    since: datetime
    until: datetime | None


_STATES = {
    State.DRAFT: gettext("draft"),
    State.CHECKED: gettext("checked"),
    State.PUBLISHED: gettext("published"),
    State.RETIRED: gettext("retired"),
}
_STEPS = {
    Step.DRAFTED: gettext("drafted"),
    Step.CHECKED: gettext("checked"),
    Step.PUBLISHED: gettext("published"),
    Step.RETIRED: gettext("retired"),
    Step.SIGNED: gettext("signed for appraisals"),
}


def version_rows(words: Words, answer: LayoutAnswer, version_now: str | None) -> tuple[VersionRow, ...]:
    """Return the versions, the newest first: those that were noted, and those that only calls know."""
    heard = {span.version: span for span in (answer.figures.series if answer.figures else ())}
    noted = [each.version for each in answer.standings]
    by_version = {each.version: each for each in answer.standings}
    only_heard = [version for version in heard if version not in by_version]
    rows = []
    for version in [*only_heard, *noted][::-1]:
        standing = by_version.get(version or "")
        state = standing.state if standing else None
        rows.append(
            VersionRow(
                version=version,
                is_now=version is not None and version == version_now,
                state=words.gettext(_STATES[state]) if state else words.gettext("not noted here"),
                heard=heard.get(version),
                leads=words.sentences(standing.leads) if standing else (),
                steps=tuple(step_view(words, each) for each in answer.decisions if each.version == version),
            )
        )
    return tuple(rows)


def step_view(words: Words, decision: LayoutDecision) -> StepView:
    """Put one decision into words."""
    return StepView(words.gettext(_STEPS[decision.step]), decision.who, decision.at, decision.reason)


def given_rows(words: Words, answer: LayoutAnswer) -> tuple[GivenRow, ...]:
    """Return when the layout was given to whom, the newest first."""
    layout = answer.figures.layout if answer.figures else None
    key = layout or (answer.standings[0].layout if answer.standings else None)
    rows = [
        GivenRow(
            each.experiment,
            stratum_text(words, each.stratum),
            each.layouts.get(key or "", 0.0),
            each.since,
            each.until,
        )
        for each in answer.allocations
    ]
    return tuple(reversed(rows))


def heard_chart(words: Words, series: Sequence[Span], now: datetime, zone: tzinfo) -> SpanChart | None:
    """Draw from when to when each version was heard, the oldest first."""
    lasting = [
        Lasting(
            span.version or words.gettext("no version"),
            span.since,
            span.until,
            words.ngettext("%(n)s rating", "%(n)s ratings", span.rated),
            "best" if number == len(series) - 1 else "middle",
        )
        for number, span in enumerate(series)
    ]
    return span_chart(lasting, now, zone)
