"""Cube blocks: the cells of some days as columns of numbers, day after day, each number as small as it can be.

A block is never changed; one with other cells takes its place. So whoever reads one need not wait for anybody.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Column = NDArray[np.integer]
_NEVER = np.iinfo(np.int64).max
_EXACT = 1 << 53
"""Up to this floats hold every whole number."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Columns of equal length: keys, sums of whole numbers, and the earliest and latest end in microseconds."""

    key: Column
    calls: Column
    asked: Column
    asked_ms: Column
    asked_ms_squared: Column
    first_us: Column
    last_us: Column

    def __len__(self) -> int:
        return len(self.key)

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, the keys first."""
        return (
            self.key,
            self.calls,
            self.asked,
            self.asked_ms,
            self.asked_ms_squared,
            self.first_us,
            self.last_us,
        )

    @property
    def byte_count(self) -> int:
        """How much memory they take."""
        return sum(column.nbytes for column in self.columns)

    def part(self, wanted: slice | NDArray[np.intp]) -> Self:
        """Return some of the cells."""
        return type(self)(*(column[wanted] for column in self.columns))

    def small(self) -> Self:
        """Return the same cells in as few bytes as hold them."""
        return type(self)(*(column.astype(_type_of(column)) for column in self.columns))

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the cells of all parts, one after the other."""
        return cls(*(np.concatenate(columns) for columns in zip(*(each.columns for each in parts), strict=True)))


def _type_of(column: Column) -> np.dtype[np.integer]:
    if not len(column):
        return np.dtype(np.int8)
    least = np.promote_types(np.min_scalar_type(int(column.min())), np.min_scalar_type(int(column.max())))
    return least if least.itemsize < np.dtype(np.int64).itemsize else np.dtype(np.int64)


@dataclass(slots=True)
class Sums:
    """Sums for so many groups; a group that nothing was added to has no calls."""

    calls: Numbers
    asked: Numbers
    asked_ms: Numbers
    asked_ms_squared: Numbers
    first_us: Numbers
    last_us: Numbers

    @classmethod
    def of(cls, groups: int) -> Self:
        """Return sums to which nothing was added."""
        calls, asked, asked_ms, squares = (np.zeros(groups, np.int64) for _ in range(4))
        return cls(calls, asked, asked_ms, squares, np.full(groups, _NEVER), np.full(groups, -1))

    def add(self, groups: Column, cells: Cells) -> None:
        """Add each cell to its group."""
        size = len(self.calls)
        if not len(cells):
            return
        for into, column in (
            (self.calls, cells.calls),
            (self.asked, cells.asked),
            (self.asked_ms, cells.asked_ms),
            (self.asked_ms_squared, cells.asked_ms_squared),
        ):
            if len(column) * int(column.max()) < _EXACT:
                np.add(into, np.bincount(groups, column, size).astype(np.int64), out=into)
            else:
                np.add.at(into, groups, column.astype(np.int64))
        np.minimum.at(self.first_us, groups, cells.first_us)
        np.maximum.at(self.last_us, groups, cells.last_us)

    def cells(self) -> Cells:
        """Return the groups that have calls as cells, their numbers as keys."""
        has = np.flatnonzero(self.calls)
        return Cells(
            has,
            self.calls[has],
            self.asked[has],
            self.asked_ms[has],
            self.asked_ms_squared[has],
            self.first_us[has],
            self.last_us[has],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The cells of some days of one month; ``starts`` says where each day begins, and at last where all end."""

    days: tuple[str, ...]
    starts: tuple[int, ...]
    cells: Cells
    _summed: list[Cells] = field(default_factory=list)

    @classmethod
    def of(cls, by_day: Sequence[tuple[str, Cells]]) -> Self:
        """Return the block of these days, each with cells of keys of its own."""
        starts = [0]
        for _, cells in by_day:
            starts.append(starts[-1] + len(cells))
        return cls(tuple(day for day, _ in by_day), tuple(starts), Cells.joined([cells for _, cells in by_day]).small())

    def day_cells(self) -> list[tuple[str, Cells]]:
        """Return the cells of each day."""
        spans = pairwise(self.starts)
        return [(day, self.cells.part(slice(*span))) for day, span in zip(self.days, spans, strict=True)]

    def is_within(self, since: str | None, until: str | None) -> bool:
        """Say whether all its days are from ``since`` on and before ``until``; None is open."""
        return (since is None or since <= self.days[0]) and (until is None or until > self.days[-1])

    def touches(self, since: str | None, until: str | None) -> bool:
        """Say whether any of its days may be from ``since`` on and before ``until``; None is open."""
        return (since is None or since <= self.days[-1]) and (until is None or until > self.days[0])

    def between(self, since: str | None, until: str | None) -> Cells:
        """Return the cells of the days from ``since`` on and before ``until``; None is open."""
        first = 0 if since is None else bisect_left(self.days, since)
        end = len(self.days) if until is None else bisect_left(self.days, until)
        return self.cells.part(slice(self.starts[first], self.starts[max(first, end)]))

    def summed(self, keys: int) -> Cells:
        """Return the cells of all its days, each key once; ``keys`` is how many keys there are at least."""
        if not self._summed:
            self._summed.append(summed([self.cells], keys))
        return self._summed[0]


def summed(parts: Sequence[Cells], keys: int) -> Cells:
    """Return the cells of all parts, each key once."""
    sums = Sums.of(keys)
    for cells in parts:
        sums.add(cells.key, cells)
    return sums.cells().small()
