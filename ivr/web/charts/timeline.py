"""A layout's timeline: what a caller hears who presses nothing, second by second, as blocks on one line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ivr.domain.previews import Part, PreviewLine
from ivr.web.charts.scales import Scale, round_ticks

WIDTH = 960.0
MARGIN = 14.0
LABEL_ROWS = 3
_LETTER = 6.8  # about as wide as a letter of 12 px


@dataclass(frozen=True, slots=True)
class Block:
    """One part on the line: ``kind`` colours it, ``keys`` stand above it, ``label`` below it in row ``row`` of three.

    ``row`` is None where there is no room for the label; ``begins`` and ``ends`` are seconds.
    """

    kind: str
    x: str
    width: str
    middle: str
    keys: str
    label: str
    row: int | None
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A second on the axis."""

    x: str
    label: str


@dataclass(frozen=True, slots=True)
class TimelineChart:
    """The blocks of the first reading up to the end of the wait, ``seconds`` in all; ``left`` is second 0.

    ``rows`` of labels stand below the blocks.
    """

    blocks: tuple[Block, ...]
    ticks: tuple[Tick, ...]
    seconds: float
    left: float
    span: float
    rows: int


def timeline_chart(lines: Sequence[PreviewLine], best_category: str, worst_category: str) -> TimelineChart:
    """Place the first question of a preview; an option without a prompt joins the one whose prompt reads it."""
    heard = tuple(first_reading(lines))
    end = max((_ends(line) for line in heard), default=1.0)
    scale = Scale(0.0, end, MARGIN, WIDTH - MARGIN)
    blocks: list[Block] = []
    taken = [0.0] * LABEL_ROWS
    for line, keys in _joined(heard):
        begins = line.at_seconds or 0.0
        x, till = scale.place(begins), scale.place(begins + line.seconds)
        label = "" if keys != (line.key or "") else line.category or ""
        room = max(till - x, _LETTER * len(label) + 6)
        middle = min(max((x + till) / 2, MARGIN + room / 2), WIDTH - MARGIN - room / 2)
        row = next((row for row, used in enumerate(taken) if middle - room / 2 >= used), None) if label else None
        if row is not None:
            taken[row] = middle + room / 2
        blocks.append(
            Block(
                _kind(line, keys, best_category, worst_category),
                f"{x:.2f}",
                f"{till - x:.2f}",
                f"{middle:.2f}",
                keys,
                label,
                row,
                begins,
                begins + line.seconds,
            )
        )
    ticks = tuple(Tick(scale.at(second), f"{second:g}") for second in round_ticks(0.0, end, 12))
    rows = max((block.row + 1 for block in blocks if block.row is not None), default=0)
    return TimelineChart(tuple(blocks), ticks, end, MARGIN, WIDTH - 2 * MARGIN, rows)


def first_reading(lines: Sequence[PreviewLine]) -> Iterator[PreviewLine]:
    """Yield the parts that every caller hears who presses nothing: the first question, up to the end of the wait."""
    for line in lines:
        if line.at_seconds is None or line.depth > 0:
            continue
        if line.at_seconds >= 0:
            yield line
        if line.part is Part.WAIT:
            return


def _joined(lines: Sequence[PreviewLine]) -> Iterator[tuple[PreviewLine, str]]:
    """Yield each part that takes time with the keys that it reads."""
    waiting: tuple[PreviewLine, list[str]] | None = None
    for line in lines:
        if line.part is Part.OPTION and line.seconds == 0 and waiting is not None:
            waiting[1].append(line.key or "")
            continue
        if waiting is not None:
            yield waiting[0], _spelled(waiting[1])
            waiting = None
        if line.part is Part.OPTION:
            waiting = line, [line.key or ""]
        else:
            yield line, ""
    if waiting is not None:
        yield waiting[0], _spelled(waiting[1])


def _spelled(keys: Sequence[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{keys[0]} … {keys[-1]}"


def _kind(line: PreviewLine, keys: str, best: str, worst: str) -> str:
    if line.part is not Part.OPTION:
        return line.part.value
    if keys != line.key:
        return "several"
    return "best" if line.category == best else "worst" if line.category == worst else "middle"


def _ends(line: PreviewLine) -> float:
    return (line.at_seconds or 0.0) + line.seconds
