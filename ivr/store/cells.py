"""Cells: the values of one column of the calls file, from text and back, exactly.

Each kind turns text into a value or raises ValueError saying what a good value is; None is the empty cell.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

from ivr.domain.layouts import TWO_KEYS
from ivr.store.press_text import LARGEST_INTEGER

Parse = Callable[[str], object]
LONGEST_TEXT = 255
_LONGEST_ALLOCATION = 10_000
_WHOLE = re.compile(r"(-?[0-9]{1,10})(?:\.0+)?")  # spreadsheets and data frames write 3 as 3.0
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ARM = re.compile(r"[^\s:]+:([^\s:]+)")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def parse_text(cell: str) -> str:
    """Return the text; some hundred characters at most, and nothing that a database cannot hold."""
    if len(cell) > LONGEST_TEXT or "\0" in cell:
        raise ValueError(f"write at most {LONGEST_TEXT} characters of plain text")
    return cell


def parse_moment(cell: str) -> datetime:
    """Return the moment in UTC."""
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("write a time with its offset, such as 2026-03-01T09:30:00+01:00")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        moment = LATEST
    if not EARLIEST <= moment < LATEST:
        raise ValueError("write a year from 1970 to 9998")
    return moment


def parse_decimal(cell: str) -> float:
    """Return a finite number that is not below 0."""
    value = _decimal(cell)
    if value is None or value < 0 or value == float("inf"):
        raise ValueError("write a number from 0 up, such as 12.5")
    return value + 0.0  # not -0.0, which is equal and spelled otherwise


def parse_probability(cell: str) -> float:
    """Return a probability, 0 included."""
    value = _decimal(cell)
    if value is None or not 0 <= value <= 1:
        raise ValueError("write a probability from 0 to 1")
    return value + 0.0


def parse_chance(cell: str) -> float:
    """Return the probability of something that happened, so above 0."""
    value = _decimal(cell)
    if value is None or not 0 < value <= 1:
        raise ValueError("write a probability above 0, up to 1: what was drawn cannot have been impossible")
    return value


def parse_integer(cell: str) -> int:
    """Return a whole number of either sign."""
    match = _WHOLE.fullmatch(cell)
    if match is None or abs(int(match[1])) > LARGEST_INTEGER:
        raise ValueError(f"write a whole number, {LARGEST_INTEGER} at most")
    return int(match[1])


def parse_count(cell: str) -> int:
    """Return a whole number from 0 up."""
    match = _WHOLE.fullmatch(cell)
    if match is None or not 0 <= int(match[1]) <= LARGEST_INTEGER:
        raise ValueError(f"write a whole number from 0 up, {LARGEST_INTEGER} at most")
    return int(match[1])


def parse_legs(cell: str) -> int:
    """Return a number of legs; a handled call has at least one."""
    match = _WHOLE.fullmatch(cell)
    if match is None or not 1 <= int(match[1]) <= LARGEST_INTEGER:
        raise ValueError(f"write a whole number from 1 up, {LARGEST_INTEGER} at most")
    return int(match[1])


def parse_key(cell: str) -> str:
    """Return what was keyed: one key of the keypad, or 10, the one answer of two keys."""
    if cell == TWO_KEYS:
        return cell
    if len(cell) != 1 or cell not in "0123456789*#ABCD":
        raise ValueError("write one key, 0 to 9, *, # or A to D, or 10")
    return cell


def parse_truth(cell: str) -> bool:
    """Return whether the cell says yes."""
    value = _TRUTH.get(cell.lower())
    if value is None:
        raise ValueError("write true or false")
    return value


def parse_allocation(cell: str) -> str:
    """Return the distribution over layouts as it is written, checked."""
    arms = [_ARM.fullmatch(word) for word in cell.split(" ")]
    if len(cell) > _LONGEST_ALLOCATION or not all(arm and _is_probability(arm[1]) for arm in arms):
        raise ValueError("write each layout with its probability, such as sequential-123:0.5 sparse-531:0.5")
    return cell


def parse_one_of(choices: type[StrEnum]) -> Parse:
    """Return the parser of an enumeration's values."""
    by_value = {choice.value: choice for choice in choices}
    advice = f"write one of {', '.join(by_value)}"

    def parse(cell: str) -> StrEnum:
        try:
            return by_value[cell]
        except KeyError:
            raise ValueError(advice) from None

    return parse


def cell_text(value: object) -> str:
    """Return a value as its cell; a float keeps its last digit, a moment its offset."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    return moment_text(value) if isinstance(value, datetime) else str(value)


def moment_text(moment: datetime) -> str:
    """Return a moment in ISO 8601, in UTC with its offset."""
    return moment.astimezone(UTC).isoformat()


def _decimal(cell: str) -> float | None:
    return float(cell) if _DECIMAL.fullmatch(cell) else None


def _is_probability(text: str) -> bool:
    value = _decimal(text)
    return value is not None and 0 <= value <= 1
