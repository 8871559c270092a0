"""A large call centre as its tallies: every agent serves every queue, wait and layout, in cells as many as wanted."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.period_cells import Contact, GroupCell, PeriodCell, Result
from ivr.domain.outcomes import Outcome

QUEUES = {"support": 0.0, "billing": -0.5, "complaints": -1.0, "orders": 0.4}
WAITS = (0.0, -0.3, -0.8)
REFERENCE = "sequential-123"
NAMES = ("dissatisfied", "so-so", "satisfied")
# By layout: keys from worst to best, seconds until read, what primacy adds to satisfaction.
LAYOUTS = {
    REFERENCE: ("321", (4.5, 3.0, 1.5), 0.15),
    "sparse-531": ("135", (4.5, 3.0, 1.5), -0.5),
    "paced-123": ("321", (10.5, 6.0, 1.5), 0.3),
    "reversed-123": ("123", (1.5, 3.0, 4.5), -0.15),
}
THRESHOLDS = (-1.6, -0.6)
GROUPS = 32
FOLLOWED_UP = 0.015
_ALLOCATION = " ".join(f"{layout}:0.25" for layout in LAYOUTS)
_RESULTS = (
    *(Result(Outcome.RATED, category, None, None) for category in range(3)),
    Result(Outcome.NO_KEY, None, None, None),
    *(Result(Outcome.NO_KEY, None, "answered", category) for category in range(3)),
    Result(Outcome.CALLER_LEFT_FIRST, None, None, None),
)


@dataclass(frozen=True, slots=True)
class Centre:
    """Period cells and group cells of one call centre."""

    cells: list[PeriodCell]
    groups: list[GroupCell]

    @property
    def ratings(self) -> int:
        """How many calls were rated."""
        return sum(cell.calls for cell in self.cells if cell.result.outcome is Outcome.RATED)

    def times(self, factor: int) -> "Centre":
        """Return the same centre with every count so many times as large."""
        return Centre(
            [cell._replace(calls=cell.calls * factor) for cell in self.cells],
            [cell._replace(calls=cell.calls * factor) for cell in self.groups],
        )


def instruments() -> Instruments:
    """Return the layouts' definitions."""
    return Instruments(
        {
            layout: Instrument(
                NAMES,
                keys={key: category for category, key in enumerate(keys)},
                first_read=int(np.argmin(seconds)),
                read_seconds=seconds,
            )
            for layout, (keys, seconds, _) in LAYOUTS.items()
        }
    )


def draw_centre(agents: int, calls_a_cell: float, seed: int) -> Centre:
    """Draw a centre of 48 cells an agent, each with a Poisson number of calls."""
    rng = np.random.default_rng(seed)
    quality, willing = rng.normal(0.0, 0.4, agents), rng.normal(0.0, 0.3, agents)
    cells: list[PeriodCell] = []
    groups: list[GroupCell] = []
    names = [f"agent-{number:05d}" for number in range(agents)]
    for contact, effect, layout in _contacts():
        counts = _results(effect + quality, willing, layout, rng.poisson(calls_a_cell, agents), rng)
        cells.extend(
            PeriodCell(names[agent], contact, _RESULTS[number], None, calls)
            for agent, row in enumerate(counts.tolist())
            for number, calls in enumerate(row)
            if calls
        )
        for number, calls in enumerate(counts.sum(axis=0).tolist()):
            split = rng.multinomial(calls, [1 / GROUPS] * GROUPS).tolist()
            groups.extend(GroupCell(group, contact, _RESULTS[number], part) for group, part in enumerate(split) if part)
    return Centre(cells, groups)


def _contacts() -> Iterator[tuple[Contact, float, str]]:
    for (queue, effect), (wait, less), layout in product(QUEUES.items(), enumerate(WAITS), LAYOUTS):
        contact = Contact("2026-03", "main", queue, None, "en", wait, layout, "1", _ALLOCATION, 0.0, 1.0)
        yield contact, effect + less, layout


def _results(
    mean: NDArray[np.float64],
    willing: NDArray[np.float64],
    layout: str,
    calls: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Return the counts of each result by agent: a plain version of the simulation's callers."""
    _, seconds, primacy = LAYOUTS[layout]
    cut = 1.0 / (1.0 + np.exp(-(np.array(THRESHOLDS)[None, :] - primacy - mean[:, None])))
    meant = np.diff(np.column_stack([np.zeros(len(mean)), cut, np.ones(len(mean))]), axis=1)
    answers = 1.0 / (1.0 + np.exp(0.1 - willing[:, None] - 0.2 * np.array([-2.2, -0.3, 1.5])))
    rated = 0.92 * meant * answers * np.exp(-0.06 * np.array(seconds))
    silent = 0.92 - rated.sum(axis=1)
    asked = FOLLOWED_UP * silent[:, None] * meant
    chances = np.column_stack([rated, silent - asked.sum(axis=1), asked, np.full(len(mean), 0.08)])
    return rng.multinomial(calls, chances)
