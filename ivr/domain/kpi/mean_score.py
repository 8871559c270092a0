"""The mean category of ratings on one scale, 1 for the worst, with a t interval.

It takes the step from one category to the next to be the same everywhere, which nobody has shown for keys of a
telephone; every figure says so. It never pools layouts: a 3 of five is no 3 of three.
"""

from collections.abc import Sequence

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.mean_interval import METHOD, counted_mean
from ivr.domain.kpi.pressed import Pressed, joined_scale, mixed_scales


def mean_score(pressed: Sequence[Pressed]) -> Estimate:
    """Return the mean category, 1 = worst to the number of categories = best; refused where the ratings mix scales."""
    used = [each for each in pressed if each.n]
    if not used:
        return no_figure(Status.INSUFFICIENT, "no ratings", unit="category", method=METHOD)
    mixed = mixed_scales(used)
    if mixed is not None:
        return no_figure(Status.REFUSED, mixed, unit="category", n=sum(each.n for each in used), method=METHOD)
    scale = joined_scale(used)
    best = len(scale.categories)
    counts = {float(category): count for category, count in enumerate(scale.counts, start=1)}
    return counted_mean(counts, (1.0, float(best)), unit=f"category, 1 to {best}", of="ratings")
