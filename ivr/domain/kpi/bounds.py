"""Worst-case bounds: what the silent callers could at most change (Manski 1990, 2003).

With a share r of the eligible calls rated and a share p of those in the best category, the share among all
eligible calls lies in [r p, r p + 1 - r], whatever the others would have pressed. No assumption is made, and
sampling error is not included: the bounds speak of these very calls.

C. F. Manski (1990), American Economic Review 80:319-323; (2003), Partial Identification of Probability Distributions.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest possible share; both None where there is no figure."""

    lo: float | None
    hi: float | None


NO_BOUNDS = Bounds(None, None)


def worst_case_bounds(best: int, judged: int, eligible: int) -> Bounds:
    """Bound the share of ``eligible`` calls in the best category.

    ``judged`` calls have a rating that can be read, ``best`` of them in the best category. No eligible call: no bounds.
    """
    if eligible == 0:
        return NO_BOUNDS
    return Bounds(best / eligible, (best + eligible - judged) / eligible)
