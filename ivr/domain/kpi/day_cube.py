"""The day cube: all daily cells in memory, so that the counts of any days and any selection are a few sums of columns.

Cells come as the tallies keep them and are added up by day and key (:mod:`ivr.domain.kpi.cube_keys`); afterwards only
days that have changed are replaced. A cube is never changed: taking in changes gives another one, which shares the
months that stayed, so a page that is being computed sees one moment.

Theory: a page's counts are sums over cells grouped by a handful of columns. Most keys occur on many days, so a whole
month is also kept as one cell a key, and so is the sum of several months; a long window then reads a tenth of its
cells. Days that have changed stand apart from their month, so that a call that closes costs a day and not a month;
when there are many of them they are put back. Counts are whole numbers below 2^53, which floats add exactly.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.cube_blocks import Block, Cells, Column, Sums, summed
from ivr.domain.kpi.cube_keys import CubeKeys, Selection
from ivr.domain.kpi.daily_cells import DailyResult, Place

Row = tuple[Any, ...]
_MONTH_LENGTH = 7
_MONTH = slice(0, _MONTH_LENGTH)
_MOST_SUMS = 4
MOST_APART = 12
"""So many days stand apart from their months."""


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days from ``since`` on and before ``until``, each ``2026-03-01``; None is open."""

    since: str | None = None
    until: str | None = None


class Group(NamedTuple):
    """The calls that share ``values``, the columns that were asked for."""

    values: tuple[Any, ...]
    calls: int
    asked: int
    asked_ms: int
    asked_ms_squared: int
    first_us: int
    last_us: int


@dataclass(frozen=True, slots=True)
class DayCube:
    """The cells of all days; one without any is where taking in begins."""

    keys: CubeKeys = field(default_factory=CubeKeys)
    blocks: Mapping[str, Block] = field(default_factory=dict)
    """Months (``2026-03``), each without the days that stand apart (``2026-03-01``)."""
    _sums: dict[tuple[Block, ...], Cells] = field(default_factory=dict)

    @property
    def cell_count(self) -> int:
        """How many cells there are."""
        return sum(len(block.cells) for block in self.blocks.values())

    @property
    def byte_count(self) -> int:
        """How much memory the cells take, apart from what is kept of whole months."""
        return sum(block.cells.byte_count for block in self.blocks.values())

    @property
    def days(self) -> list[str]:
        """The days that have cells, in their order."""
        return sorted(day for block in self.blocks.values() for day in block.days)

    def blocks_of(self, days: Days) -> tuple[Block, ...]:
        """Return the blocks that hold cells of ``days``: while they are the same, so is whatever is counted of them."""
        return tuple(block for _, block in sorted(self.blocks.items()) if block.touches(days.since, days.until))

    def taking(
        self,
        rows: Iterable[Sequence[Row]],
        *,
        places: Mapping[int, Place],
        results: Mapping[int, DailyResult],
        days: Sequence[str] = (),
    ) -> "DayCube":
        """Return the cube with the cells of ``rows`` in the place of those of ``days``.

        A row is (day, place, agent, result, calls, asked, asked_ms, asked_ms_squared, first_us, last_us) with the agent
        empty where there is none; ``places`` and ``results`` hold what the numbers in it stand for. Rows come many at a
        time; of several rows for the same cell the sums are added up.
        """
        parts: dict[str, list[tuple[Column, Sequence[str], Cells]]] = defaultdict(list)
        for some in rows:
            for month, part in self._parts(some, places, results):
                parts[month].append(part)
        blocks = dict(self.blocks)
        apart = set(days)
        for name in sorted({*parts, *(day[_MONTH] for day in days)}):
            new = dict(_by_day(parts.pop(name, [])))
            before = blocks.pop(name, None)
            stay = [] if before is None else [one for one in before.day_cells() if one[0] not in apart]
            if before is not None and len(stay) == len(before.days):
                blocks[name] = before
            elif rest := [*stay, *((day, cells) for day, cells in new.items() if day not in apart)]:
                blocks[name] = Block.of(sorted(rest, key=itemgetter(0)))
            for day in apart:
                if day.startswith(name):
                    blocks.pop(day, None)
                    if day in new:
                        blocks[day] = Block.of([(day, new[day])])
        if sum(len(name) > _MONTH_LENGTH for name in blocks) > MOST_APART:
            blocks = _put_back(blocks, apart)
        return DayCube(self.keys, blocks, self._sums)

    def _parts(
        self, rows: Sequence[Row], places: Mapping[int, Place], results: Mapping[int, DailyResult]
    ) -> Iterator[tuple[str, tuple[Column, Sequence[str], Cells]]]:
        """Yield the rows as cells, a month at a time, with the day of each as a number among the days."""
        if not rows:
            return
        days, place, agent, result, *sums = zip(*rows, strict=True)
        keys = self.keys.numbers(agent, place, result, known_places=places, known_results=results)
        cells = Cells(keys, *(np.array(column, np.int64) for column in sums))
        names = sorted(set(days))
        number = {day: place for place, day in enumerate(names)}
        day_of = np.fromiter(map(number.__getitem__, days), np.int64, len(days))
        for month in sorted({day[_MONTH] for day in names}):
            own = [number[day] for day in names if day.startswith(month)]
            inside = np.flatnonzero((day_of >= own[0]) & (day_of <= own[-1]))
            yield month, (day_of[inside].astype(np.int32), names, cells.part(inside).small())

    def groups(self, columns: tuple[str, ...], selection: Selection, days: Days = Days()) -> list[Group]:
        """Return the selected calls of ``days`` counted by ``columns``: the agent, fields of places and results."""
        grouping = self.keys.grouping(columns)
        sums = Sums.of(len(grouping.values))
        of_key = self._selected(grouping.of_key, selection)
        for cells in self._reads(days):
            _add(sums, of_key, cells)
        values = grouping.values
        found = sums.cells()
        columns_of_groups = (column.tolist() for column in found.columns[1:])
        return list(map(Group._make, zip(map(values.__getitem__, found.key.tolist()), *columns_of_groups, strict=True)))

    def groups_by_day(
        self, columns: tuple[str, ...], selection: Selection, days: Days = Days()
    ) -> list[tuple[str, tuple[Any, ...], int]]:
        """Return a day, the values of ``columns`` and how many selected calls share both; the earliest day first."""
        grouping = self.keys.grouping(columns)
        of_key = self._selected(grouping.of_key, selection)
        found = []
        for block in self.blocks.values():
            for day, cells in block.day_cells():
                if (days.since is None or day >= days.since) and (days.until is None or day < days.until):
                    groups = of_key[cells.key]
                    wanted = groups >= 0
                    calls = np.bincount(groups[wanted], cells.calls[wanted])
                    has = np.flatnonzero(calls)
                    counts = zip(has.tolist(), calls[has].tolist(), strict=True)
                    found += [(day, grouping.values[group], int(count)) for group, count in counts]
        return sorted(found, key=itemgetter(0))

    def calls(self, selection: Selection, days: Days = Days()) -> int:
        """Return how many selected calls there are."""
        wanted = self.keys.is_selected(selection)
        total = 0
        for cells in self._reads(days):
            calls = cells.calls if wanted is None else cells.calls[wanted[cells.key]]
            total += int(calls.sum(dtype=np.int64))
        return total

    def first_and_last(self, selection: Selection, days: Days = Days()) -> tuple[str, str] | None:
        """Return the first and the last of ``days`` that have selected calls; None where none has."""
        wanted = self.keys.is_selected(selection)
        by_day = sorted(
            (
                (day, cells)
                for block in self.blocks_of(days)
                for day, cells in block.day_cells()
                if (days.since is None or day >= days.since) and (days.until is None or day < days.until)
            ),
            key=itemgetter(0),
        )

        def has_calls(cells: Cells) -> bool:
            return bool(len(cells)) if wanted is None else bool(wanted[cells.key].any())

        first = next((day for day, cells in by_day if has_calls(cells)), None)
        last = next((day for day, cells in reversed(by_day) if has_calls(cells)), None)
        return None if first is None or last is None else (first, last)

    def _selected(self, of_key: NDArray[np.int32], selection: Selection) -> NDArray[np.int32]:
        wanted = self.keys.is_selected(selection)
        return of_key if wanted is None else np.where(wanted[: len(of_key)], of_key, np.int32(-1))

    def _reads(self, days: Days) -> Iterator[Cells]:
        """Yield the cells of ``days``, those of whole months added up already."""
        whole: list[Block] = []
        for name, block in sorted(self.blocks.items()):
            if not block.is_within(days.since, days.until):
                yield block.between(days.since, days.until)
            elif len(name) > _MONTH_LENGTH:
                yield block.cells
            else:
                whole.append(block)
        if whole:
            yield self._sum_of(tuple(whole))

    def _sum_of(self, months: tuple[Block, ...]) -> Cells:
        """Return the cells of whole months added up; kept, as months seldom change."""
        keys = len(self.keys)
        if len(months) == 1:
            return months[0].summed(keys)
        found = self._sums.get(months)
        if found is None:
            found = summed([month.summed(keys) for month in months], keys)
            while len(self._sums) >= _MOST_SUMS:
                self._sums.pop(next(iter(self._sums)), None)
            self._sums[months] = found
        return found


def _put_back(blocks: Mapping[str, Block], apart: Collection[str]) -> dict[str, Block]:
    """Return the blocks with days in their months again, but for those that are still to stand apart."""
    by_month: dict[str, list[str]] = defaultdict(list)
    for name in blocks:
        if len(name) == _MONTH_LENGTH or len(apart) > MOST_APART or name not in apart:
            by_month[name[_MONTH]].append(name)
    together = {name: block for name, block in blocks.items() if name in apart and len(apart) <= MOST_APART}
    for month, names in by_month.items():
        if names == [month]:
            together[month] = blocks[month]
        else:
            days = [one for name in names for one in blocks[name].day_cells()]
            together[month] = Block.of(sorted(days, key=itemgetter(0)))
    return together


def _add(sums: Sums, of_key: NDArray[np.int32], cells: Cells) -> None:
    groups = of_key[cells.key]
    if len(groups) and groups.min() < 0:
        wanted = np.flatnonzero(groups >= 0)
        groups, cells = groups[wanted], cells.part(wanted)
    sums.add(groups, cells)


def _by_day(parts: Iterable[tuple[Column, Sequence[str], Cells]]) -> Iterator[tuple[str, Cells]]:
    """Yield the cells of each day, of which several may be of the same key, added up."""
    given = list(parts)
    if not given:
        return
    names = sorted({day for _, days, _ in given for day in days})
    number = {day: place for place, day in enumerate(names)}
    day_of = np.concatenate([np.array([number[day] for day in days])[local] for local, days, _ in given])
    cells = Cells.joined([each for _, _, each in given])
    order = np.lexsort((cells.key, day_of))
    day_of, cells = day_of[order], cells.part(order)
    ends = np.searchsorted(day_of, np.arange(len(names) + 1))
    for place, day in enumerate(names):
        own = cells.part(slice(int(ends[place]), int(ends[place + 1])))
        if len(own):
            yield day, _distinct(own)


def _distinct(cells: Cells) -> Cells:
    """Return cells in the order of their keys, each key once, without those that come to no call."""
    begins = np.flatnonzero(np.r_[True, cells.key[1:] != cells.key[:-1]])
    if len(begins) == len(cells) and cells.calls.min() > 0:
        return cells
    counts = cells.calls != 0  # the moments of a cell without calls are nobody's
    first = np.where(counts, cells.first_us, np.iinfo(np.int64).max)
    last = np.where(counts, cells.last_us, -1)

    def added(column: Column) -> Column:
        return np.add.reduceat(column.astype(np.int64), begins)

    merged = Cells(
        cells.key[begins],
        added(cells.calls),
        added(cells.asked),
        added(cells.asked_ms),
        added(cells.asked_ms_squared),
        np.minimum.reduceat(first, begins),
        np.maximum.reduceat(last, begins),
    )
    return merged.part(np.flatnonzero(merged.calls))
