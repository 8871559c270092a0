"""Fits: the kept results of fitting whole months, and what they were made from."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol

from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.fitted import FittedFigures
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.period_cells import GroupCell, PeriodCell
from ivr.usecases.report_window import ReportWindow, WindowRefused

_MONTH = re.compile("[1-9][0-9]{3}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Months:
    """Whole months of the site, ``2026-03``, both ends included; None is open.

    Raises:
        WindowRefused: for what is no month, or a span that ends before it begins.
    """

    first: str | None = None
    last: str | None = None

    def __post_init__(self) -> None:
        for name, month in (("from", self.first), ("to", self.last)):
            if month is not None and not _MONTH.fullmatch(month):
                raise WindowRefused(f"'{name}' is {month!r}, no month; write one as 2026-03")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise WindowRefused(f"the months from {self.first} to {self.last} are none; write a later 'to' than 'from'")

    def __str__(self) -> str:
        if self.first is None and self.last is None:
            return "all months"
        if self.first == self.last:
            return str(self.first)
        return f"{self.first or 'the first month'} to {self.last or 'the last month'}"


ALL_MONTHS = Months()
MOST_MONTHS = 240
"""So many of the latest months may be asked for from afar."""


def require_recent(months: Months, today: date) -> None:
    """Raise WindowRefused where an end of ``months`` is after the month of ``today``, or long before it."""
    latest = 12 * today.year + today.month - 1
    spelled = [f"{month // 12:04}-{month % 12 + 1:02}" for month in (max(12, latest - MOST_MONTHS + 1), latest)]
    for name, month in (("from", months.first), ("to", months.last)):
        if month is not None and not spelled[0] <= month <= spelled[1]:
            sentence = f"'{name}' is {month!r}, which holds no calls; write a month from {spelled[0]} to {spelled[1]}"
            raise WindowRefused(sentence, field=name)


def months_of(window: ReportWindow, zone: tzinfo) -> Months | None:
    """Return the whole months of ``zone`` that ``window`` spans, whatever it selects of them; None for other spans."""
    first = last = None
    if window.since is not None:
        since = window.since.astimezone(zone)
        if not _begins_month(since):
            return None
        first = since.date().isoformat()[:7]
    if window.until is not None:
        until = window.until.astimezone(zone)
        if not _begins_month(until):
            return None
        last = (until.date() - timedelta(days=1)).isoformat()[:7]
    return Months(first, last)


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """The cells of some months and the tallies' revision, as of one moment."""

    cells: Sequence[PeriodCell]
    groups: Sequence[GroupCell]
    revision: int

    @property
    def handled(self) -> int:
        """How many calls the cells count."""
        return sum(cell.calls for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Fit:
    """One fit as it is kept: ``basis`` says what it was made from, ``seconds`` how long that took.

    ``handled`` is None where the reader may not see the whole centre.
    """

    months: Months
    basis: str
    computed_at: datetime
    seconds: float
    handled: int | None
    figures: FittedFigures

    def is_of(self, revision: int) -> bool:
        """Say whether it was made from the tallies of this ``revision``."""
        return same_calls(self.basis, f"{revision}:")


class PeriodTallies(Protocol):
    """Counts for fits."""

    async def read(self, months: Months) -> PeriodCounts:
        """Return the cells of ``months`` as of one moment."""

    async def revision(self) -> int:
        """Return a number that has grown whenever any cell has changed."""

    async def zone(self) -> str:
        """Return the name of the time zone that the months of the cells are months of."""


class KeptFits(Protocol):
    """Fits as they are kept."""

    async def newest(self, months: Months) -> int | None:
        """Return the number of the newest fit of exactly these months; None where there is none."""

    async def load(self, version: int) -> Fit | None:
        """Return that fit; None where it is not kept any more."""


class Fits(KeptFits, Protocol):
    """Where fits are kept; a new one never replaces another."""

    async def add(self, fit: Fit) -> int:
        """Keep ``fit`` as a new version and return its number; durable on return."""


FitMethod = Callable[[Sequence[PeriodCell], Sequence[GroupCell], Instruments, FitOptions], FittedFigures]
"""Computes fitted figures from the counts of some months."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a fit depends on beside the calls. ``method`` names the estimators with their version."""

    method: str
    instruments: Instruments
    options: FitOptions

    def basis(self, revision: int) -> str:
        """Return a text that is another one where the tallies, a layout, a signature, an option or the method is."""
        plain = {
            "method": self.method,
            "current": {key: _plain(each) for key, each in self.instruments.current.items()},
            "noted": {" ".join(key): _plain(each) for key, each in self.instruments.noted.items()},
            "options": asdict(self.options),
        }
        digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]
        return f"{revision}:{digest}"


def same_calls(basis: str, other: str) -> bool:
    """Say whether two bases stand on the same calls."""
    return basis.partition(":")[0] == other.partition(":")[0]


def _plain(instrument: Instrument) -> Mapping[str, object]:
    return asdict(instrument)


def _begins_month(moment: datetime) -> bool:
    return moment.day == 1 and moment.time() == time() and moment.date() != date.min
