"""What a funnel plot shows; :mod:`ivr.domain.kpi.funnel` computes it."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.kpi.estimates import Status

ALERT, ALARM = 0.95, 0.998
"""The shares that the inner and the outer limits hold where only chance is at work."""
FEWEST_AGENTS = 8
"""Below this many agents the spread between them is not estimated."""


class Zone(StrEnum):
    """Where an agent lies: within the inner limits, beyond them, or beyond the outer ones."""

    INSIDE = "inside"
    ALERT_LOW = "alert_low"
    ALERT_HIGH = "alert_high"
    ALARM_LOW = "alarm_low"
    ALARM_HIGH = "alarm_high"


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One agent's share among n ratings, with the limits at that n; an agent without ratings has None.

    ``zone`` goes by the exact tail of the counts, so on few ratings a share may lie a hair beyond a line and be inside.
    """

    share: float | None
    ratings: int
    alert: tuple[float, float] | None
    alarm: tuple[float, float] | None
    zone: Zone | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """The plot: points in the order given around ``target``, the common share.

    ``dispersion`` is phi, 1 where chance explains the spread; ``tau_squared`` the variance between agents that the
    limits allow for, 0 where none. Both are None where they were not estimated, which ``reasons`` says.
    """

    status: Status
    target: float | None
    dispersion: float | None
    tau_squared: float | None
    points: tuple[FunnelPoint, ...]
    reasons: tuple[str, ...] = ()
