"""Encoding: period cells become a design; what cannot be read is counted, and said.

Cells come in any order and in any pieces; the design is sorted, so that a shuffled or split input gives the same bytes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.period_cells import Contact, PeriodCell, Result
from ivr.domain.kpi.structural.design import Design, Factor, FloatArray, IndexArray, Layout, Stratum, sums
from ivr.domain.kpi.waits import WAIT_NAMES
from ivr.domain.outcomes import DISPOSITIONS, Outcome

FEWEST_CALLS_OF_LEVEL = 50
"""A queue, segment or month with fewer eligible calls is one with the other rare ones of its kind."""
SAME_PACE_SECONDS = 0.75
"""Two versions of a layout by whose choices are read within this time of each other are one instrument."""
RARE = "(rare)"
UNKNOWN = "(unknown)"
Key = tuple[int, ...]  # layout, stratum, delay, the level of each factor
_Named = TypeVar("_Named", Contact, Result)
_BEYOND = 1_000_000
_FACTORS = ("queue", "segment", "wait", "period")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A design, what is not in it by reason, and the numbers under which it holds each contact.

    These are the layout's, the stratum's, the delay's, and the level of each factor.
    """

    design: Design
    left_out: Mapping[str, int]
    contacts: Mapping[Contact, tuple[int, ...]]


def encode(
    cells: Sequence[PeriodCell], instruments: Instruments, reference: Instrument, agents: Sequence[str]
) -> Encoded:
    """Return the design of ``cells``: those of ``agents`` with an eligible outcome, and a layout with a definition.

    ``reference`` gives the neutral scale its number of categories.
    """
    of_agent, of_contact, of_result, _, of_calls = zip(*cells, strict=True) if cells else ((),) * 5
    contacts, contact = _numbered(of_contact)
    results, result = _numbered(of_result)
    number: dict[str | None, int] = {agent: place for place, agent in enumerate(agents)}
    agent = np.fromiter(map(number.get, of_agent, repeat(-1)), dtype=np.intp, count=len(of_agent))
    calls = np.array(of_calls, dtype=np.float64)
    eligible = np.array([_is_eligible(each) for each in results], dtype=np.bool_)
    kept = (agent >= 0) & eligible[result] if len(cells) else np.zeros(0, dtype=np.bool_)
    contact, result, agent, calls = contact[kept], result[kept], agent[kept], calls[kept]
    by_contact = dict(zip(contacts, sums(contact, calls, len(contacts)).tolist(), strict=True))
    present = {each: count for each, count in by_contact.items() if count}
    layouts, layout_numbers = _layouts(present, instruments)
    levels = _Levels.of(present, layout_numbers)
    rows = {each: levels.row(each) for each in present}
    left_out: Counter[str] = Counter()
    for each, count in present.items():
        if rows[each] is None:
            left_out[f"calls of {each.layout or 'no layout'}, which has no definition here"] += round(count)
    codes = np.array([rows.get(each) or levels.nowhere for each in contacts], dtype=np.intp)
    inside = codes[contact, 0] >= 0 if len(contact) else np.zeros(0, dtype=np.bool_)
    table = _Table(contacts, results, layouts, len(reference.categories), codes)
    design = table.design(agents, levels, contact[inside], result[inside], agent[inside], calls[inside], left_out)
    known = {each: row for each, row in rows.items() if row is not None}
    return Encoded(design, dict(sorted(left_out.items())), known)


def _numbered(values: Sequence[_Named]) -> tuple[list[_Named], IndexArray]:
    """Return the different values, and the number of each; equal objects are compared once, not once a cell."""
    objects = dict(zip(map(id, values), values, strict=True))
    by_value: dict[_Named, int] = {}
    by_id = {place: by_value.setdefault(value, len(by_value)) for place, value in objects.items()}
    return list(by_value), np.fromiter(map(by_id.__getitem__, map(id, values)), np.intp, len(values))


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
    arms = [arm.rpartition(":") for arm in allocation.split()]
    try:
        shares = {key: float(share) for key, _, share in arms}
    except ValueError:
        return None
    return {key: share for key, share in shares.items() if share > 0}


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

    @property
    def nowhere(self) -> Key:
        """The row of a contact that is in no design."""
        return (-1,) * (3 + len(self.factors))

    def row(self, contact: Contact) -> Key | None:
        """Return the numbers of layout, stratum, delay and levels; None where the layout has no definition."""
        layout = None if contact.layout is None else self.layouts.get((contact.layout, contact.layout_version))
        if layout is None:
            return None
        levels = []
        for name, numbers in zip(_FACTORS, self.levels, strict=True):
            level = _level(name, contact)
            levels.append(numbers[level] if level in numbers else numbers[RARE])
        delay = self.delays[contact.delay_seconds or 0.0]
        return (layout, self.strata[_stratum_name(contact)], delay, *levels)


@dataclass(frozen=True, slots=True)
class _Table:
    """What a cell counts for: by its contact, where it stands; by its result, which counts it adds to."""

    contacts: Sequence[Contact]
    results: Sequence[Result]
    layouts: tuple[Layout, ...]
    neutral: int
    codes: IndexArray

    def design(
        self,
        agents: Sequence[str],
        levels: _Levels,
        contact: IndexArray,
        result: IndexArray,
        agent: IndexArray,
        calls: FloatArray,
        left_out: Counter[str],
    ) -> Design:
        codes = self.codes[contact]
        category = np.array([self._category(each) for each in self.results], dtype=np.intp)[result]
        counts = np.array([layout.categories for layout in self.layouts], dtype=np.intp)
        unread = category >= (counts[codes[:, 0]] if len(counts) else 0)
        self._leave_out(left_out, codes[unread, 0], calls[unread])
        read = ~unread
        codes, result, agent, contact = codes[read], result[read], agent[read], contact[read]
        calls, category = calls[read], category[read]
        columns = np.column_stack([codes[:, 0], agent, codes[:, 1:]])
        dims = tuple((columns.max(axis=0) + 1).tolist()) if len(columns) else (1,) * columns.shape[1]
        keys, row = np.unique(np.ravel_multi_index(tuple(columns.T), dims), return_inverse=True)
        size = len(keys)
        offered = np.array([_is_offered(each) for each in self.results], dtype=np.bool_)[result]
        chance = np.array([each.selection_probability or 1.0 for each in self.contacts])[contact]
        answer = np.array([self._answer(each) for each in self.results], dtype=np.intp)[result]
        strange = answer >= self.neutral
        if strange.any():
            left_out["follow-up answers that are not on the neutral scale"] += round(float(calls[strange].sum()))
        width = int(max([self.neutral, *counts.tolist()]))

        def by_category(which: NDArray[np.bool_], place: IndexArray, columns: int) -> FloatArray:
            return sums(row[which] * columns + place[which], calls[which], size * columns).reshape(size, columns)

        answered = (answer >= 0) & ~strange
        layout, of_agent, stratum, delay, *mix = np.unravel_index(keys, dims)
        return Design(
            agents=tuple(agents),
            strata=tuple(_stratum(name) for name in levels.strata),
            layouts=self.layouts,
            delays=tuple(levels.delays),
            factors=levels.factors,
            neutral_categories=self.neutral,
            agent=of_agent,
            stratum=stratum,
            layout=layout,
            delay=delay,
            mix=np.column_stack(mix).astype(np.intp),
            eligible=sums(row, calls, size),
            offered=sums(row, calls * offered, size),
            rated=by_category(category >= 0, category, width),
            later=by_category(answered & offered, answer, self.neutral),
            anyway=by_category(answered & ~offered, answer, self.neutral),
            weighted=sums(row, calls / chance, size),
        )

    def _leave_out(self, left_out: Counter[str], layout: IndexArray, calls: FloatArray) -> None:
        for number, count in enumerate(sums(layout, calls, len(self.layouts)).tolist()):
            if count:
                key = self.layouts[number].key
                left_out[f"ratings of {key} with a category that its definition does not have"] += round(count)

    @staticmethod
    def _category(result: Result) -> int:
        """Return the category of a rating, -1 of anything else; one beyond every layout's where there is none."""
        if result.outcome is not Outcome.RATED:
            return -1
        return _BEYOND if result.category is None or result.category < 0 else result.category

    @staticmethod
    def _answer(result: Result) -> int:
        """Return the category of a silent caller's follow-up answer, -1 where there is none."""
        if result.outcome is Outcome.RATED or result.followup != "answered":
            return -1
        answer = result.followup_category
        return _BEYOND if answer is None or answer < 0 else answer


def _is_offered(result: Result) -> bool:
    return result.outcome is not None and DISPOSITIONS[result.outcome].offered is True
