"""Fits in this program: the settings that they depend on, their use cases over the ledger, and their own process."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from ivr.bootstrap import parts
from ivr.bootstrap.beside import beside
from ivr.bootstrap.fitting import Look, Program
from ivr.bootstrap.layout_archive import LayoutArchive
from ivr.bootstrap.prompt_lengths import PromptLengths
from ivr.bootstrap.reloading import Reloading
from ivr.domain.kpi.fit_options import METHOD, FitOptions
from ivr.domain.kpi.fitted import FittedFigures
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.period_cells import GroupCell, PeriodCell
from ivr.domain.layouts import Layout
from ivr.errors import IvrError
from ivr.settings import Settings
from ivr.store.fits import SqlFits
from ivr.store.period_reads import SqlPeriodTallies
from ivr.usecases.find_fit import FindFit
from ivr.usecases.fit_figures import FitFigures
from ivr.usecases.report_window import ALL_CALLS

_THIS_PROGRAM = "-m", "ivr"
NICENESS = 10
_OOM_SCORE = "500"
_NAMED = ("database_url", "layouts_dir", "layouts_source", "transcripts_dir", "sounds_dir", "time_zone")
_FITTED = ("reference_layout", "offer_floor", "offer_floors", "utility")


def fit_options(settings: Settings) -> FitOptions:
    """Return what the settings say of fits."""
    return FitOptions(
        reference_layout=settings.reference_layout,
        offer_floor=settings.offer_floor,
        offer_floors=settings.offer_floors,
        utility=settings.utility,
    )


def archive(settings: Settings, store: parts.Store) -> LayoutArchive:
    """Return the archive of layouts that figures read ratings by, with the lengths of today's prompts."""
    return LayoutArchive(store.database, PromptLengths(settings.sounds_dir))


def find_fit(
    settings: Callable[[], Settings], store: parts.Store, trouble: Callable[[], str | None] = lambda: None
) -> FindFit:
    """Return what finds kept fits."""
    return FindFit(
        SqlPeriodTallies(store.database),
        SqlFits(store.database, store.writer),
        method=METHOD,
        options=lambda: fit_options(settings()),
        zone=settings().zone,
        clock=parts.now,
        trouble=trouble,
    )


def fit_figures(settings: Settings, store: parts.Store, tell: Callable[[str], None]) -> FitFigures:
    """Return what makes fits in this very process."""
    return FitFigures(
        SqlPeriodTallies(store.database),
        SqlFits(store.database, store.writer),
        fit=_structural,
        method=METHOD,
        options=fit_options(settings),
        clock=parts.now,
        tell=tell,
    )


def _structural(
    cells: Sequence[PeriodCell], groups: Sequence[GroupCell], instruments: Instruments, options: FitOptions
) -> FittedFigures:
    # Only where a fit is made: the service itself needs none of the arithmetic, nor the memory that it takes.
    from ivr.domain.kpi.structural import fit  # noqa: PLC0415

    return fit(cells, groups, instruments, options)


class ReportLayouts:
    """The layouts that reports read ratings by in the running service: as offline, read anew after each reload."""

    def __init__(self, reloading: Reloading) -> None:
        self._reloading = reloading
        self._of: object = None
        self._layouts: Mapping[str, Layout] = {}

    async def __call__(self) -> Mapping[str, Layout]:
        """Return today's definitions, retired ones of the database among them."""
        catalogue, settings = self._reloading.catalogue, self._reloading.settings
        if self._of is not catalogue:
            try:
                self._layouts = await beside(partial(parts.layouts, settings, ever_published=True))
            except IvrError:  # changed since they were read; the next reload tells
                self._layouts = catalogue.layouts
            self._of = catalogue
        return self._layouts


async def look_at_fits(find: FindFit, instruments: Instruments, store: parts.Store) -> Look:
    """Return when all months were fitted last, and whether anything has changed since."""
    standing = await find(ALL_CALLS, instruments)
    if standing.months is None:
        return Look(None, is_due=False)
    if standing.fit is None:
        return Look(None, is_due=await SqlPeriodTallies(store.database).revision() > 0)
    return Look(standing.fit.computed_at, is_due=standing.stale is not None)


def fit_program(settings: Settings) -> Program:
    """Return how this program is started once more to fit by the same ``settings``, whatever gave them."""
    # One thread of arithmetic: the other processors are the calls'.
    environment = {"OPENBLAS_NUM_THREADS": "1", **os.environ}
    file = settings.file
    if file is not None:
        environment["IVR_CONFIG"] = str(file)
    for name in (*_NAMED, *_FITTED):
        variable = f"IVR_{name.upper()}"
        environment.pop(variable, None)
        if text := _text(getattr(settings, name)):
            environment[variable] = text
    return Program((sys.executable, *_THIS_PROGRAM), environment)


def _text(value: object) -> str:
    """Return a setting as the environment gives it; empty where there is none."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ",".join(f"{name}:{number!r}" for name, number in value.items())
    if isinstance(value, tuple):
        return ",".join(map(repr, value))
    return str(value)


def step_aside() -> None:
    """Let every other process go before this one, for a processor and for memory."""
    os.nice(NICENESS)
    with suppress(OSError):  # not on every system
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, "ascii")
