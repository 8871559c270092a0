"""The design: period cells as arrays, one row for each agent, stratum, case mix, layout and delay.

A stratum is where chance gave out layouts by one distribution: a site, a language, an allocation. What was settled
before anybody answered (queue, wait, segment, month) is the case mix. Handle time, transfers and resolution are not in
it: the agent causes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.instruments import Instrument

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
_SPARSE = 16


def sums(number: IndexArray, values: FloatArray, count: int) -> FloatArray:
    """Return the sum of ``values`` under each number from 0 to before ``count``."""
    return np.asarray(np.bincount(number, values, count), dtype=np.float64)


def numbered(keys: IndexArray, beyond: int) -> tuple[IndexArray, IndexArray]:
    """Return the different keys, ascending, and the number of each key; keys are from 0 to before ``beyond``.

    Where keys are not far apart they are marked in a table, which is many times as quick as sorting them.
    """
    if beyond > _SPARSE * len(keys):
        different, number = np.unique(keys, return_inverse=True)
        return different, number.reshape(-1)
    there = np.zeros(beyond, dtype=np.bool_)
    there[keys] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[keys]


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout as callers heard it: versions that sound alike are one, others of the same key are several."""

    key: str
    version: str | None
    instrument: Instrument

    @property
    def categories(self) -> int:
        """How many."""
        return len(self.instrument.categories)

    @property
    def habit_category(self) -> int | None:
        """The category of key 1, on which a reflex falls; None where nobody knows it."""
        category = self.instrument.keys.get("1")
        return category if category is not None and 0 <= category < self.categories else None


@dataclass(frozen=True, slots=True)
class Factor:
    """One part of the case mix: its name and its levels, the first of which is the base."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Where one distribution over the layouts held; ``shares`` is None where it is not known."""

    site: str | None
    language: str | None
    shares: Mapping[str, float] | None


class Circumstances(NamedTuple):
    """The numbers of a contact's layout and kind in a design."""

    layout: int
    kind: int


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of calls beside agent and layout, one row of each array for one; ``mix`` has a column a factor."""

    stratum: IndexArray
    delay: IndexArray
    mix: IndexArray

    def __len__(self) -> int:
        return len(self.stratum)


@dataclass(frozen=True, slots=True)
class Design:
    """Counts of calls, one row of each array for one cell, sorted by layout, then by agent, then by kind.

    ``kind`` numbers the rows of ``kinds``. ``eligible`` and ``offered`` count calls, ``rated`` the
    ratings by category (columns beyond a layout's categories are 0), ``later`` the follow-up answers of callers who
    were offered the rating and did not rate, ``anyway`` those of callers who were not offered it, both on the neutral
    scale.
    ``weighted`` counts the eligible calls over their chance of having been asked.
    """

    agents: tuple[str, ...]
    strata: tuple[Stratum, ...]
    layouts: tuple[Layout, ...]
    delays: tuple[float, ...]
    factors: tuple[Factor, ...]
    neutral_categories: int
    kinds: Kinds
    agent: IndexArray
    layout: IndexArray
    kind: IndexArray
    eligible: FloatArray
    offered: FloatArray
    rated: FloatArray
    later: FloatArray
    anyway: FloatArray
    weighted: FloatArray

    def __len__(self) -> int:
        return len(self.agent)

    def rows_of(self, layout: int) -> slice:
        """Return the rows of a layout, which stand together."""
        start, stop = np.searchsorted(self.layout, [layout, layout + 1])
        return slice(int(start), int(stop))

    def by_agent(self, values: FloatArray) -> FloatArray:
        """Return the sums of ``values`` (one for a cell) over each agent's cells."""
        return sums(self.agent, values, len(self.agents))

    def by_kind(self, values: FloatArray) -> FloatArray:
        """Return the sums of ``values`` (one for a cell) over the cells of each kind."""
        return sums(self.kind, values, len(self.kinds))

    def of_agents(self, kept: NDArray[np.bool_]) -> "Design":
        """Return the cells of some agents, who keep their order and get new numbers."""
        if kept.all():
            return self
        names = tuple(agent for agent, keep in zip(self.agents, kept.tolist(), strict=True) if keep)
        cells = np.flatnonzero(kept[self.agent])
        columns = ("layout", "kind", "eligible", "offered", "rated", "later", "anyway", "weighted")
        agent = (np.cumsum(kept) - 1)[self.agent[cells]]
        return replace(self, agents=names, agent=agent, **{name: getattr(self, name)[cells] for name in columns})

    def without_agents(self, weights: FloatArray) -> "Design":
        """Return the cells joined over agents, each agent's counts times the agent's weight, 0 to 1."""
        keys, of = numbered(self.layout * len(self.kinds) + self.kind, len(self.layouts) * len(self.kinds))
        weight = weights[self.agent]

        def total(counts: FloatArray) -> FloatArray:
            if counts.ndim == 1:
                return sums(of, counts * weight, len(keys))
            return np.stack([sums(of, column * weight, len(keys)) for column in counts.T], axis=1)

        return replace(
            self,
            agents=("",),
            agent=np.zeros(len(keys), dtype=np.intp),
            layout=keys // len(self.kinds),
            kind=keys % len(self.kinds),
            eligible=total(self.eligible),
            offered=total(self.offered),
            rated=total(self.rated),
            later=total(self.later),
            anyway=total(self.anyway),
            weighted=total(self.weighted),
        )
