"""Fitted figures: what one fit says of agents and layouts, ready to be kept and selected from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.domain.kpi.estimates import Estimate


@dataclass(frozen=True, slots=True)
class FittedAgent:
    """One agent's fitted figures.

    ``standardised`` and ``corrected`` are proportions in the best category; ``rank_interval`` is marginal 95 %,
    1 = best; ``tier`` 1 is clearly above the middle, 2 cannot be told from it, 3 is clearly below. ``reliability`` is
    the share of the variance between agents' figures that is signal, 0 to 1. ``more_ratings`` would bring it to the
    wanted one.
    """

    agent: str
    standardised: Estimate
    corrected: Estimate
    tier: int | None = None
    rank_interval: tuple[int | None, int | None] = (None, None)
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reliability: float | None = None
    more_ratings: int | None = None


@dataclass(frozen=True, slots=True)
class FittedLayout:
    """One layout's calibration: what it adds to the best category against the reference layout, at the same callers."""

    layout: str
    effect_points: Estimate
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FittedFigures:
    """What one fit found.

    ``method`` names the estimators and their version. ``facts`` are figures of the whole centre that explain the
    others, by name: ``key_habit``, ``response_slope``, ``level``. ``warnings`` are whole sentences for a supervisor.
    """

    method: str
    reference_layout: str | None
    estimand: str
    agents: tuple[FittedAgent, ...]
    layouts: tuple[FittedLayout, ...]
    facts: Mapping[str, Estimate] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
