"""Chart geometry: figures as positions in a drawing that is 100 wide; the templates draw, the style sheet colours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.domain.kpi.estimates import Estimate
from ivr.domain.outcomes import Outcome
from ivr.web.marked import gettext

WIDTH = 100.0


@dataclass(frozen=True, slots=True)
class Whisker:
    """An interval with its point, each 0 to 100 from the left."""

    lo: str
    width: str
    point: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a stacked bar."""

    kind: str
    label: str
    calls: int
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class OutcomeGroup:
    """Outcomes that are drawn in one colour; ``label`` is a key for the translators."""

    kind: str
    label: str
    outcomes: tuple[Outcome, ...]


OUTCOME_GROUPS = (
    OutcomeGroup("rated", gettext("rated"), (Outcome.RATED,)),
    OutcomeGroup("no-key", gettext("no valid key"), (Outcome.NO_KEY, Outcome.INVALID_KEYS)),
    OutcomeGroup(
        "declined",
        gettext("declined or left while asked"),
        (Outcome.OPTED_OUT, Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU),
    ),
    OutcomeGroup("not-started", gettext("left before the prompt"), (Outcome.LEFT_BEFORE_PROMPT,)),
    OutcomeGroup(
        "not-offered",
        gettext("not offered"),
        (Outcome.CALLER_LEFT_FIRST, Outcome.TRANSFERRED_AWAY, Outcome.UNAVAILABLE),
    ),
    OutcomeGroup(
        "not-asked",
        gettext("not asked, by our rules"),
        (Outcome.NOT_SELECTED, Outcome.THROTTLED, Outcome.DO_NOT_ASK, Outcome.TOO_SHORT),
    ),
    OutcomeGroup("unknown", gettext("end unknown"), (Outcome.UNKNOWN,)),
)


def share_whisker(figure: Estimate) -> Whisker | None:
    """Place a proportion on 0 to 1."""
    return _whisker(figure, 0.0, 1.0)


def difference_reach(figures: Sequence[Estimate]) -> float:
    """Return how far, in tens of points, an axis around zero has to reach to show all differences."""
    ends = [abs(end) for figure in figures for end in (figure.lo, figure.hi) if end is not None]
    return max(10.0, -(-max(ends, default=0.0) // 10) * 10.0)


def difference_whisker(figure: Estimate, reach: float) -> Whisker | None:
    """Place a difference on an axis from ``-reach`` to ``reach``."""
    return None if figure.method == "reference" else _whisker(figure, -reach, reach)


def outcome_segments(outcomes: Mapping[Outcome, int]) -> tuple[Segment, ...]:
    """Stack a row's outcomes by group; an empty group is left out."""
    parts = [(group.kind, group.label, sum(outcomes[each] for each in group.outcomes)) for group in OUTCOME_GROUPS]
    return stack(parts)


def stack(parts: Sequence[tuple[str, str, int]]) -> tuple[Segment, ...]:
    """Stack (kind, label, calls) side by side."""
    total = sum(calls for _, _, calls in parts)
    segments = []
    before = 0
    for kind, label, calls in parts:
        if calls:
            segments.append(
                Segment(kind, label, calls, _place(before / total), _place(calls / total)),
            )
            before += calls
    return tuple(segments)


def _whisker(figure: Estimate, left: float, right: float) -> Whisker | None:
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return None
    span = right - left
    return Whisker(
        lo=_place((figure.lo - left) / span),
        width=_place((figure.hi - figure.lo) / span),
        point=_place((figure.estimate - left) / span),
    )


def _place(share: float) -> str:
    return f"{WIDTH * share:.2f}"
