"""A call's timeline: who spoke, what was played and which keys came, on one axis of time.

A talk lasts minutes and a question seconds, so the axis has two parts with a scale each, and a break between them that
can be seen. Where a call has one part only, that part has the whole axis.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from ivr.web.charts.scales import Scale, round_ticks

WIDTH = 960.0
LEFT = 20.0
RIGHT = 944.0
GAP = 26.0
TALK_SHARE = 0.34
TOP = 22.0
LANE = 34.0
LEAST_WIDTH = 2.0
_CLOCK_STEPS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_LETTER = 6.6
_MARGIN = 6.0
_MINUS = "−"
_NEAR = 0.5
_KEY_ROOM = 15.0


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that lasted from ``start`` to ``end``, in seconds; ``kind`` colours it, ``title`` says all of it.

    ``short`` stands in for the ``label`` where that has no room.
    """

    start: float
    end: float
    kind: str
    label: str
    title: str
    is_cut: bool = False
    short: str = ""


@dataclass(frozen=True, slots=True)
class KeyPiece:
    """A key between two moments, which are equal where it is known when it came."""

    start: float
    end: float
    key: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Block:
    """A piece as it is drawn; ``label`` is empty where there is no room for it, ``cut_x`` is where it was cut off."""

    x: str
    y: str
    width: str
    kind: str
    label: str
    title: str
    cut_x: str | None


@dataclass(frozen=True, slots=True)
class KeyMark:
    """A key as it is drawn: a pin, and a band of ``width`` where its moment is known only between bounds."""

    x: str
    y: str
    band_x: str
    width: str | None
    key: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A moment on the axis."""

    x: str
    label: str


@dataclass(frozen=True, slots=True)
class CallChart:
    """The whole drawing."""

    width: str
    height: str
    bottom: str
    talk_y: str | None
    played_y: str | None
    keys_y: str | None
    blocks: tuple[Block, ...]
    keys: tuple[KeyMark, ...]
    ticks: tuple[Tick, ...]
    break_x: str | None
    zero_x: str | None
    asked_x: str


def call_chart(talk: Sequence[Piece], played: Sequence[Piece], keys: Sequence[KeyPiece]) -> CallChart | None:
    """Place everything; None where there is nothing to draw. Seconds count from the first word of the question."""
    if not talk and not played and not keys:
        return None
    asked = [*((piece.start, piece.end) for piece in played), *((key.start, key.end) for key in keys)]
    first, last = _talk_scale(talk, has_more=bool(asked)), _asked_scale(asked, has_more=bool(talk))
    lane_y, lanes = TOP, dict[str, float]()
    for name, some in (("talk", talk), ("played", played), ("keys", keys)):
        if some:
            lanes[name] = lane_y
            lane_y += LANE + (_KEY_ROOM if name == "keys" else 0)
    blocks = [_block(each, first, lanes["talk"]) for each in talk if first is not None]
    blocks += [_block(each, last, lanes["played"]) for each in played if last is not None]
    marks = _marks(keys, last, lanes.get("keys", 0.0)) if last is not None else ()
    ticks = [*_ticks(first, is_talk=True), *_ticks(last, is_talk=False)]
    return CallChart(
        width=f"{WIDTH:g}",
        height=f"{lane_y + 22:g}",
        bottom=f"{lane_y:g}",
        talk_y=_y(lanes, "talk"),
        played_y=_y(lanes, "played"),
        keys_y=_y(lanes, "keys"),
        blocks=tuple(blocks),
        keys=marks,
        ticks=tuple(ticks),
        break_x=None if first is None or last is None else f"{first.end + GAP / 2:.2f}",
        asked_x="6" if first is None or last is None else f"{last.start:g}",
        zero_x=None if last is None or not last.lo <= 0 <= last.hi else last.at(0.0),
    )


def clock_text(seconds: float) -> str:
    """Return a duration as minutes and seconds."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _talk_scale(talk: Sequence[Piece], *, has_more: bool) -> Scale | None:
    if not talk:
        return None
    end = LEFT + TALK_SHARE * (RIGHT - LEFT) if has_more else RIGHT
    lo, hi = min(piece.start for piece in talk), max(piece.end for piece in talk)
    return Scale(lo, max(hi, lo + 1.0), LEFT, end)


def _asked_scale(asked: Sequence[tuple[float, float]], *, has_more: bool) -> Scale | None:
    if not asked:
        return None
    start = LEFT + TALK_SHARE * (RIGHT - LEFT) + GAP if has_more else LEFT
    lo, hi = min(0.0, *(begin for begin, _ in asked)), max(end for _, end in asked)
    return Scale(lo, max(hi, lo + 1.0) + 0.02 * max(hi - lo, 1.0), start, RIGHT)


def _block(piece: Piece, scale: Scale, y: float) -> Block:
    x, end = scale.place(piece.start), scale.place(piece.end)
    width = max(LEAST_WIDTH, end - x)
    label = next((each for each in (piece.label, piece.short) if len(each) * _LETTER + _MARGIN <= width), "")
    return Block(
        f"{x:.2f}",
        f"{y:g}",
        f"{width:.2f}",
        piece.kind,
        label,
        piece.title,
        f"{x + width:.2f}" if piece.is_cut else None,
    )


def _marks(keys: Sequence[KeyPiece], scale: Scale, y: float) -> tuple[KeyMark, ...]:
    marks: list[KeyMark] = []
    last_x, level = -100.0, 0
    for each in keys:
        begin, end = scale.place(each.start), scale.place(each.end)
        x = (begin + end) / 2
        level = (level + 1) % 2 if x - last_x < _KEY_ROOM else 0
        last_x = x
        is_between = each.end > each.start and end - begin > _NEAR
        marks.append(
            KeyMark(
                f"{x:.2f}",
                f"{y + level * _KEY_ROOM:g}",
                f"{begin:.2f}",
                f"{end - begin:.2f}" if is_between else None,
                each.key,
                each.kind,
                each.title,
            )
        )
    return tuple(marks)


def _ticks(scale: Scale | None, *, is_talk: bool) -> Sequence[Tick]:
    if scale is None:
        return ()
    if is_talk:
        span, most = scale.hi - scale.lo, 4 if scale.end < RIGHT else 9
        step = next((each for each in _CLOCK_STEPS if span / each < most), 3600 * ceil(span / 3600 / most))
        return [Tick(scale.at(scale.lo + at), clock_text(at)) for at in range(0, int(span) + 1, step)]
    most = 8 if scale.start > LEFT else 11
    return [Tick(scale.at(at), f"{at:g}".replace("-", _MINUS)) for at in round_ticks(scale.lo, scale.hi, most)]


def _y(lanes: dict[str, float], name: str) -> str | None:
    return f"{lanes[name]:g}" if name in lanes else None
