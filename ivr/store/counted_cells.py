"""Counted cells: contributions as rows of the tally tables, made without the database.

What many cells have in common has a row of its own, under a number that is made from the content. Such a number needs
no looking up and no agreement between programs: whoever writes a contact first, its cells are the same. 64 bits of a
digest collide for a million contacts with a chance of one in 30 million.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import Any, Self

from ivr.domain.kpi.contributions import Contributions, Numbers

_MOST_KEPT = 500_000
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class CountedCells:
    """Rows by the name of their table: what is ``shared``, by its number, and ``cells`` in the order of their keys.

    A table without rows may be left out. Cells are without their first two columns, their book and import.
    """

    shared: Mapping[str, Mapping[int, Row]]
    cells: Mapping[str, Sequence[Row]]

    def parts(self, most: int) -> Iterator[Self]:
        """Yield all of it in parts of ``most`` cells at most, the first with what they all share."""
        shared = self.shared
        for table, cells in self.cells.items():
            for start in range(0, len(cells), most):
                yield type(self)(shared, {table: cells[start : start + most]})
                shared = {}


class CellCounting:
    """Makes rows of contributions; remembers the numbers of what cells share."""

    def __init__(self) -> None:
        self._numbers: dict[Row, int] = {}

    def of(self, given: Contributions) -> CountedCells:
        """Return the cells of ``given`` that are not 0."""
        if len(self._numbers) > _MOST_KEPT:
            self._numbers.clear()
        places, hearings = self._numbers_of(given.places), self._numbers_of(given.hearings)
        contacts, results = self._numbers_of(given.contacts), self._numbers_of(given.results)
        agents = [agent or "" for agent in given.agents]
        daily = [
            (day, places[place], agents[agent], results[result], *sums)
            for (day, place, agent, result), sums in given.daily.items()
            if any(sums[:4])
        ]
        presses = [(day, hearings[hearing], calls) for (day, hearing), calls in given.presses.items() if calls]
        period = [
            (contacts[contact], agents[agent], results[result], calls)
            for (contact, agent, result), calls in given.period.items()
            if calls
        ]
        groups = [
            (contacts[contact], group, results[result], calls)
            for (contact, group, result), calls in given.groups.items()
            if calls
        ]
        for cells in (daily, presses, period, groups):
            cells.sort()  # the order of the tables' trees
        in_contacts = {key[0] for key in given.period} | {key[0] for key in given.groups}
        with_results = {key[3] for key in given.daily} | {key[2] for key in chain(given.period, given.groups)}
        shared = {
            "tally_places": _by_number(places, given.places, {key[1] for key in given.daily}),
            "tally_hearings": _by_number(hearings, given.hearings, {key[1] for key in given.presses}),
            "tally_contacts": _by_number(contacts, given.contacts, in_contacts),
            "tally_results": _by_number(results, given.results, with_results),
        }
        return CountedCells(
            shared,
            {"daily_tallies": daily, "press_tallies": presses, "period_tallies": period, "group_tallies": groups},
        )

    def _numbers_of(self, contents: Iterable[Row]) -> list[int]:
        numbers = self._numbers
        return [numbers.get(content) or self._number(content) for content in contents]

    def _number(self, content: Row) -> int:
        text = json.dumps([_plain(value) for value in content], separators=(",", ":"))
        digest = blake2b(text.encode(), digest_size=8).digest()
        number = self._numbers[content] = int.from_bytes(digest, "big", signed=True)
        return number


def _by_number(numbers: Sequence[int], met: Numbers, used: set[int]) -> Mapping[int, Row]:
    contents = list(met)
    return {numbers[place]: tuple(map(_plain, contents[place])) for place in used}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever the columns hold
    return str(value) if isinstance(value, str) else value
