"""Tallies from the day cube: what :class:`ivr.store.tallies.SqlTallies` says, without reading the database.

All counts of one object are those of one moment. What a cube cannot tell (a window that begins or ends within a day,
calls that are excluded or in progress) is read from the database as ever.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, TypeVar

from ivr.domain.calls import EndedBy
from ivr.domain.kpi.cube_keys import Selection
from ivr.domain.kpi.day_cube import DayCube, Days
from ivr.domain.kpi.mis_keys import ConfirmationCount
from ivr.domain.kpi.tallies import CallDays, DayCount, EndingCount, HearingCount, OutcomeCount, PlaceNames
from ivr.domain.outcomes import Outcome
from ivr.store.kept_counts import KeptCounts
from ivr.store.leak_checks import LeakChecks
from ivr.store.tallies import SqlTallies
from ivr.usecases.report_window import ReportWindow

T = TypeVar("T")
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_MOMENT = timedelta(microseconds=1)
_RATED = Outcome.RATED.value
_COUNTED = ("agent", "team", "layout", "layout_version", "outcome", "category")
_CONFIRMED = ("layout", "layout_version", "category", "confirm_key")
_ENDED = ("agent", "outcome", "ended_by")
_HEARD = ("agent", "layout", "layout_version", "options_heard")
_OF_DAY = ("agent", "layout", "layout_version", "allocation", "outcome", "category")


class CubeTallies:
    """Implements :class:`ivr.usecases.ports.Tallies`."""

    def __init__(
        self, cube: DayCube, zone: tzinfo, checks: LeakChecks, otherwise: SqlTallies, kept: KeptCounts | None = None
    ) -> None:
        """Take the parts; ``zone`` is that of the cube's days, ``otherwise`` reads what the cube cannot tell."""
        self._cube = cube
        self._zone = zone
        self._checks = checks
        self._otherwise = otherwise
        self._counted = kept or KeptCounts()

    async def outcome_counts(self, window: ReportWindow) -> Sequence[OutcomeCount]:
        """Return the window's calls counted by agent, layout, outcome and category."""
        days = whole_days(window, self._zone)
        if days is None:
            return await self._otherwise.outcome_counts(window)
        return self._kept(
            "outcomes",
            window,
            days,
            lambda: [_outcome_count(*group) for group in self._cube.groups(_COUNTED, _selection(window), days)],
        )

    async def confirmation_counts(self, window: ReportWindow) -> Sequence[ConfirmationCount]:
        """Return the window's confirmed ratings counted by layout, version, category and the second key."""
        days = whole_days(window, self._zone)
        if days is None:
            return await self._otherwise.confirmation_counts(window)
        rated = replace(_selection(window), outcome=_RATED)
        return self._kept(
            "confirmations",
            window,
            days,
            lambda: [
                ConfirmationCount(layout, version, category, key, group.calls)
                for group in self._cube.groups(_CONFIRMED, rated, days)
                for layout, version, category, key in (group.values,)
                if key is not None
            ],
        )

    async def ending_counts(self, window: ReportWindow) -> Sequence[EndingCount]:
        """Return the window's calls counted by agent, who ended the call, and outcome."""
        days = whole_days(window, self._zone)
        if days is None:
            return await self._otherwise.ending_counts(window)
        return self._kept(
            "endings",
            window,
            days,
            lambda: [
                EndingCount(agent, None if end is None else EndedBy(end), _OUTCOMES.get(outcome), group.calls)
                for group in self._cube.groups(_ENDED, _selection(window), days)
                for agent, outcome, end in (group.values,)
            ],
        )

    async def hearing_counts(self, window: ReportWindow) -> Sequence[HearingCount]:
        """Return the window's rated calls counted by agent, layout, version and options heard."""
        days = whole_days(window, self._zone)
        if days is None:
            return await self._otherwise.hearing_counts(window)
        rated = replace(_selection(window), outcome=_RATED)
        return self._kept(
            "hearings",
            window,
            days,
            lambda: [
                HearingCount(agent, layout, version, heard, group.calls)
                for group in self._cube.groups(_HEARD, rated, days)
                for agent, layout, version, heard in (group.values,)
            ],
        )

    async def day_counts(self, window: ReportWindow) -> Sequence[DayCount]:
        """Return the window's calls counted by day, agent, layout, outcome and category."""
        days = whole_days(window, self._zone)
        if days is None:
            return await self._otherwise.day_counts(window)
        return self._kept(
            "days",
            window,
            days,
            lambda: [
                DayCount(day, agent, layout, version, _OUTCOMES.get(outcome), category, calls, allocation)
                for day, values, calls in self._cube.groups_by_day(_OF_DAY, _selection(window), days)
                for agent, layout, version, allocation, outcome, category in (values,)
            ],
        )

    async def allocations(self, window: ReportWindow) -> Sequence[str]:
        """Return each distribution that a layout of the window's calls was drawn from once, ``key:p key:p``."""
        days = whole_days(window, self._zone)
        if days is None:
            return await self._otherwise.allocations(window)
        return self._kept(
            "allocations",
            window,
            days,
            lambda: sorted(
                allocation
                for group in self._cube.groups(("allocation",), _selection(window), days)
                for allocation in group.values
                if allocation is not None
            ),
        )

    async def handled_calls(self, window: ReportWindow) -> int:
        """Return how many handled calls closed in the window.

        They are those of the tallies and what the rows of the calls had beside them when a check compared the two.
        """
        days = whole_days(window, self._zone)
        if days is None:
            return await self._otherwise.handled_calls(window)
        return self._cube.calls(_selection(window), days) + self._checks.missed(days.since, days.until)

    async def call_days(self, window: ReportWindow) -> CallDays | None:
        """Return the days of the first and the last of the window's counted calls; None where it has none."""
        days = whole_days(window, self._zone)
        if days is None:
            return await self._otherwise.call_days(window)
        ends = self._cube.first_and_last(_selection(window), days)
        return None if ends is None else CallDays(*map(date.fromisoformat, ends))

    async def excluded_counts(self, window: ReportWindow) -> Sequence[OutcomeCount]:
        """Return the window's excluded calls, which no other count has, as :meth:`outcome_counts` would."""
        return await self._otherwise.excluded_counts(window)

    async def place_names(self, window: ReportWindow) -> PlaceNames:
        """Return the queues, sites, languages and teams of the reader's calls, of all time."""
        if window.agent is not None:
            return await self._otherwise.place_names(window)
        scope = Selection(teams=window.teams)
        places = [place for place in self._cube.keys.places() if scope.has_place(place)]
        return PlaceNames.of((place.queue, place.site, place.language, place.team) for place in places)

    async def calls_in_progress(self) -> int:
        """Return how many calls with an answered leg are not closed yet; test calls are left out."""
        return await self._otherwise.calls_in_progress()

    def _kept(self, name: str, window: ReportWindow, days: Days, count: Callable[[], Sequence[T]]) -> Sequence[T]:
        return self._counted.get((name, window), self._cube.blocks_of(days), count)


def whole_days(window: ReportWindow, zone: tzinfo) -> Days | None:
    """Return the days of ``window``; None where it begins or ends within one, or asks for an agent without a name."""
    if window.agent == "":
        return None
    if not all(moment is None or _begins_day(moment, zone) for moment in (window.since, window.until)):
        return None
    return Days(*(None if each is None else _day(each, zone).isoformat() for each in (window.since, window.until)))


def _selection(window: ReportWindow) -> Selection:
    return Selection(window.queue, window.site, window.language, window.teams, window.agent)


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def _begins_day(moment: datetime, zone: tzinfo) -> bool:
    try:
        return _day(moment - _MOMENT, zone) < _day(moment, zone)
    except OverflowError:
        return False


def _outcome_count(
    values: tuple[Any, ...], calls: int, asked: int, asked_ms: int, squares: int, first_us: int, last_us: int
) -> OutcomeCount:
    agent, team, layout, version, outcome, category = values
    return OutcomeCount(
        agent,
        team,
        layout,
        version,
        _OUTCOMES.get(outcome),
        category,
        calls,
        # Exact: a float of seconds is off by less than half a microsecond.
        datetime.fromtimestamp(last_us / 1e6, UTC),
        datetime.fromtimestamp(first_us / 1e6, UTC),
        asked,
        asked_ms / 1_000,
        squares / 1_000_000,
    )
