"""Finds the fit that a report's fitted figures come from, and says how old it is and whether it is stale."""

from calendar import monthrange
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from zoneinfo import ZoneInfo

from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.instruments import Instruments
from ivr.errors import TalliesNotBuilt
from ivr.usecases.fits import ALL_MONTHS, Fit, KeptFits, Months, PeriodTallies, Recipe, months_of, same_calls
from ivr.usecases.ports import Clock
from ivr.usecases.report_window import ReportWindow

_NEW_CALLS = "calls have come in or changed since the fit: fitted figures are as of then, counts are as of now"
_NEW_SETTINGS = "a layout, a setting or the method has changed since the fit: the next one takes it up"
_SELECTED = (
    "fitted figures are those of all calls of an agent in these months: a selection by queue, site or language changes "
    "who is shown and which calls are counted, and leaves the standardised and corrected figures as they are"
)


@dataclass(frozen=True, slots=True)
class FitStanding:
    """A fit, seen from a report: its age and whether anything has changed since; without one, why there is none.

    ``months`` are those that a fit would have to be of; None where there can be none. ``stale`` says what has changed
    since the fit, None where nothing has: while calls come in that is no fault. ``remarks`` are what else has to be
    said of its use.
    """

    months: Months | None = None
    fit: Fit | None = None
    age_seconds: float | None = None
    reason: str | None = None
    stale: str | None = None
    remarks: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The fit's own warnings, and the remarks on its use."""
        return (*(() if self.fit is None else self.fit.figures.warnings), *self.remarks)


NO_FIT = FitStanding()

FitSource = Callable[[ReportWindow, Instruments], Awaitable[FitStanding]]
"""Says which fit a report of the window takes its fitted figures from."""


def fit_of(source: FitSource, asked: ReportWindow | None) -> FitSource:
    """Return ``source``, asked for the window ``asked`` whatever the report is of; None asks for the report's own."""
    if asked is None:
        return source
    window = asked

    async def find(_report: ReportWindow, instruments: Instruments) -> FitStanding:
        return await source(window, instruments)

    return find


class FindFit:
    """Finds kept fits; never makes one. The newest of each span of months stays in memory."""

    def __init__(
        self,
        tallies: PeriodTallies,
        fits: KeptFits,
        *,
        method: str,
        options: Callable[[], FitOptions],
        zone: ZoneInfo,
        clock: Clock,
        trouble: Callable[[], str | None] = lambda: None,
    ) -> None:
        """Take the parts; ``trouble`` returns why the last try to make a fit failed, None where it did not."""
        self._tallies = tallies
        self._fits = fits
        self._method = method
        self._options = options
        self._zone = zone
        self._clock = clock
        self._trouble = trouble
        self._held: dict[Months, tuple[int, Fit]] = {}

    async def __call__(self, window: ReportWindow, instruments: Instruments) -> FitStanding:
        """Return the newest fit of the months that ``window`` spans, and how it stands."""
        months = months_of(window, self._zone)
        if months is None:
            return FitStanding(reason=only_whole_months(window, self._zone))
        try:
            return await self._standing(window, months, instruments)
        except TalliesNotBuilt as refusal:
            return FitStanding(reason=str(refusal))

    async def _standing(self, window: ReportWindow, months: Months, instruments: Instruments) -> FitStanding:
        revision = await self._tallies.revision()
        fit = await self.newest(months)
        trouble = self._trouble()
        troubles = () if trouble is None else (trouble,)
        other_zone = await self._other_zone()
        if fit is None:
            return FitStanding(months, reason="; ".join((_no_fit_yet(months), *troubles)), remarks=other_zone)
        basis = Recipe(self._method, instruments, self._options()).basis(revision)
        stale = None
        if fit.basis != basis:
            stale = _NEW_SETTINGS if same_calls(fit.basis, basis) else _NEW_CALLS
        selected = (_SELECTED,) if window.queue or window.site or window.language else ()
        return FitStanding(
            months,
            fit,
            age_seconds=max(0.0, (self._clock() - fit.computed_at).total_seconds()),
            stale=stale,
            remarks=(*other_zone, *selected, *troubles),
        )

    async def _other_zone(self) -> tuple[str, ...]:
        """Warn where fits have months of another time zone than reports: somebody has changed the setting."""
        counted, zone = await self._tallies.zone(), self._zone.key
        if counted == zone:
            return ()
        remark = (
            f"fits have the months of {counted}, and time_zone is {zone} now: calls at the turn of a month are fitted "
            "in one month and counted in another; `ivr db tallies --rebuild` counts all months anew"
        )
        return (remark,)

    async def newest(self, months: Months) -> Fit | None:
        """Return the newest fit of exactly these months."""
        version = await self._fits.newest(months)
        held = self._held.get(months)
        if version is None or (held is not None and held[0] == version):
            return None if version is None or held is None else held[1]
        fit = await self._fits.load(version)
        if fit is not None:
            self._held[months] = version, fit
        return fit


def only_whole_months(window: ReportWindow, zone: tzinfo) -> str:
    """Say why a window of other days has no fitted figures, and which whole months hold its days."""
    why = "only whole months are fitted"
    try:
        first = None if window.since is None else window.since.astimezone(zone).date().replace(day=1)
        # The end is the first moment outside.
        last = None if window.until is None else (window.until - timedelta(microseconds=1)).astimezone(zone).date()
    except OverflowError:
        return why
    if last is not None:
        last = last.replace(day=monthrange(last.year, last.month)[1])
    asked = " ".join(f"{word} {day}" for word, day in (("from", first), ("to", last)) if day is not None)
    return f"{why}: ask for the calls {asked}, or for all calls"


def fit_command(months: Months) -> str:
    """Return the command that fits ``months``."""
    ends = (("--from", months.first), ("--to", months.last))
    return " ".join(("ivr kpi fit", *(f"{name} {month}" for name, month in ends if month is not None)))


def _no_fit_yet(months: Months) -> str:
    command = f"`{fit_command(months)}`"
    if months == ALL_MONTHS:
        return f"nothing has been fitted yet: the service does so while it runs, {command} does so now"
    return f"{months} has not been fitted: {command} does so"
