"""Top-2-box: the share of ratings in the two best categories, for scales of at least four."""

from collections.abc import Sequence
from dataclasses import replace

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.pressed import Pressed, mixed_scales
from ivr.domain.kpi.wilson import proportion

FEWEST_CATEGORIES = 4
"""With three categories the second best is the middle one, and the share would count the undecided as content."""


def top_two_box(pressed: Sequence[Pressed]) -> Estimate:
    """Return the share in the two best categories, with its Wilson interval.

    Scales with fewer than FEWEST_CATEGORIES are left out and counted in the reasons; where no other is left, or the
    others mix scales, the figure is refused.
    """
    used = [each for each in pressed if each.n]
    long = [each for each in used if len(each.categories) >= FEWEST_CATEGORIES]
    if used and not long:
        reason = f"no scale has {FEWEST_CATEGORIES} categories or more: the second best would be the middle one"
        return no_figure(Status.REFUSED, reason, n=sum(each.n for each in used), method="wilson")
    mixed = mixed_scales(long)
    if mixed is not None:
        return no_figure(Status.REFUSED, mixed, n=sum(each.n for each in long), method="wilson")
    figure = proportion(sum(sum(each.counts[-2:]) for each in long), sum(each.n for each in long), of="ratings")
    short = sum(each.n for each in used) - figure.n
    if not short:
        return figure
    return replace(figure, reasons=(*figure.reasons, f"{short} ratings on shorter scales are left out"))
