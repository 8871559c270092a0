"""Cube keys: the numbers under which a cube holds its cells, and which of them belong together.

A cell's key is its agent, place and result; there are far fewer keys than cells, so whatever is grouped or selected is
worked out for keys once, and for cells it is looked up. Numbers are only ever added, so what was worked out for the
first keys stays right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.daily_cells import DailyResult, Place

Numbers = NDArray[np.int64]
_PLACE_BITS = 20
_RESULT_BITS = 20
_MASK = (1 << _PLACE_BITS) - 1


@dataclass(frozen=True, slots=True)
class Selection:
    """Which keys are wanted; None selects everything, no team at all nothing."""

    queue: str | None = None
    site: str | None = None
    language: str | None = None
    teams: frozenset[str] | None = None
    agent: str | None = None
    outcome: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether no key is left out."""
        return self == _EVERYTHING

    def has_place(self, place: Place) -> bool:
        """Say whether calls counted at ``place`` are wanted."""
        wanted = ((self.queue, place.queue), (self.site, place.site), (self.language, place.language))
        return all(name in {None, own} for name, own in wanted) and (self.teams is None or place.team in self.teams)


_EVERYTHING = Selection()


class Known:
    """Things that are met one after the other, each with a number from 0."""

    def __init__(self) -> None:
        self.things: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def numbers(self, met: Sequence[Any], things: Mapping[Any, Any] | None = None) -> Numbers:
        """Return the numbers of what is ``met``; ``things`` holds what stands behind the names of new ones."""
        for name in set(met).difference(self._numbers):
            self._numbers[name] = len(self.things)
            self.things.append(name if things is None else things[name])
        return np.fromiter(map(self._numbers.__getitem__, met), np.int64, len(met))


class CubeKeys:
    """All keys that were met."""

    def __init__(self) -> None:
        self._agents, self._places, self._results = Known(), Known(), Known()
        self._sorted: Numbers = np.empty(0, np.int64)
        self._number_of_sorted: Numbers = np.empty(0, np.int64)
        self._codes: Numbers = np.empty(0, np.int64)
        self._groupings: dict[tuple[str, ...], Grouping] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._codes)

    def numbers(
        self,
        agents: Sequence[str],
        places: Sequence[int],
        results: Sequence[int],
        *,
        known_places: Mapping[int, Place],
        known_results: Mapping[int, DailyResult],
    ) -> Numbers:
        """Return the number of each key; new ones are entered."""
        with self._lock:
            place, result = self._places.numbers(places, known_places), self._results.numbers(results, known_results)
            codes = (self._agents.numbers(agents) << _PLACE_BITS | place) << _RESULT_BITS | result
            self._enter(codes)
            return self._number_of_sorted[np.searchsorted(self._sorted, codes)]

    def _enter(self, codes: Numbers) -> None:
        met = np.unique(codes)
        found = np.searchsorted(self._sorted, met)
        at = np.minimum(found, max(0, len(self._sorted) - 1))
        is_new = self._sorted[at] != met if len(self._sorted) else np.ones(len(met), bool)
        if not is_new.any():
            return
        new = met[is_new]
        numbers = np.arange(len(self._codes), len(self._codes) + len(new))
        self._sorted = np.insert(self._sorted, found[is_new], new)
        self._number_of_sorted = np.insert(self._number_of_sorted, found[is_new], numbers)
        self._codes = np.concatenate([self._codes, new])

    def grouping(self, columns: tuple[str, ...]) -> "Grouping":
        """Return the keys grouped by ``columns``: ``agent``, fields of the place, fields of the result."""
        with self._lock:
            grouping = self._groupings.setdefault(columns, Grouping(columns))
            grouping.extend(self._codes, self._agents.things, self._places.things, self._results.things)
            return grouping

    def is_selected(self, selection: Selection) -> NDArray[np.bool_] | None:
        """Return for each key whether it is wanted; None where all are."""
        if selection.is_everything:
            return None
        with self._lock:
            codes = self._codes
            places = np.fromiter(map(selection.has_place, self._places.things), bool, len(self._places.things))
            results = np.fromiter(
                (selection.outcome in {None, each.outcome} for each in self._results.things),
                bool,
                len(self._results.things),
            )
            agents = np.fromiter(
                (selection.agent in {None, name} for name in self._agents.things), bool, len(self._agents.things)
            )
        wanted: NDArray[np.bool_] = (
            places[codes >> _RESULT_BITS & _MASK]
            & results[codes & _MASK]
            & agents[codes >> (_PLACE_BITS + _RESULT_BITS)]
        )
        return wanted

    def places(self) -> Sequence[Place]:
        """Return every place that was met."""
        return tuple(self._places.things)


class Grouping:
    """Keys that agree in some columns: the agent, fields of the place, fields of the result, always in this order.

    A group's number is its place in ``values``; ``of_key`` has the group of each key.
    """

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.values: list[tuple[Any, ...]] = []
        self.of_key: NDArray[np.int32] = np.empty(0, np.int32)
        self._by_agent = "agent" in columns
        self._of_place = [Place._fields.index(name) for name in columns if name in Place._fields]
        self._of_result = [DailyResult._fields.index(name) for name in columns if name in DailyResult._fields]
        self._places, self._results = Known(), Known()
        self._groups: dict[int, int] = {}

    def extend(
        self, codes: Numbers, agents: Sequence[str], places: Sequence[Place], results: Sequence[DailyResult]
    ) -> None:
        """Group the keys that are new since the last time."""
        new = codes[len(self.of_key) :]
        if not len(new):
            return
        of_place = self._places.numbers([tuple(each[field] for field in self._of_place) for each in places])
        of_result = self._results.numbers([tuple(each[field] for field in self._of_result) for each in results])
        agent = new >> (_PLACE_BITS + _RESULT_BITS) if self._by_agent else np.zeros(len(new), np.int64)
        parts = (agent << _PLACE_BITS | of_place[new >> _RESULT_BITS & _MASK]) << _RESULT_BITS
        met, where = np.unique(parts | of_result[new & _MASK], return_inverse=True)
        for part in met.tolist():
            if part not in self._groups:
                self._groups[part] = len(self._groups)
                self.values.append(self._value(part, agents))
        numbers = np.fromiter(map(self._groups.__getitem__, met.tolist()), np.int32, len(met))
        self.of_key = np.concatenate([self.of_key, numbers[where]])

    def _value(self, part: int, agents: Sequence[str]) -> tuple[Any, ...]:
        agent = (agents[part >> (_PLACE_BITS + _RESULT_BITS)] or None,) if self._by_agent else ()
        return (*agent, *self._places.things[part >> _RESULT_BITS & _MASK], *self._results.things[part & _MASK])
