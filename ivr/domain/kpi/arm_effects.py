"""Arm effects: what a layout changes against the reference, in who answers and in what is answered.

The response rate stands first and always: a layout that fewer answer can raise the score by losing the discontent. So a
difference in ratings is shown beside the difference in answers, and Lee's bounds say what is left of it among those who
answer either way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ivr.domain.experiments import PrimaryMetric
from ivr.domain.kpi.arms import ArmCount, Arms
from ivr.domain.kpi.comparisons import Comparison, no_comparison
from ivr.domain.kpi.estimates import POINTS, Status
from ivr.domain.kpi.lee_bounds import Answered, LeeBounds, Measure, lee_bounds, no_bounds
from ivr.domain.kpi.two_proportions import TwoByTwo, compare_proportions
from ivr.domain.kpi.win_probability import UNIT as WIN_UNIT
from ivr.domain.kpi.win_probability import Ordered, win_probability

NO_DEFINITION = "no rating of {} can be read: it has no definition here"


@dataclass(frozen=True, slots=True)
class DesignEffects:
    """By how much repeat callers widen what is said of answering, and of what is answered."""

    response: float = 1.0
    ratings: float = 1.0


@dataclass(frozen=True, slots=True)
class ArmEffects:
    """A layout against the reference, within the strata that draw both.

    ``fewest_ratings`` are those of the layout or of the reference there, whichever has fewer.
    """

    response: Comparison
    top_box: Comparison
    win: Comparison
    lee_top_box: LeeBounds
    lee_win: LeeBounds
    fewest_ratings: int = 0

    @property
    def has_other_answers(self) -> bool:
        """Whether the two are answered by different shares of the callers, beyond chance."""
        figure = self.response.figure
        return figure.lo is not None and figure.hi is not None and not figure.lo <= 0 <= figure.hi


def effects_of(arms: Arms, layout: str, reference: str, effects: DesignEffects) -> ArmEffects:
    """Compare ``layout`` with ``reference``."""
    pairs = arms.shared(layout, reference)
    if not pairs:
        return without_effects(Status.NOT_IDENTIFIED, why_apart(arms, layout, reference))
    return ArmEffects(
        response=compare(PrimaryMetric.RESPONSE_RATE, arms, layout, reference, effects),
        top_box=compare(PrimaryMetric.TOP_BOX, arms, layout, reference, effects),
        win=compare(PrimaryMetric.WIN_PROBABILITY, arms, layout, reference, effects),
        lee_top_box=_lee(Measure.TOP_BOX, arms, layout, reference, effects),
        lee_win=_lee(Measure.WIN_PROBABILITY, arms, layout, reference, effects),
        fewest_ratings=min(sum(own.judged for own, _ in pairs), sum(other.judged for _, other in pairs)),
    )


def compare(metric: PrimaryMetric, arms: Arms, layout: str, reference: str, effects: DesignEffects) -> Comparison:
    """Compare ``layout`` with ``reference`` by one metric, within the strata that draw both."""
    pairs = arms.shared(layout, reference)
    unit = WIN_UNIT if metric is PrimaryMetric.WIN_PROBABILITY else POINTS
    if not pairs:
        return no_comparison(Status.NOT_IDENTIFIED, why_apart(arms, layout, reference), unit=unit)
    if metric is PrimaryMetric.RESPONSE_RATE:
        tables = [TwoByTwo(a.rated, a.eligible, b.rated, b.eligible) for a, b in pairs]
        return compare_proportions(tables, design_effect=effects.response, of="eligible calls")
    for each in (layout, reference):
        if arms.scales.get(each) is None and arms.total(each).rated:
            return no_comparison(Status.NOT_IDENTIFIED, NO_DEFINITION.format(each), unit=unit)
    words = scale_words(arms, layout, reference)
    if metric is PrimaryMetric.WIN_PROBABILITY:
        own, other = arms.scales.get(layout), arms.scales.get(reference)
        if own is not None and other is not None and len(own) != len(other):
            reason = f"{len(own)} categories against {len(other)}: their order cannot be matched"
            return no_comparison(Status.NOT_IDENTIFIED, reason, unit=unit)
        found = win_probability(_ordered(pairs), design_effect=effects.ratings)
    else:
        wide = metric is PrimaryMetric.TOP_TWO_BOX
        found = compare_proportions(
            [
                TwoByTwo(a.best_two if wide else a.best, a.judged, b.best_two if wide else b.best, b.judged)
                for a, b in pairs
            ],
            design_effect=effects.ratings,
            of="ratings",
        )
        if wide and any(scale is not None and len(scale) < 4 for scale in arms.scales.values()):
            words = (*words, "of three categories the second best is the middle one")
    return replace(found, figure=replace(found.figure, reasons=(*found.figure.reasons, *words)))


def without_effects(status: Status, *reasons: str) -> ArmEffects:
    """Return the effects that say why there are none."""
    points = no_comparison(status, *reasons)
    return ArmEffects(
        response=points,
        top_box=points,
        win=no_comparison(status, *reasons, unit=WIN_UNIT),
        lee_top_box=no_bounds(Measure.TOP_BOX, status, *reasons),
        lee_win=no_bounds(Measure.WIN_PROBABILITY, status, *reasons),
    )


def why_apart(arms: Arms, layout: str, reference: str) -> str:
    """Say why two layouts cannot be compared."""
    if not arms.strata:
        return "no allocation is stored with the calls, so nobody knows whether chance gave them their layouts"
    return f"no stratum draws both {layout} and {reference}: their callers may differ as well as the layouts"


def scale_words(arms: Arms, layout: str, reference: str) -> tuple[str, ...]:
    """Say where two layouts do not ask on one scale."""
    own, other = arms.scales.get(layout), arms.scales.get(reference)
    if own is None or other is None or own == other:
        return ()
    words = (
        f"{layout} asks for {_listed(own)}, {reference} for {_listed(other)}: the scales are not interchangeable, "
        "so a difference may be one of words"
    )
    return (words,)


def _lee(measure: Measure, arms: Arms, layout: str, reference: str, effects: DesignEffects) -> LeeBounds:
    comparison = compare(PrimaryMetric(measure.value), arms, layout, reference, effects)
    if comparison.figure.status in {Status.NOT_IDENTIFIED, Status.INSUFFICIENT}:
        return no_bounds(measure, comparison.figure.status, *comparison.figure.reasons)
    pairs = arms.shared(layout, reference)
    strata = [Answered(a.eligible, _answers(a, measure), b.eligible, _answers(b, measure)) for a, b in pairs]
    # A stratum may lack one of the two, and then has no ratings of it either.
    width = max((len(each) for one in strata for each in (one.ratings, one.reference_ratings)), default=0)
    padded = [
        one._replace(ratings=_padded(one.ratings, width), reference_ratings=_padded(one.reference_ratings, width))
        for one in strata
    ]
    return lee_bounds(padded, measure, design_effect=effects.response)


def _answers(arm: ArmCount, measure: Measure) -> tuple[int, ...]:
    return (arm.judged - arm.best, arm.best) if measure is Measure.TOP_BOX else tuple(arm.ratings)


def _ordered(pairs: Sequence[tuple[ArmCount, ArmCount]]) -> list[Ordered]:
    width = max((len(arm.ratings) for pair in pairs for arm in pair), default=0)
    return [Ordered(_padded(a.ratings, width), _padded(b.ratings, width)) for a, b in pairs]


def _padded(counts: Sequence[int], width: int) -> tuple[int, ...]:
    return (*counts, *(0 for _ in range(width - len(counts))))


def _listed(scale: tuple[str, ...]) -> str:
    return ", ".join(scale)
