"""Peers: an agent among the others in a funnel plot, by name or without names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.funnel_points import ALARM, ALERT, FEWEST_AGENTS, Funnel, FunnelPoint, Zone
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.kpi.top_box import Ratings, read_ratings

MOST_NAMED = 60
"""Of more peers than this only those outside of the inner limits are named."""
_CURVE_POINTS = 48
NO_PEERS = f"fewer than {FEWEST_AGENTS} colleagues have ratings here: their figures would say whose they are"


@dataclass(frozen=True, slots=True)
class Peer:
    """One other agent; ``agent`` is None where the reader may not know, or need not, who it is."""

    agent: str | None
    share: float
    ratings: int
    zone: Zone


@dataclass(frozen=True, slots=True)
class LimitsAt:
    """The inner (``alert``) and outer (``alarm``) limits at so many ratings."""

    ratings: int
    alert: tuple[float, float]
    alarm: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Peers:
    """The funnel: ``own`` is the agent's point, None without ratings; ``target`` the share of all together.

    Where ``status`` is not ok there is no funnel, which ``reasons`` explain. ``mixes_layouts``: callers heard several
    layouts, which move pressed shares by themselves.
    """

    status: Status
    target: float | None
    own: FunnelPoint | None
    others: tuple[Peer, ...]
    curves: tuple[LimitsAt, ...]
    mixes_layouts: bool
    reasons: tuple[str, ...]

    @property
    def outside(self) -> int:
        """How many of the others lie outside of the inner limits."""
        return sum(each.zone is not Zone.INSIDE for each in self.others)


def peers(counts: Iterable[OutcomeCount], known: Instruments, agent: str, *, named: bool) -> Peers:
    """Return ``agent`` among the agents of ``counts``; calls without an agent are left out.

    Without names the others stand in an order that tells nothing, and there must be enough of them.
    """
    cells: dict[str, list[OutcomeCount]] = {agent: []}
    for each in counts:
        if each.agent is not None:
            cells.setdefault(each.agent, []).append(each)
    ratings = {key: read_ratings(cells[key], known) for key in sorted(cells)}
    rated = sum(each.judged > 0 for key, each in ratings.items() if key != agent)
    if not named and rated < FEWEST_AGENTS:
        return _no_peers(Status.INSUFFICIENT, NO_PEERS)
    from ivr.domain.kpi.funnel import funnel  # noqa: PLC0415 - numeric libraries, for those who only read the answer

    found = funnel([each.best for each in ratings.values()], [each.judged for each in ratings.values()])
    points = dict(zip(ratings, found.points, strict=True))
    others = [
        Peer(key if named and (rated <= MOST_NAMED or point.zone is not Zone.INSIDE) else None, *_place(point))
        for key, point in points.items()
        if key != agent and point.share is not None
    ]
    if not named:
        others.sort(key=lambda each: (each.ratings, each.share))
    own = points[agent]
    return Peers(
        found.status,
        found.target,
        None if own.share is None else own,
        tuple(others),
        _curves(found),
        mixes_layouts=_mixes(ratings.values()),
        reasons=found.reasons,
    )


def refused_peers(reason: str) -> Peers:
    """Return what says that nobody can be compared, and why."""
    return _no_peers(Status.REFUSED, reason)


def _no_peers(status: Status, reason: str) -> Peers:
    return Peers(status, None, None, (), (), mixes_layouts=False, reasons=(reason,))


def _place(point: FunnelPoint) -> tuple[float, int, Zone]:
    return point.share or 0.0, point.ratings, point.zone or Zone.INSIDE


def _curves(found: Funnel) -> tuple[LimitsAt, ...]:
    most = max((each.ratings for each in found.points), default=0)
    if found.target is None or not most:
        return ()
    from ivr.domain.kpi.funnel import limits  # noqa: PLC0415 - as above

    target, tau_squared = found.target, found.tau_squared or 0.0
    return tuple(
        LimitsAt(each, limits(target, each, ALERT, tau_squared), limits(target, each, ALARM, tau_squared))
        for each in _spread(most)
    )


def _spread(most: int) -> Sequence[int]:
    """Return numbers of ratings up to ``most``, close together where the limits are steep."""
    steps = range(1, _CURVE_POINTS + 1)
    return sorted({max(1, round(most * (step / _CURVE_POINTS) ** 2)) for step in steps})


def _mixes(ratings: Iterable[Ratings]) -> bool:
    return len({layout for each in ratings for layout, _ in each.instruments}) > 1
