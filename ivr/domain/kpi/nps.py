"""The Net Promoter Score, for scales of 10 or 11 points alone.

Reichheld's definition is on 0 to 10: promoters choose 9 or 10, detractors 0 to 6. On 1 to 10 the same numbers are
used, as is the custom. On fewer keys there is no such score, and none is made up: see ``net_satisfaction.py``.

F. F. Reichheld (2003), The one number you need to grow, Harvard Business Review 81(12):46-54.
B. Rocks (2016), Interval estimation for the "Net Promoter Score", The American Statistician 70:365-372.
"""

from collections.abc import Sequence

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.net_satisfaction import METHOD, net_share
from ivr.domain.kpi.pressed import Pressed, joined_scale, mixed_scales

UNIT = "NPS points, -100 to 100"
_POINTS = (10, 11)
_PROMOTERS = 2
_PASSIVES = 2


def net_promoter_score(pressed: Sequence[Pressed]) -> Estimate:
    """Return the Net Promoter Score of ratings on one scale of 10 or 11 categories; refused for any other."""
    used = [each for each in pressed if each.n]
    if not used:
        return no_figure(Status.INSUFFICIENT, "no ratings", unit=UNIT, method=METHOD)
    mixed = mixed_scales(used)
    if mixed is not None:
        return no_figure(Status.REFUSED, mixed, unit=UNIT, method=METHOD)
    scale = joined_scale(used)
    points = len(scale.categories)
    if points not in _POINTS:
        reason = f"{scale.layout} has {points} categories; an NPS is defined on 0 to 10 alone: read net satisfaction"
        return no_figure(Status.REFUSED, reason, unit=UNIT, n=scale.n, method=METHOD)
    promoters = sum(scale.counts[-_PROMOTERS:])
    detractors = sum(scale.counts[: points - _PROMOTERS - _PASSIVES])
    return net_share(promoters, detractors, scale.n, unit=UNIT, scale=100.0)
