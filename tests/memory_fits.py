"""The ports of fits kept in memory, and a stand-in for the estimators: for tests of what is done with a fit."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.fitted import FittedAgent, FittedFigures, FittedLayout
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.period_cells import Contact, GroupCell, PeriodCell, Result
from ivr.domain.outcomes import Outcome
from ivr.usecases.fits import Fit, Months, PeriodCounts

METHOD = "stand-in 1"
ESTIMAND = "share of ratings in the best category, at the reference layout"


@dataclass
class MemoryPeriodTallies:
    """Cells in a list; ``changes`` stands for the revision, ``zone_name`` names the zone of their months."""

    cells: list[PeriodCell] = field(default_factory=list)
    changes: int = 0
    zone_name: str = "Europe/Berlin"

    def count(
        self, agent: str | None, calls: int = 1, *, month: str = "2026-03", layout: str = "sequential-123"
    ) -> None:
        contact = Contact(month, None, "sales", None, "en", None, layout, "v1", None, None, 1.0)
        self.cells.append(PeriodCell(agent, contact, Result(Outcome.RATED, 2, None, None), None, calls))
        self.changes += 1

    async def read(self, months: Months) -> PeriodCounts:
        found = [
            cell
            for cell in self.cells
            if (months.first or "") <= cell.contact.period and cell.contact.period <= (months.last or "9999-12")
        ]
        return PeriodCounts(found, (), self.changes)

    async def revision(self) -> int:
        return self.changes

    async def zone(self) -> str:
        return self.zone_name


@dataclass
class MemoryFits:
    """Fits in a list; a version is a place in it, from 1. ``loads`` counts how often one was read whole."""

    kept: list[Fit] = field(default_factory=list)
    loads: int = 0

    async def add(self, fit: Fit) -> int:
        self.kept.append(fit)
        return len(self.kept)

    async def newest(self, months: Months) -> int | None:
        return max((version for version, fit in enumerate(self.kept, 1) if fit.months == months), default=None)

    async def load(self, version: int) -> Fit | None:
        self.loads += 1
        return self.kept[version - 1]


def stand_in_fit(
    cells: Sequence[PeriodCell], _groups: Sequence[GroupCell], _instruments: Instruments, options: FitOptions
) -> FittedFigures:
    """Return figures that are easy to know again: agents in the order of their names, a point apart."""
    agents = sorted({cell.agent for cell in cells if cell.agent is not None})
    layouts = sorted({cell.contact.layout for cell in cells if cell.contact.layout is not None})
    calls = sum(cell.calls for cell in cells)
    return FittedFigures(
        method=METHOD,
        reference_layout=options.reference_layout,
        estimand=ESTIMAND,
        agents=tuple(
            FittedAgent(
                agent,
                _share(0.7 - place / 100, calls),
                _share(0.5 - place / 100, calls),
                tier=1 if place == 0 else 2,
                rank_interval=(1, len(agents)),
                flags=("offers_selectively",) if agent == "zoe" else (),
                notes=(f"{agent} was fitted",),
                reliability=0.6,
                more_ratings=40 + place,
            )
            for place, agent in enumerate(agents)
        ),
        layouts=tuple(
            FittedLayout(
                layout,
                Estimate(2.0, -1.0, 5.0, "percentage points", calls, "stand-in", Status.OK),
                (f"{layout} was fitted",),
            )
            for layout in layouts
        ),
        facts={"level": _share(0.55, calls)},
        warnings=("the centre is small",),
    )


def _share(share: float, n: int) -> Estimate:
    return Estimate(share, share - 0.1, share + 0.1, "proportion", n, "stand-in", Status.OK)
