"""Standing: what may be said of all agents and of each, and what may not, in words that a supervisor understands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.structural.design import Design
from ivr.domain.kpi.structural.overlap import (
    MOST_OUTSIDE,
    agents_apart,
    anchored_layouts,
    ratings_outside,
    response_spread,
)

FEWEST_FOLLOW_UPS = 30
WEAK_INSTRUMENT_POINTS = 5.0
MOST_SLOPE_ERROR = 0.3
"""With a standard error above this, and no follow-ups, the level would be the prior's."""
LEAST_FOLLOW_UP_RESPONSE = 0.4


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no figure."""

    status: Status
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Refusals of all figures (``everything``), of the level alone (``level``), of single agents by number.

    ``anchored`` are the layouts that can be compared; ``cautions`` are said with each level.
    """

    everything: Refusal | None
    level: Refusal | None
    agents: Mapping[int, Refusal]
    anchored: frozenset[str]
    cautions: tuple[str, ...]


def standing_of(design: Design, reference: str, sampled: int) -> Standing:
    """Return what a design allows to say; ``sampled`` callers were drawn for a follow-up."""
    anchored = anchored_layouts(design, reference)
    ratings = design.rated.sum()
    if ratings == 0:
        return Standing(Refusal(Status.INSUFFICIENT, "nobody has rated yet"), None, {}, anchored, ())
    outside = ratings_outside(design, anchored)
    if outside > MOST_OUTSIDE:
        return Standing(_no_overlap(design, outside), None, {}, anchored, ())
    answered = float(design.later.sum() + design.anyway.sum())
    heard = {design.layouts[layout].key for layout in set(design.layout[design.rated.sum(axis=1) > 0].tolist())}
    apart = Refusal(
        Status.NOT_IDENTIFIED,
        "no queue of this agent is served by the other agents, so the agent cannot be told from the queue",
    )
    return Standing(
        everything=None,
        level=_level(design, answered, len(heard)),
        agents=dict.fromkeys(sorted(agents_apart(design)), apart),
        anchored=anchored,
        cautions=_cautions(answered, sampled),
    )


def settled_standing(standing: Standing, answered: float, slope_error: float) -> Standing:
    """Return the standing once the fit is made: without follow-ups the level wants a slope that the silence settles.

    ``slope_error`` is the standard error of how response hangs on satisfaction, logits for each logit.
    """
    if standing.level is not None or answered >= FEWEST_FOLLOW_UPS or slope_error <= MOST_SLOPE_ERROR:
        return standing
    refusal = Refusal(
        Status.NOT_IDENTIFIED,
        f"only {answered:.0f} follow-up answers of silent callers, {FEWEST_FOLLOW_UPS} are needed, and the randomised "
        "silence before the prompt tells too little of who stays silent: the bounds hold",
    )
    return replace(standing, level=refusal)


def _no_overlap(design: Design, outside: float) -> Refusal:
    if any(stratum.shares is None for stratum in design.strata):
        why = "calls came without the probabilities by which their layouts were drawn"
    else:
        why = "they were never drawn in the same place as the others"
    return Refusal(
        Status.NOT_IDENTIFIED,
        f"{100 * outside:.0f} % of the ratings were made on layouts that cannot be compared with the reference layout: "
        f"{why}; draw all layouts at random for a share of the callers at each site",
    )


def _level(design: Design, answered: float, layouts: int) -> Refusal | None:
    if answered >= FEWEST_FOLLOW_UPS:
        return None
    have = f"only {answered:.0f} follow-up answers of silent callers, {FEWEST_FOLLOW_UPS} are needed"
    if layouts == 1:
        return Refusal(
            Status.NOT_IDENTIFIED, f"{have}: with one layout throughout, nothing else tells what silent callers think"
        )
    spread = response_spread(design)
    if spread < WEAK_INSTRUMENT_POINTS:
        return Refusal(
            Status.NOT_IDENTIFIED,
            f"{have}, and the randomised silence before the prompt changes the response by {spread:.1f} points only "
            f"({WEAK_INSTRUMENT_POINTS:.0f} are needed): nothing tells what silent callers think, but the bounds hold",
        )
    return None


def _cautions(answered: float, sampled: int) -> tuple[str, ...]:
    if answered < FEWEST_FOLLOW_UPS:
        return ("rests on the randomised silence before the prompt alone, as there are too few follow-up answers",)
    if sampled and answered / sampled < LEAST_FOLLOW_UP_RESPONSE:
        return (f"only {100 * answered / sampled:.0f} % of the followed-up callers answered",)
    return ()
