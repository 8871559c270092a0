"""Encoding: period cells become a design; what cannot be read is counted, and said.

Cells come in any order and in any pieces; the design is sorted, so that a shuffled or split input gives the same bytes.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.domain.draws import read_spelled
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.period_cells import Contact, Result
from ivr.domain.kpi.structural.design import (
    Circumstances,
    Design,
    Factor,
    FloatArray,
    IndexArray,
    Kinds,
    Layout,
    Stratum,
    numbered,
    sums,
)
from ivr.domain.kpi.structural.tabulated import NOBODY, Tabulated
from ivr.domain.kpi.waits import WAIT_NAMES
from ivr.domain.outcomes import DISPOSITIONS, Outcome

FEWEST_CALLS_OF_LEVEL = 50
"""A queue, segment or month with fewer eligible calls is one with the other rare ones of its kind."""
SAME_PACE_SECONDS = 0.75
"""Two versions of a layout by whose choices are read within this time of each other are one instrument."""
RARE = "(rare)"
UNKNOWN = "(unknown)"
_Kind = tuple[int, ...]  # stratum, delay, the level of each factor
_BEYOND = 1_000_000
_NOWHERE = -1
_FACTORS = ("queue", "segment", "wait", "period")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A design, what is not in it by reason, and where each contact stands in it."""

    design: Design
    left_out: Mapping[str, int]
    contacts: Mapping[Contact, Circumstances]


def encode(cells: Tabulated, instruments: Instruments, reference: Instrument) -> Encoded:
    """Return the design of ``cells``: those of an agent with an eligible outcome, and a layout with a definition.

    ``reference`` gives the neutral scale its number of categories.
    """
    eligible = cells.with_result(_is_eligible) & (cells.agent != NOBODY)
    present = cells.by_contact(eligible)
    layouts, layout_numbers = _layouts(present, instruments)
    levels = _Levels.of(present, layout_numbers)
    left_out: Counter[str] = Counter()
    known: dict[Contact, tuple[int, _Kind]] = {}
    for contact, count in present.items():
        layout = levels.layout(contact)
        if layout is None:
            left_out[f"calls of {contact.layout or 'no layout'}, which has no definition here"] += round(count)
        else:
            known[contact] = layout, levels.kind(contact)
    kinds = {kind: number for number, kind in enumerate(sorted({kind for _, kind in known.values()}))}
    contacts = {contact: Circumstances(layout, kinds[kind]) for contact, (layout, kind) in known.items()}
    counted = _Counting(cells, layouts, len(reference.categories), contacts, left_out)
    design = counted.design(eligible, levels, _kinds(list(kinds)))
    return Encoded(design, dict(sorted(left_out.items())), contacts)


def _kinds(kinds: list[_Kind]) -> Kinds:
    stratum, delay, *mix = np.array(kinds, dtype=np.intp).reshape(-1, 2 + len(_FACTORS)).T
    return Kinds(stratum, delay, np.column_stack(mix))


def _is_eligible(result: Result) -> bool:
    return result.outcome is not None and DISPOSITIONS[result.outcome].eligible is True


def _layouts(
    contacts: Iterable[Contact], instruments: Instruments
) -> tuple[tuple[Layout, ...], Mapping[tuple[str, str | None], int]]:
    """Return what was heard, and the number of each version: versions that sound alike are one."""
    found: list[Layout] = []
    numbers: dict[tuple[str, str | None], int] = {}
    versions = {(each.layout, each.layout_version) for each in contacts if each.layout is not None}
    for key, version in sorted(versions, key=lambda name: (name[0], name[1] or "")):
        instrument = instruments.of(key, version)
        if instrument is None:
            continue
        alike = [n for n, each in enumerate(found) if each.key == key and _sounds_alike(each.instrument, instrument)]
        numbers[key, version] = alike[0] if alike else len(found)
        if not alike:
            found.append(Layout(key, version, instrument))
    return tuple(found), numbers


def _sounds_alike(one: Instrument, other: Instrument) -> bool:
    """Whether two versions differ by their recordings alone: the same choices, keys and order at the same pace."""
    if (one.categories, one.keys, one.first_read) != (other.categories, other.keys, other.first_read):
        return False
    pairs = zip(one.read_seconds, other.read_seconds, strict=False)
    return all(abs(a - b) <= SAME_PACE_SECONDS for a, b in pairs)


def _level(name: str, contact: Contact) -> str:
    if name == "wait":
        return UNKNOWN if contact.wait_bin is None else WAIT_NAMES[contact.wait_bin]
    value = {"queue": contact.queue, "segment": contact.segment, "period": contact.period}[name]
    return UNKNOWN if value is None else value


def _factor(name: str, contacts: Mapping[Contact, float]) -> Factor:
    """Return the levels, the commonest first, the rare ones as one."""
    calls: dict[str, float] = defaultdict(float)
    for contact, count in contacts.items():
        calls[_level(name, contact)] += count
    common = [level for level in calls if calls[level] >= FEWEST_CALLS_OF_LEVEL]
    levels = sorted(common, key=lambda level: (-calls[level], level))
    if len(levels) < len(calls):
        levels.append(RARE)
    return Factor(name, tuple(levels))


def _stratum_name(contact: Contact) -> tuple[str | None, str | None, str | None]:
    return contact.site, contact.language, contact.allocation


def _stratum(name: tuple[str | None, str | None, str | None]) -> Stratum:
    site, language, allocation = name
    return Stratum(site, language, None if allocation is None else _shares(allocation))


def _shares(allocation: str) -> Mapping[str, float] | None:
    """Return the layouts that can be drawn, each with its share; None where nobody can read the allocation."""
    shares = read_spelled(allocation)
    return None if shares is None else {key: share for key, share in shares.items() if share > 0}


@dataclass(frozen=True, slots=True)
class _Levels:
    """The numbers of layouts, strata, delays and of every factor's levels."""

    layouts: Mapping[tuple[str, str | None], int]
    strata: Mapping[tuple[str | None, str | None, str | None], int]
    delays: Mapping[float, int]
    factors: tuple[Factor, ...]
    levels: tuple[Mapping[str, int], ...]

    @classmethod
    def of(cls, contacts: Mapping[Contact, float], layouts: Mapping[tuple[str, str | None], int]) -> "_Levels":
        strata = sorted({_stratum_name(contact) for contact in contacts}, key=repr)
        delays = sorted({contact.delay_seconds or 0.0 for contact in contacts})
        factors = tuple(_factor(name, contacts) for name in _FACTORS)
        return cls(
            layouts,
            {name: number for number, name in enumerate(strata)},
            {delay: number for number, delay in enumerate(delays)},
            factors,
            tuple({level: number for number, level in enumerate(factor.levels)} for factor in factors),
        )

    def layout(self, contact: Contact) -> int | None:
        """Return the number of the layout; None where it has no definition."""
        return None if contact.layout is None else self.layouts.get((contact.layout, contact.layout_version))

    def kind(self, contact: Contact) -> _Kind:
        """Return the numbers of stratum, delay and the level of each factor."""
        levels = []
        for name, numbers in zip(_FACTORS, self.levels, strict=True):
            level = _level(name, contact)
            levels.append(numbers[level] if level in numbers else numbers[RARE])
        return (self.strata[_stratum_name(contact)], self.delays[contact.delay_seconds or 0.0], *levels)


@dataclass(frozen=True, slots=True)
class _Counting:
    """What a cell counts for: by its contact, where it stands; by its result, which counts it adds to."""

    cells: Tabulated
    layouts: tuple[Layout, ...]
    neutral: int
    contacts: Mapping[Contact, Circumstances]
    left_out: Counter[str]

    def design(self, eligible: NDArray[np.bool_], levels: _Levels, kinds: Kinds) -> Design:
        """Return the design of the ``eligible`` cells that can be read."""
        cells, agents = self.cells, self.cells.agents
        nowhere = Circumstances(_NOWHERE, _NOWHERE)
        places = np.array([self.contacts.get(each, nowhere) for each in cells.contacts], np.intp).reshape(-1, 2)
        category = np.array([_category(each) for each in cells.results], dtype=np.intp)
        answer = np.array([_answer(each) for each in cells.results], dtype=np.intp)
        is_offered = np.array([_is_offered(each) for each in cells.results], dtype=np.bool_)
        chances = np.array([each.selection_probability or 1.0 for each in cells.contacts])
        at = np.flatnonzero(eligible & self._readable(eligible, places[:, 0], category)[cells.contact, cells.result])
        contact, result, calls = cells.contact[at], cells.result[at], cells.calls[at]
        # By layout, then by agent, then by kind; so every layout's cells stand together, and in them every agent's.
        beyond = (len(self.layouts), len(agents), len(kinds))
        key = (places[:, 0] * beyond[1] * beyond[2] + places[:, 1])[contact]
        key += cells.agent[at] * beyond[2]
        keys, row = numbered(key, math.prod(beyond))
        size = len(keys)
        layout, agent, kind = np.unravel_index(keys, beyond)
        offered, category, answer = is_offered[result], category[result], answer[result]
        strange = answer >= self.neutral
        if strange.any():
            self.left_out["follow-up answers that are not on the neutral scale"] += round(float(calls[strange].sum()))
        width = max([self.neutral, *(layout.categories for layout in self.layouts)])

        def by_category(which: NDArray[np.bool_], place: IndexArray, columns: int) -> FloatArray:
            return sums(row[which] * columns + place[which], calls[which], size * columns).reshape(size, columns)

        answered = (answer >= 0) & ~strange
        return Design(
            agents=agents,
            strata=tuple(_stratum(name) for name in levels.strata),
            layouts=self.layouts,
            delays=tuple(levels.delays),
            factors=levels.factors,
            neutral_categories=self.neutral,
            kinds=kinds,
            agent=agent,
            layout=layout,
            kind=kind,
            eligible=sums(row, calls, size),
            offered=sums(row, calls * offered, size),
            rated=by_category(category >= 0, category, width),
            later=by_category(answered & offered, answer, self.neutral),
            anyway=by_category(answered & ~offered, answer, self.neutral),
            weighted=sums(row, calls / chances[contact], size),
        )

    def _readable(self, eligible: NDArray[np.bool_], layout: IndexArray, category: IndexArray) -> NDArray[np.bool_]:
        """Return which results (columns) can be read with which contacts (rows); count the calls that cannot."""
        categories = np.array([*(each.categories for each in self.layouts), 0], dtype=np.intp)  # the last is nowhere's
        heard = (layout != _NOWHERE)[:, None]
        unread = heard & (category >= categories[layout][:, None])
        if unread.any():
            contacts = self.cells.by_contact(eligible & unread[self.cells.contact, self.cells.result])
            for contact, count in contacts.items():
                key = self.layouts[self.contacts[contact].layout].key
                self.left_out[f"ratings of {key} with a category that its definition does not have"] += round(count)
        readable: NDArray[np.bool_] = heard & ~unread
        return readable


def _category(result: Result) -> int:
    """Return the category of a rating, -1 of anything else; one beyond every layout's where there is none."""
    if result.outcome is not Outcome.RATED:
        return -1
    return _BEYOND if result.category is None or result.category < 0 else result.category


def _answer(result: Result) -> int:
    """Return the category of a silent caller's follow-up answer, -1 where there is none."""
    if result.outcome is Outcome.RATED or result.followup != "answered":
        return -1
    answer = result.followup_category
    return _BEYOND if answer is None or answer < 0 else answer


def _is_offered(result: Result) -> bool:
    return result.outcome is not None and DISPOSITIONS[result.outcome].offered is True
