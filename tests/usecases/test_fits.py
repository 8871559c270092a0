"""Fits as they are made, kept, found and shown: which months, how old, what has changed since."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.pace import UNTIL_TOLD_APART
from ivr.errors import DatabaseRefused, TalliesNotBuilt
from ivr.usecases.find_fit import FindFit, only_whole_months
from ivr.usecases.fit_figures import FitFigures, FitWhereNeeded
from ivr.usecases.fits import ALL_MONTHS, Months, Recipe, months_of
from ivr.usecases.report_agents import ESTIMAND, report_agents, without_centre
from ivr.usecases.report_json import layout_report_json, report_json
from ivr.usecases.report_layouts import layouts_of
from ivr.usecases.report_records import agent_records
from ivr.usecases.report_table import agent_table, fit_text
from ivr.usecases.report_window import ALL_CALLS, ReportWindow, WindowRefused, read_window
from tests.memory_fits import ESTIMAND as FITTED_ESTIMAND
from tests.memory_fits import METHOD, MemoryFits, MemoryPeriodTallies, stand_in_fit
from tests.memory_ports import NOON, MemoryTallies, StoredCall

SCALE = ("dissatisfied", "so-so", "satisfied")
LAYOUTS = Instruments.of_scales({"sequential-123": SCALE, "sparse-531": SCALE})
ZONE = ZoneInfo("Europe/Berlin")
MARCH = Months("2026-03", "2026-03")


class Desk:
    """A ledger of two agents, and everything that makes and finds fits of it."""

    def __init__(self, method=stand_in_fit):
        self.now = NOON
        self.calls = MemoryTallies([StoredCall()] * 16 + [StoredCall(category=0)] * 4 + [StoredCall(agent="ben")] * 3)
        self.periods = MemoryPeriodTallies()
        self.periods.count("ana", 20)
        self.periods.count("ben", 3)
        self.fits = MemoryFits()
        self.options = FitOptions(reference_layout="sequential-123")
        self.trouble = None
        self.told = []
        self.method = method

    @property
    def find(self):
        return FindFit(
            self.periods,
            self.fits,
            method=METHOD,
            options=lambda: self.options,
            zone=ZONE,
            clock=lambda: self.now,
            trouble=lambda: self.trouble,
        )

    @property
    def fit(self):
        return FitFigures(
            self.periods,
            self.fits,
            fit=self.method,
            method=METHOD,
            options=self.options,
            clock=lambda: self.now,
            tell=self.told.append,
        )

    async def report(self, window=ALL_CALLS, *, fits=False):
        return await report_agents(
            self.calls,
            LAYOUTS,
            clock=lambda: self.now,
            window=window,
            reference_layout="sequential-123",
            fit_source=FitWhereNeeded(self.find, self.fit) if fits else self.find,
        )


def days(since, until, **filters):
    return read_window(since=since, until=until, zone=ZONE, **filters)


@pytest.mark.parametrize(
    ("window", "months"),
    [
        (ALL_CALLS, ALL_MONTHS),
        (days("2026-03-01", "2026-03-31"), MARCH),
        (days("2026-03-01", "2026-03-31", queue="sales"), MARCH),
        (days("2025-12-01", "2026-02-28"), Months("2025-12", "2026-02")),
        (days("2026-03-01", None), Months("2026-03", None)),
        (days(None, "2026-10-31"), Months(None, "2026-10")),
        (days("2026-03-01", "2026-03-30"), None),
        (days("2026-03-02", "2026-03-31"), None),
        (ReportWindow(since=datetime(2026, 2, 28, 23, tzinfo=UTC)), Months("2026-03", None)),
        (ReportWindow(since=datetime(2026, 3, 1, tzinfo=UTC)), None),
        (ReportWindow(until=datetime(1, 1, 1, tzinfo=ZONE)), None),
    ],
)
def test_whole_months_of_the_site_can_be_fitted_and_nothing_else(window, months):
    assert months_of(window, ZONE) == months


@pytest.mark.parametrize(
    ("window", "asked"),
    [
        (days("2026-02-10", "2026-02-11"), ": ask for the calls from 2026-02-01 to 2026-02-28, or for all calls"),
        (days("2025-12-31", "2026-01-01"), ": ask for the calls from 2025-12-01 to 2026-01-31, or for all calls"),
        (days("2026-03-01", "2026-03-30"), ": ask for the calls from 2026-03-01 to 2026-03-31, or for all calls"),
        (days("2026-03-09", None), ": ask for the calls from 2026-03-01, or for all calls"),
        (days(None, "2026-03-09"), ": ask for the calls to 2026-03-31, or for all calls"),
        (ReportWindow(since=datetime(2026, 2, 28, 23, 30, tzinfo=UTC)), ": ask for the calls from 2026-03-01, or"),
        (ReportWindow(until=datetime(1, 1, 1, tzinfo=ZONE)), ""),
    ],
)
def test_the_months_that_hold_the_days_are_named(window, asked):
    assert only_whole_months(window, ZONE).startswith(f"only whole months are fitted{asked}")


@pytest.mark.parametrize("text", ["2026-13", "2026-3", "2026-03-01", "march", "", "٢٠٢٦-٠٣"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(WindowRefused, match="no month; write one as 2026-03"):
        Months(text)
    with pytest.raises(WindowRefused, match="from 2026-03 to 2026-02"):
        Months("2026-03", "2026-02")


async def test_a_fit_is_kept_with_what_it_was_made_from():
    desk = Desk()
    fit = await desk.fit(ALL_MONTHS, LAYOUTS)
    assert desk.fits.kept == [fit]
    assert (fit.months, fit.handled, fit.computed_at) == (ALL_MONTHS, 23, NOON)
    assert fit.basis == Recipe(METHOD, LAYOUTS, desk.options).basis(2)
    assert desk.told == ["fitting 23 calls (all months)"]
    assert (await desk.fit(Months("2026-04", None), LAYOUTS), len(desk.fits.kept)) == (None, 1)


async def test_the_basis_is_another_where_anything_is_that_a_fit_depends_on():
    desk = Desk()
    recipe = Recipe(METHOD, LAYOUTS, desk.options)
    signed = {("sequential-123", "v1"): Instrument(SCALE, leads=("it waits",), signed_by="bea")}
    others = [
        recipe.basis(2),
        recipe.basis(3),
        replace(recipe, method="stand-in 2").basis(2),
        replace(recipe, options=FitOptions(reference_layout="sequential-123", offer_floor=0.5)).basis(2),
        replace(recipe, options=FitOptions("sequential-123", offer_floors={"sales": 0.5})).basis(2),
        replace(recipe, instruments=Instruments(LAYOUTS.current, signed)).basis(2),
        replace(recipe, instruments=Instruments.of_scales({"sequential-123": SCALE})).basis(2),
    ]
    assert len(set(others)) == len(others)
    assert recipe.basis(2) == Recipe(METHOD, Instruments(dict(reversed(LAYOUTS.current.items()))), desk.options).basis(
        2
    )


async def test_fitted_figures_stand_beside_the_live_ones():
    desk = Desk()
    await desk.fit(ALL_MONTHS, LAYOUTS)
    desk.now += timedelta(minutes=7)
    desk.calls.calls += [StoredCall(agent="new"), StoredCall(agent=None)]
    figures = report_json(await desk.report())
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    ana, ben, new, nobody = figures["agents"]
    assert (ana["observed"]["estimate"], ana["standardised"]["estimate"]) == (pytest.approx(0.8), 0.7)
    assert (ana["tier"], ana["rank_interval"], ana["reliability"], ana["more_ratings"]) == (1, [1, 2], 0.6, 40)
    assert ben["corrected"]["estimate"] == pytest.approx(0.49)
    assert "ana was fitted" in ana["notes"]
    for row, status, why in (
        (new, "insufficient", "the fit knows no call of this agent"),
        (nobody, "not_identified", "calls without an agent"),
    ):
        for name in ("standardised", "corrected"):
            assert (row[name]["estimate"], row[name]["status"]) == (None, status)
            assert why in row[name]["reasons"][0]
        assert (row["tier"], row["rank_interval"], row["reliability"]) == (None, [None, None], None)
    (layout,) = figures["layouts"]
    assert (layout["effect_points"]["method"], layout["effect_points"]["estimate"]) == ("reference", 0.0)
    assert "sequential-123 was fitted" in layout["notes"]
    assert figures["estimand"] == FITTED_ESTIMAND
    assert figures["fit"] == {
        "computed_at": NOON.isoformat(),
        "age_seconds": 420,
        "method": METHOD,
        "months": {"from": None, "to": None},
        "handled": 23,
        "stale": False,
        "facts": {"level": figures["fit"]["facts"]["level"]},
        "warnings": ["the centre is small"],
    }
    assert figures["fit"]["facts"]["level"]["estimate"] == 0.55
    assert figures["warnings"] == ["the centre is small"]
    shown = layout_report_json(layouts_of(await desk.report()))
    assert (shown["fit"], shown["layouts"]) == (figures["fit"], figures["layouts"])


async def test_the_effect_of_a_layout_is_the_fitted_one():
    desk = Desk()
    desk.periods.count("ben", 5, layout="sparse-531")
    await desk.fit(ALL_MONTHS, LAYOUTS)
    desk.calls.calls += [StoredCall(layout="sparse-531")] * 5
    sparse = report_json(await desk.report())["layouts"][1]
    assert (sparse["effect_points"]["estimate"], sparse["effect_points"]["method"]) == (2.0, "stand-in")
    assert sparse["notes"] == ["sparse-531 was fitted"]


async def test_a_layout_that_the_fit_does_not_know_has_no_effect():
    desk = Desk()
    await desk.fit(ALL_MONTHS, LAYOUTS)
    desk.calls.calls += [StoredCall(layout="sparse-531")] * 300 + [StoredCall()] * 300
    sparse = report_json(await desk.report())["layouts"][1]
    assert (sparse["layout"], sparse["effect_points"]["estimate"]) == ("sparse-531", None)
    assert sparse["effect_points"]["reasons"] == ["the fit knows no rating of this layout"]
    assert sparse["effect_points"]["unit"] == "percentage points"


async def test_a_page_never_fits_and_says_what_does():
    desk = Desk()
    figures = report_json(await desk.report())
    assert (figures["fit"], figures["warnings"], desk.fits.kept) == (None, [], [])
    assert figures["estimand"] == ESTIMAND
    reason = figures["agents"][0]["standardised"]["reasons"][0]
    assert "nothing has been fitted yet" in reason
    assert "`ivr kpi fit`" in reason
    march = report_json(await desk.report(days("2026-03-01", "2026-03-31")))
    reason = march["agents"][0]["corrected"]["reasons"][0]
    assert reason == "2026-03 has not been fitted: `ivr kpi fit --from 2026-03 --to 2026-03` does so"


@pytest.mark.parametrize("fits", [True, False])
async def test_days_that_are_no_months_have_no_fitted_figures(fits):
    desk = Desk()
    await desk.fit(ALL_MONTHS, LAYOUTS)
    report = report_json(await desk.report(days("2026-03-02", "2026-03-31"), fits=fits))
    row = report["agents"][0]
    assert (row["standardised"]["status"], row["observed"]["status"]) == ("insufficient", "ok")
    assert row["standardised"]["reasons"] == [
        "only whole months are fitted: ask for the calls from 2026-03-01 to 2026-03-31, or for all calls"
    ]
    assert (report["fit"], len(desk.fits.kept)) == (None, 1)


async def test_a_selection_chooses_and_never_refits():
    desk = Desk()
    await desk.fit(ALL_MONTHS, LAYOUTS)
    desk.calls.calls += [StoredCall(agent="ana", queue="service")] * 2
    figures = report_json(await desk.report(ReportWindow(queue="service"), fits=True))
    (ana,) = figures["agents"]
    assert (ana["rated"], ana["standardised"]["estimate"]) == (2, 0.7)
    assert "a selection by queue, site or language changes who is shown" in figures["warnings"][-1]
    assert len(desk.fits.kept) == 1


async def test_a_stale_fit_is_shown_and_says_so():
    desk = Desk()
    await desk.fit(ALL_MONTHS, LAYOUTS)
    desk.periods.count("ana")
    figures = report_json(await desk.report())
    assert figures["fit"]["stale"] is True
    assert "calls have come in or changed since the fit" in figures["fit"]["warnings"][-1]
    assert figures["warnings"] == ["the centre is small"]  # it is no fault while calls come in
    assert figures["agents"][0]["standardised"]["estimate"] == 0.7
    desk.periods.changes -= 1
    desk.options = FitOptions("sequential-123", offer_floor=0.5)
    figures = report_json(await desk.report())
    assert figures["fit"]["stale"] is True
    assert "a layout, a setting or the method has changed since the fit" in figures["fit"]["warnings"][-1]


async def test_the_command_fits_where_there_is_no_fit_or_a_stale_one():
    desk = Desk()
    for calls, kept in ((0, 1), (0, 1), (1, 2)):
        for _ in range(calls):
            desk.periods.count("ben")
        figures = report_json(await desk.report(fits=True))
        assert (figures["fit"]["stale"], len(desk.fits.kept)) == (False, kept)
    march = report_json(await desk.report(days("2026-03-01", "2026-03-31"), fits=True))
    assert march["fit"]["months"] == {"from": "2026-03", "to": "2026-03"}
    empty = report_json(await desk.report(days("2026-05-01", "2026-05-31"), fits=True))
    assert (empty["fit"], empty["agents"], len(desk.fits.kept)) == (None, [], 3)


async def test_a_fit_that_fails_is_told_and_the_counts_go_on():
    def broken(*_counts):
        raise ZeroDivisionError("float division by zero")

    desk = Desk(broken)
    figures = report_json(await desk.report(fits=True))
    (warning,) = figures["warnings"]
    assert warning == "the fit failed (ZeroDivisionError: float division by zero); `ivr kpi fit` shows where"
    assert figures["agents"][0]["standardised"]["reasons"] == [warning]
    assert figures["agents"][0]["observed"]["estimate"] == pytest.approx(0.8)
    await desk_of(desk, stand_in_fit).fit(ALL_MONTHS, LAYOUTS)
    desk.periods.count("ana")
    figures = report_json(await desk.report(fits=True))
    assert (figures["fit"]["stale"], figures["warnings"][-1]) == (True, warning)


def desk_of(desk, method):
    other = Desk(method)
    other.periods, other.fits = desk.periods, desk.fits
    return other


async def test_a_database_that_refuses_is_no_fault_of_the_fit():
    desk = Desk()

    async def refusing(_fit):
        raise DatabaseRefused("the disk is full; make room")

    desk.fits.add = refusing
    with pytest.raises(DatabaseRefused):
        await desk.report(fits=True)


@pytest.mark.parametrize("fits", [True, False])
async def test_tallies_that_are_not_built_yet_leave_the_counts_alone(fits):
    desk = Desk()

    async def not_built():
        raise TalliesNotBuilt("the tallies are not built yet; run `ivr db tallies --rebuild`")

    desk.periods.revision = not_built
    figures = report_json(await desk.report(fits=fits))
    assert (figures["fit"], desk.fits.kept) == (None, [])
    assert figures["agents"][0]["observed"]["estimate"] == pytest.approx(0.8)
    assert figures["agents"][0]["corrected"]["reasons"] == [
        "the tallies are not built yet; run `ivr db tallies --rebuild`"
    ]


async def test_the_last_failed_try_is_shown_with_the_fit():
    desk = Desk()
    await desk.fit(ALL_MONTHS, LAYOUTS)
    desk.trouble = "the last try failed"
    figures = report_json(await desk.report())
    assert figures["fit"]["warnings"] == figures["warnings"] == ["the centre is small", "the last try failed"]


@pytest.mark.parametrize("fits", [True, False])
async def test_months_of_another_zone_are_told_with_and_without_a_fit(fits):
    desk = Desk()
    desk.periods.zone_name = "Asia/Tokyo"
    for window, kept in ((ALL_CALLS, int(fits)), (days("2026-05-01", "2026-05-31"), 0)):
        report = await desk.report(window, fits=fits)
        (warning,) = report.fitted.remarks
        assert (warning in report_json(report)["warnings"], report.fitted.fit is not None) == (True, bool(kept))
        assert warning.startswith("fits have the months of Asia/Tokyo, and time_zone is Europe/Berlin now: calls at ")
        assert warning.endswith("; `ivr db tallies --rebuild` counts all months anew")
    desk.periods.zone_name = "Europe/Berlin"
    assert (await desk.report(fits=fits)).fitted.remarks == ()


async def test_allocations_that_are_none_are_told_with_the_fit():
    desk = Desk()
    contact = desk.periods.cells[0].contact._replace(allocation="sequential-123:0.5 sparse-531:0.4")
    desk.periods.cells[0] = desk.periods.cells[0]._replace(contact=contact)
    fit = await desk.fit(ALL_MONTHS, LAYOUTS)
    first, told = fit.figures.warnings
    assert first == "the centre is small"
    assert told.startswith("20 calls have an allocation whose probabilities do not sum to 1 (sequential-123:0.5 sparse")
    assert told in report_json(await desk.report())["warnings"]


async def test_a_leak_refuses_fitted_figures_too():
    desk = Desk()
    await desk.fit(ALL_MONTHS, LAYOUTS)
    desk.calls.uncounted = 1
    figures = report_json(await desk.report(fits=True))
    row = figures["agents"][0]
    assert {row[name]["status"] for name in ("observed", "standardised", "corrected")} == {"refused"}
    assert (row["tier"], row["rank_interval"], row["flags"], figures["fit"]) == (None, [None, None], [], None)


async def test_an_agent_sees_the_own_fitted_figures_and_nothing_of_the_others():
    desk = Desk()
    await desk.fit(ALL_MONTHS, LAYOUTS)
    desk.periods.count("ben")
    own = report_json(without_centre(await desk.report(ReportWindow(queue="sales", agent="ben"))))
    (row,) = own["agents"]
    assert (row["standardised"]["estimate"], row["tier"], row["rank_interval"]) == (pytest.approx(0.69), 2, [1, 2])
    assert (own["fit"]["handled"], own["fit"]["facts"], own["fit"]["stale"]) == (None, {}, True)
    assert [sentence[:20] for sentence in own["warnings"]] == ["fitted figures are t"]
    assert [sentence[:20] for sentence in own["fit"]["warnings"]] == ["fitted figures are t", "calls have come in o"]
    assert "ana" not in json.dumps(own)
    assert "the centre is small" not in json.dumps(own)


async def test_the_newest_fit_is_read_whole_once():
    desk = Desk()
    find = desk.find
    for fits in (1, 2):
        await desk.fit(ALL_MONTHS, LAYOUTS)
        for _ in range(3):
            assert (await find(ALL_CALLS, LAYOUTS)).fit is not None
        assert desk.fits.loads == fits


async def test_the_table_fits_a_terminal_and_says_why_there_is_no_figure():
    desk = Desk()
    desk.periods.count("zoe", 3)
    await desk.fit(ALL_MONTHS, LAYOUTS)
    desk.calls.calls += [StoredCall(agent="new")] + [StoredCall(agent="zoe", team=None)] * 12
    report = await desk.report()
    table = agent_table(report)
    ana, _, new, zoe = table.rows
    assert ana == (
        *("ana", "blue", "20/20", "100 % (84-100)", "80 % (58-92)", "80-80 %"),
        *("70 % (60-80) n 26", "50 % (40-60)", "1", "1-3", ""),
    )
    assert new[6:] == ("insufficient", "insufficient", "", "", "")
    assert zoe[-1] == "offers"
    assert table.remarks[3:] == (
        "zoe was fitted [zoe]",
        "standardised, corrected insufficient: the fit knows no call of this agent: the next one will [new]",
        f"about 40 to 42 more ratings, some 2 to 14 weeks at the present pace, {UNTIL_TOLD_APART} [ana, ben, zoe]",
        "ana was fitted [ana]",
        "ben was fitted [ben]",
        "observed wide: fewer than 10 ratings: do not rank [ben, new]",
    )
    assert fit_text(report.fitted) == "fitted 0 s ago from 26 calls (all months)"
    records = agent_records(report)
    first = dict(zip(records.headers, records.rows[0], strict=True))
    assert (first["tier"], first["rank_lo"], first["rank_hi"], first["flags"]) == ("1", "1", "3", "")
    last = dict(zip(records.headers, records.rows[2], strict=True))
    assert "standardised: the fit knows no call of this agent: the next one will" in last["reasons"].split("; ")
    assert (first["standardised_estimate"], first["reliability"], first["more_ratings"]) == ("0.7", "0.6", "40")
