"""Fits the figures of some months and keeps the result as a new version."""

from collections.abc import Callable
from dataclasses import replace

from ivr.domain.kpi.allocation_faults import allocation_faults
from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.instruments import Instruments
from ivr.errors import IvrError
from ivr.usecases.find_fit import FindFit, FitStanding, fit_command
from ivr.usecases.fits import ALL_MONTHS, Fit, FitMethod, Fits, Months, PeriodTallies, Recipe
from ivr.usecases.ports import Clock
from ivr.usecases.report_window import ReportWindow


class FitFigures:
    """Makes fits. It computes for as long as it takes and holds up whatever shares its process."""

    def __init__(
        self,
        tallies: PeriodTallies,
        fits: Fits,
        *,
        fit: FitMethod,
        method: str,
        options: FitOptions,
        clock: Clock,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Take the parts; ``method`` names ``fit`` and its version, ``tell`` hears what is being done."""
        self._tallies = tallies
        self._fits = fits
        self._fit = fit
        self._method = method
        self._options = options
        self._clock = clock
        self._tell = tell

    async def __call__(self, months: Months, instruments: Instruments) -> Fit | None:
        """Return the fit of ``months``, kept already; None where they hold no handled call."""
        begun_at = self._clock()
        counts = await self._tallies.read(months)
        handled = counts.handled
        if not handled:
            return None
        self._tell(f"fitting {handled:,} calls ({months})")
        figures = self._fit(counts.cells, counts.groups, instruments, self._options)
        computed_at = self._clock()
        fit = Fit(
            months=months,
            basis=Recipe(self._method, instruments, self._options).basis(counts.revision),
            computed_at=computed_at,
            seconds=(computed_at - begun_at).total_seconds(),
            handled=handled,
            figures=replace(figures, warnings=(*figures.warnings, *allocation_faults(counts.cells))),
        )
        await self._fits.add(fit)
        return fit


class FitWhereNeeded:
    """Finds the fit of a report, and makes one where there is none or where anything has changed since."""

    def __init__(self, find: FindFit, fit: FitFigures) -> None:
        self._find = find
        self._fit = fit

    async def __call__(self, window: ReportWindow, instruments: Instruments) -> FitStanding:
        """Return how the fit stands; a fault of the computation is told, and counted figures go on without it."""
        standing = await self._find(window, instruments)
        if standing.months is None or (standing.fit is not None and standing.stale is None):
            return standing
        try:
            fit = await self._fit(standing.months, instruments)
        except IvrError:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever arithmetic raises; the command to fit shows where
            return _failed(standing, fault)
        if fit is None:
            return replace(standing, reason=f"{standing.months}: no handled call to fit")
        return await self._find(window, instruments)


def _failed(standing: FitStanding, fault: Exception) -> FitStanding:
    months = standing.months or ALL_MONTHS
    sentence = f"the fit failed ({type(fault).__name__}: {fault}); `{fit_command(months)}` shows where"
    reason = sentence if standing.fit is None else standing.reason
    return replace(standing, reason=reason, remarks=(*standing.remarks, sentence))
