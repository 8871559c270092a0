"""The funnel plot's geometry: shares over the number of ratings within two pairs of limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.domain.kpi.funnel_points import Zone
from ivr.domain.kpi.peers import Peer, Peers
from ivr.web.charts.scales import Scale, round_ticks

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 46, 546, 14, 252


@dataclass(frozen=True, slots=True)
class Dot:
    """One agent who can be pointed at."""

    peer: Peer
    x: str
    y: str
    is_outside: bool


@dataclass(frozen=True, slots=True)
class FunnelPlot:
    """The drawing: ``dots`` stand apart, ``cloud`` is a path through all other peers; ``own`` is a place, or None.

    ``inner`` and ``outer`` are the areas between the limits, ``target`` the height of the common share.
    """

    dots: tuple[Dot, ...]
    cloud: str
    own: tuple[str, str] | None
    inner: str
    outer: str
    target: str
    ticks_x: tuple[tuple[str, float], ...]
    ticks_y: tuple[tuple[str, float], ...]


def funnel_plot(peers: Peers) -> FunnelPlot | None:
    """Place the agents; None where there is no funnel."""
    if peers.target is None or not peers.curves:
        return None
    most = peers.curves[-1].ratings
    lo = min([peers.curves[0].alarm[0], *(each.share for each in peers.others), _own_share(peers)])
    bottom = 0.0 if lo < 0.5 else 0.5
    x, y = Scale(0.0, most * 1.03, LEFT, RIGHT), Scale(bottom, 1.0, BOTTOM, TOP)
    apart = [each for each in peers.others if each.agent is not None]
    rest = [each for each in peers.others if each.agent is None]
    return FunnelPlot(
        dots=tuple(Dot(each, x.at(each.ratings), y.at(each.share), each.zone is not Zone.INSIDE) for each in apart),
        cloud=_cloud(rest, x, y),
        own=None if peers.own is None or peers.own.share is None else (x.at(peers.own.ratings), y.at(peers.own.share)),
        inner=_area([(each.ratings, *each.alert) for each in peers.curves], x, y),
        outer=_area([(each.ratings, *each.alarm) for each in peers.curves], x, y),
        target=y.at(peers.target),
        ticks_x=tuple((x.at(each), each) for each in round_ticks(0.0, most)),
        ticks_y=tuple((y.at(each), each) for each in (0.0, 0.25, 0.5, 0.75, 1.0) if each >= bottom),
    )


def _own_share(peers: Peers) -> float:
    return 1.0 if peers.own is None or peers.own.share is None else peers.own.share


def _cloud(peers: Sequence[Peer], x: Scale, y: Scale) -> str:
    """Return one path through all ``peers``: a line of no length with round ends is a dot."""
    left, bottom = x.place(x.lo), y.place(y.lo)
    right, up = (x.end - x.start) / (x.hi - x.lo), (y.end - y.start) / (y.hi - y.lo)
    # There may be a thousand, so each costs one line of arithmetic.
    return "".join(
        f"M{left + right * (each.ratings - x.lo):.1f} {bottom + up * (each.share - y.lo):.1f}h0" for each in peers
    )


def _area(limits: Sequence[tuple[int, float, float]], x: Scale, y: Scale) -> str:
    upper = [f"{x.at(ratings)},{y.at(hi)}" for ratings, _, hi in limits]
    lower = [f"{x.at(ratings)},{y.at(lo)}" for ratings, lo, _ in reversed(limits)]
    return " ".join([*upper, *lower])
