"""Lines of the calls file decoded by column: each distinct cell is parsed once, and no object is made for a row.

Most columns of a calls file hold few distinct values, so most cells cost one look into a dictionary. The parsers,
the defaults and the refusals are those of :mod:`ivr.store.calls_csv`, which decodes a single row: as soon as
anything is wrong with some lines they are decoded one by one there, and the first bad one says what it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NoReturn

from ivr.domain.calls import CallId, HandledCall
from ivr.domain.outcomes import Outcome
from ivr.store.calls_csv import COLUMNS, DEFAULT_PBX, PARSERS, REQUIRED_VALUES, decode
from ivr.store.cells import EARLIEST, LATEST, parse_moment, parse_text
from ivr.store.press_text import parse_presses

Line = Sequence[str]
Key = tuple[str, str]
"""A call's Asterisk and Uniqueid."""
PressTail = tuple[int, str, int | None, int | None, str | None]
"""A press without its call: number, key, earliest and latest millisecond, question."""

_MOST_REMEMBERED = 20_000
_DEFAULTS = {field.name: None if field.default is MISSING else field.default for field in fields(HandledCall)}
_NO_CALL = CallId("", "")
_NO_PRESSES: tuple[PressTail, ...] = ()


@dataclass(frozen=True, slots=True)
class CallColumns:
    """Some calls by column.

    ``values`` has each field of a HandledCall but its presses, with ``pbx`` and ``uniqueid`` in the place of the
    call and the plain text of what is an enumeration there; ``presses`` has those of each call. ``lines`` are the
    lines of the file and ``cells`` what stands there.
    """

    lines: Sequence[int]
    cells: Sequence[Line]
    values: Mapping[str, Sequence[Any]]
    presses: Sequence[tuple[PressTail, ...]]

    def __len__(self) -> int:
        return len(self.lines)

    def keys(self) -> list[Key]:
        """Return the key of each call."""
        return list(zip(self.values["pbx"], self.values["uniqueid"], strict=True))

    def only(self, places: Sequence[int]) -> "CallColumns":
        """Return the calls at ``places`` alone."""
        return CallColumns(
            [self.lines[place] for place in places],
            [self.cells[place] for place in places],
            {name: [column[place] for place in places] for name, column in self.values.items()},
            [self.presses[place] for place in places],
        )


class ColumnDecoder:
    """Decodes lines under ``header``; ``pseudonym`` turns any identifier of a caller into its keyed hash."""

    def __init__(self, header: Sequence[str], pseudonym: Callable[[str], str | None]) -> None:
        self._header = header
        self._pseudonym = pseudonym
        self._required = [place for place, column in enumerate(header) if column in REQUIRED_VALUES]
        parsers: dict[str, Callable[[str], Any]] = {**PARSERS, "caller": pseudonym, "keys": _press_tails}
        self._columns = {
            column: _DIFFERING.get(column) or _Remembered(parsers[column], _default(column)).column for column in header
        }

    def decode(self, lines: Sequence[int], cells: Sequence[Line]) -> CallColumns:
        """Return the calls of ``cells``, which begin in ``lines``; raises ImportRefused as :func:`decode` does."""
        by_column = list(zip(*cells, strict=True))
        if any("" in by_column[place] for place in self._required):
            self._refuse(lines, cells)
        try:
            values = {
                column: self._columns[column](found) for column, found in zip(self._header, by_column, strict=True)
            }
        except ValueError:
            self._refuse(lines, cells)
        for column in COLUMNS:
            if column not in values:
                values[column] = [_default(column)] * len(lines)
        if (Outcome.RATED, None) in zip(values["outcome"], values["category"], strict=True):
            self._refuse(lines, cells)
        presses = values.pop("keys")
        values["uniqueid"] = values.pop("call_id")
        return CallColumns(lines, cells, values, presses)

    def row(self, line: int, cells: Line) -> HandledCall:
        """Return the call of one line as a record; raises ImportRefused."""
        return decode(dict(zip(self._header, cells, strict=True)), line, self._pseudonym)

    def _refuse(self, lines: Sequence[int], cells: Sequence[Line]) -> NoReturn:
        for line, row in zip(lines, cells, strict=True):
            self.row(line, row)
        raise AssertionError(f"line {lines[0]} and those after it are wrong by column and right by row")


class _Remembered(dict[str, Any]):
    """What cells mean; forgets all before it holds too many."""

    def __init__(self, parse: Callable[[str], Any], default: object) -> None:
        self._parse = parse
        self._default = default
        super().__init__({"": default})

    def __missing__(self, cell: str) -> Any:  # noqa: ANN401 - whatever the column holds
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
            self[""] = self._default
        value = self[cell] = _plain(self._parse(cell))
        return value

    def column(self, cells: Sequence[str]) -> list[Any]:
        """Return what each of the cells means; raises ValueError."""
        return list(map(self.__getitem__, cells))


def _texts(cells: Sequence[str]) -> Sequence[str]:
    return [parse_text(cell) for cell in cells]


def _moments(cells: Sequence[str]) -> Sequence[datetime]:
    moments = list(map(datetime.fromisoformat, cells))
    if {moment.tzinfo for moment in moments} == {UTC} and min(moments) >= EARLIEST and max(moments) < LATEST:
        return moments
    return [parse_moment(cell) for cell in cells]


_DIFFERING: Mapping[str, Callable[[Sequence[str]], Sequence[Any]]] = {"call_id": _texts, "ended_at": _moments}
"""Columns whose cells are all different, and none of them empty."""


def _press_tails(cell: str) -> tuple[PressTail, ...]:
    return tuple((one.number, one.key, one.lo_ms, one.hi_ms, one.question) for one in parse_presses(cell, _NO_CALL))


def _default(column: str) -> object:
    if column == "pbx":
        return DEFAULT_PBX
    return _NO_PRESSES if column == "keys" else _plain(_DEFAULTS.get(column))


def _plain(value: object) -> object:
    """Return an enumeration's text as a plain one, for which drivers need not look for an adapter."""
    return value.value if isinstance(value, StrEnum) else value
