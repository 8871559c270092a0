"""Fit options: what a site settles about its fitted figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

METHOD = "structural 1"
"""The estimators and their version: raised whenever the same calls give other figures, so that kept fits are stale."""


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How a fit is made.

    ``reference_layout`` is the one that standardised figures stand on. ``offer_floor`` is the least share of eligible
    calls, 0 to 1, that an honest agent brings to the rating, ``offer_floors`` the same for single queues; without
    either nobody is held against one. ``utility`` weighs the categories, worst to best; None: only the best counts.
    ``seed`` makes the draws of rank intervals repeatable.
    """

    reference_layout: str | None = None
    offer_floor: float | None = None
    offer_floors: Mapping[str, float] = field(default_factory=dict)
    utility: tuple[float, ...] | None = None
    seed: int = 0

    def floor_of(self, queue: str | None) -> float | None:
        """Return the least share of offered calls in ``queue``; None where none is configured."""
        return self.offer_floor if queue is None else self.offer_floors.get(queue, self.offer_floor)
