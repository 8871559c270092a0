"""Tabulated: period cells by column, each agent, contact and result once and by its number in the cells.

A fit asks several things of the cells before it makes a design of them. Asked of columns each costs milliseconds for
a million cells, asked cell by cell most of a second.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.period_cells import Contact, PeriodCell, Result
from ivr.domain.kpi.structural.design import FloatArray, IndexArray, sums

_Named = TypeVar("_Named", Contact, Result)
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Tabulated:
    """Cells in no order. ``agents`` are sorted; ``agent`` is :data:`NOBODY` where nobody knows whose the calls are."""

    agents: tuple[str, ...]
    contacts: tuple[Contact, ...]
    results: tuple[Result, ...]
    agent: IndexArray
    contact: IndexArray
    result: IndexArray
    calls: FloatArray

    @classmethod
    def of(cls, cells: Sequence[PeriodCell]) -> "Tabulated":
        """Return the columns of ``cells``."""
        # One list a column: unzipping a million cells at once takes ten times as long.
        contacts, contact = _numbered([cell.contact for cell in cells])
        results, result = _numbered([cell.result for cell in cells])
        of_agent = [cell.agent for cell in cells]
        agents = tuple(sorted({agent for agent in set(of_agent) if agent is not None}))
        number: dict[str | None, int] = {agent: place for place, agent in enumerate(agents)}
        agent = np.fromiter(map(number.get, of_agent, repeat(NOBODY)), np.intp, len(of_agent))
        calls = np.array([cell.calls for cell in cells], dtype=np.float64)
        return cls(agents, contacts, results, agent, contact, result, calls)

    def with_result(self, wanted: Callable[[Result], bool]) -> NDArray[np.bool_]:
        """Return which cells have a result of the ``wanted`` kind."""
        kinds = np.array([wanted(result) for result in self.results], dtype=np.bool_)
        return kinds[self.result] if len(kinds) else np.zeros(0, dtype=np.bool_)

    def count(self, which: NDArray[np.bool_]) -> int:
        """Return how many calls ``which`` cells count."""
        return round(float(self.calls[which].sum()))

    def by_contact(self, which: NDArray[np.bool_]) -> dict[Contact, float]:
        """Return how many calls ``which`` cells count, for each contact with some."""
        counts = sums(self.contact[which], self.calls[which], len(self.contacts)).tolist()
        return {contact: calls for contact, calls in zip(self.contacts, counts, strict=True) if calls}


def _numbered(values: Sequence[_Named]) -> tuple[tuple[_Named, ...], IndexArray]:
    """Return the different values, and the number of each; equal objects are compared once, not once a cell."""
    objects = dict(zip(map(id, values), values, strict=True))
    by_value: dict[_Named, int] = {}
    by_id = {place: by_value.setdefault(value, len(by_value)) for place, value in objects.items()}
    return tuple(by_value), np.fromiter(map(by_id.__getitem__, map(id, values)), np.intp, len(values))
