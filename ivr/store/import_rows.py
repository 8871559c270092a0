"""Import rows: calls and presses as the driver takes them, made in the process that reads the file.

Binding a value costs a driver more than storing it, and many columns of a file say the same in every row. So what is
alike in all rows goes once, and only the rest goes row by row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ROWS_AT_ONCE = 512
"""How many rows go with a statement of SQLite: of 41 columns they keep within the 32,766 values that it takes."""
LENGTHS = (ROWS_AT_ONCE, 64, 8, 1)
_AFTER_SECONDS = len("+00:00")
_WITH_MICROSECONDS = len("2026-03-01 09:00:00.123456+00:00")


@dataclass(frozen=True, slots=True)
class RowsPlan:
    """The columns of new rows of one table; none of them may be there.

    ``apart`` tells the rows from each other. For SQLite the values of ``truths`` become numbers, those of ``moments``
    text; where a database ``copies`` rows, it takes all values as they are.
    """

    columns: tuple[str, ...]
    apart: str
    truths: frozenset[str]
    moments: frozenset[str]
    copies: bool


@dataclass(frozen=True, slots=True)
class NewRows:
    """Rows of one table: what is ``alike`` in all of them, and the values of the ``varying`` columns.

    Each of ``values`` is a row where the database copies rows, else some rows, one after the other in one list.
    """

    alike: Mapping[str, Any]
    varying: tuple[str, ...]
    values: Sequence[Sequence[Any]]


class RowMaker:
    """Makes rows as ``plan`` says, from values that are given by column."""

    def __init__(self, plan: RowsPlan) -> None:
        self._plan = plan
        self._binders: dict[str, Callable[[Any], Any]] = {}
        if not plan.copies:
            self._binders = {**dict.fromkeys(plan.truths, int), **dict.fromkeys(plan.moments, sqlite_moment)}
        # What varied once is given by row to the end: each other set of columns takes a statement of its own.
        self._varying = {plan.apart}

    def rows(self, values: Mapping[str, Sequence[Any]]) -> NewRows:
        """Return the rows of ``values``."""
        if not values[self._plan.apart]:
            return NewRows({}, (), ())
        self._varying.update(name for name in self._plan.columns if not _is_alike(values[name]))
        varying = tuple(name for name in self._plan.columns if name in self._varying)
        alike = {name: self._bound(name, values[name][:1])[0] for name in self._plan.columns if name not in varying}
        columns = [self._bound(name, values[name]) for name in varying]
        rows = zip(*columns, strict=True) if self._plan.copies else _in_lists(columns)
        return NewRows(alike, varying, list(rows))

    def _bound(self, name: str, column: Sequence[Any]) -> Sequence[Any]:
        bind = self._binders.get(name)
        return column if bind is None else list(map(bind, column))


def sqlite_moment(moment: datetime) -> str:
    """Return a moment in UTC as SQLAlchemy stores it in SQLite, in a fifth of the time; columns hold few twice."""
    text = moment.isoformat(" ")
    whole = text[:-_AFTER_SECONDS]
    return whole if len(text) == _WITH_MICROSECONDS else whole + ".000000"


def _is_alike(column: Sequence[Any]) -> bool:
    return column[0] == column[-1] and column.count(column[0]) == len(column)


def _in_lists(columns: Sequence[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Yield the rows, as many to a list as go with a statement; a slice a column is quicker than a tuple a row."""
    width, many, done = len(columns), len(columns[0]), 0
    for length in LENGTHS:
        while many - done >= length:
            values: list[Any] = [None] * (length * width)
            for place, column in enumerate(columns):
                values[place::width] = column[done : done + length]
            yield values
            done += length
