"""The agents' report: contract names, selection, leaks, and one agent's view."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.outcomes import Outcome
from ivr.usecases.figure_text import figure_text
from ivr.usecases.report_agents import report_agents, without_centre
from ivr.usecases.report_json import layout_report_json, report_json
from ivr.usecases.report_layouts import report_layouts
from ivr.usecases.report_records import agent_records, layout_records
from ivr.usecases.report_table import age_text, agent_table, layout_table
from ivr.usecases.report_window import ALL_CALLS, ReportWindow, WindowRefused, read_window
from tests.memory_ports import NOON, MemoryTallies, StoredCall

SCALE = ("dissatisfied", "so-so", "satisfied")
LAYOUTS = Instruments.of_scales({"sequential-123": SCALE})
ZONE = ZoneInfo("Europe/Berlin")


def _tallies() -> MemoryTallies:
    calls = [StoredCall(category=2)] * 16 + [StoredCall(category=0)] * 4
    calls += [StoredCall(outcome=Outcome.NO_KEY, category=None)] * 20
    calls += [StoredCall(agent="ben", queue="service", ended_at=NOON + timedelta(days=1))] * 3
    return MemoryTallies(calls, in_progress=2)


async def _report(tallies, window=ALL_CALLS, layouts=LAYOUTS):
    return await report_agents(tallies, layouts, clock=lambda: NOON, window=window, reference_layout="sequential-123")


async def test_the_json_has_the_names_that_scripts_rely_on():
    figures = report_json(await _report(_tallies()))
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert {
        "window",
        "reference_layout",
        "estimand",
        "computed_at",
        "handled",
        "in_progress",
        "agents",
        "layouts",
        "fit",
        "warnings",
    } <= figures.keys()
    ana, ben = figures["agents"]
    assert {
        *("agent", "team", "handled", "eligible", "offered", "started", "rated", "outcomes", "response_rate"),
        *("observed", "appraisal", "standardised", "corrected", "bounds", "tier", "rank_interval", "flags", "notes"),
        *("reliability", "more_ratings", "weeks_needed", "utility"),
    } == ana.keys()
    assert set(ana["observed"]) == {"estimate", "lo", "hi", "unit", "n", "method", "status", "reasons"}
    assert ana["observed"]["estimate"] == pytest.approx(0.8)
    assert (ana["observed"]["n"], ana["observed"]["status"]) == (20, "ok")
    assert ana["outcomes"]["no_key"] == 20
    assert sum(ana["outcomes"].values()) == ana["handled"] == 40
    assert ana["rank_interval"] == [None, None]
    assert (ben["observed"]["status"], ben["observed"]["reasons"]) == ("wide", ["fewer than 10 ratings: do not rank"])
    rates = figures["totals"]["outcome_rates"]
    assert (rates["rr1"]["estimate"], rates["coop1"]["estimate"]) == (pytest.approx(23 / 43), pytest.approx(23 / 43))
    assert rates["rr5"]["estimate"] == figures["totals"]["response_rate"]["estimate"]
    assert figures["window"] == {"from": None, "to": None}
    assert (figures["handled"], figures["in_progress"], figures["warnings"]) == (43, 2, [])
    assert figures["layouts"][0]["layout"] == "sequential-123"
    assert {"rated", "effect_points", "burden_seconds", "mis_key_rate"} <= figures["layouts"][0].keys()


async def test_a_window_selects_and_is_said():
    window = read_window(since="2026-03-03", until="2026-03-03", zone=ZONE, queue="service")
    figures = report_json(await _report(_tallies(), window))
    assert figures["window"] == {"from": "2026-03-03T00:00:00+01:00", "to": "2026-03-04T00:00:00+01:00"}
    assert [row["agent"] for row in figures["agents"]] == ["ben"]


async def test_a_leak_refuses_scores_and_warns_with_the_numbers():
    tallies = _tallies()
    tallies.uncounted = 1
    figures = report_json(await _report(tallies))
    assert "44 handled calls, but 43 have an outcome" in figures["warnings"][0]
    for row in figures["agents"]:
        assert row["observed"]["status"] == row["response_rate"]["status"] == "refused"
        assert row["observed"]["reasons"] == ["disposition_leak"]
        assert row["bounds"] == [None, None]
    assert figures["totals"]["response_rate"]["status"] == "refused"
    assert {each["status"] for each in figures["totals"]["outcome_rates"].values()} == {"refused"}


async def test_a_stored_call_without_outcome_is_a_leak():
    tallies = _tallies()
    tallies.calls.append(StoredCall(outcome=None, category=None))
    assert (await _report(tallies)).warnings


class _BusyTallies(MemoryTallies):
    """Closes a call between any two questions, as a busy centre does."""

    async def outcome_counts(self, window):
        self.calls.append(StoredCall())
        return await super().outcome_counts(window)

    async def handled_calls(self, window):
        self.calls.append(StoredCall())
        return await super().handled_calls(window)


async def test_calls_that_close_while_the_report_is_made_are_no_leak():
    report = await _report(_BusyTallies([StoredCall()] * 30))
    assert report.warnings == ()
    assert report.handled == report.totals.disposed


async def test_an_agent_sees_the_own_row_and_nothing_else():
    tallies = _tallies()
    tallies.uncounted = 1
    own = without_centre(await _report(tallies, ReportWindow(agent="ben")))
    text = json.dumps(report_json(own))
    assert [row.agent for row in own.agents] == ["ben"]
    assert (own.handled, own.in_progress, own.layouts) == (4, None, ())
    assert "ana" not in text
    assert "44" not in text
    assert own.warnings == ("disposition_leak: no score is shown until the ledger is whole",)


async def test_a_utility_weighs_the_pressed_categories():
    calls = [StoredCall(category=2)] * 20 + [StoredCall(category=1)] * 20
    report = await report_agents(MemoryTallies(calls), LAYOUTS, clock=lambda: NOON, utility=(0.0, 1.0, 6.0))
    (row,) = report_json(report)["agents"]
    assert row["utility"]["estimate"] == pytest.approx((6 + 1) / 2 / 6)
    assert (row["utility"]["n"], row["observed"]["estimate"]) == (40, 0.5)
    (row,) = report_json(await _report(MemoryTallies(calls)))["agents"]
    assert row["utility"] is None
    leaking = MemoryTallies(calls, uncounted=1)
    report = await report_agents(leaking, LAYOUTS, clock=lambda: NOON, utility=(0.0, 1.0, 6.0))
    assert report_json(report)["agents"][0]["utility"]["status"] == "refused"


@pytest.mark.parametrize("scope", [ReportWindow(agent="nobody"), ReportWindow(teams=frozenset())])
async def test_a_scope_that_holds_nobody_has_no_row(scope):
    tallies = _tallies()
    tallies.calls.append(StoredCall(agent=None))
    own = await _report(tallies, scope)
    assert (own.agents, own.handled, own.in_progress) == ((), 0, None)


async def test_the_same_calls_in_any_order_give_identical_bytes():
    tallies = _tallies()
    first = json.dumps(report_json(await _report(tallies)))
    tallies.calls.reverse()
    assert json.dumps(report_json(await _report(tallies))) == first


async def test_tables_have_a_cell_for_every_header():
    report = await _report(_tallies())
    for table in (
        agent_table(report),
        agent_records(report),
        layout_table(report.layouts),
        layout_records(report.layouts),
    ):
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.headers)}
    assert "80 % (58-92)" in agent_table(report).rows[0]
    assert figure_text(report.agents[0].standardised).startswith("none: no fitted figures")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2 h"), (2e5, "2 days")]
)
def test_an_age_is_told_in_the_unit_that_fits(seconds, text):
    assert age_text(seconds) == text


async def test_the_layouts_report_shows_the_same_layouts():
    tallies = _tallies()
    whole = report_json(await _report(tallies))
    layouts = await report_layouts(tallies, LAYOUTS, clock=lambda: NOON, reference_layout="sequential-123")
    assert layout_report_json(layouts)["layouts"] == whole["layouts"]


async def test_the_burden_is_told_by_layout_and_in_all():
    calls = [StoredCall(layout=layout, asked_seconds=8.0) for layout in ("sequential-123", "sparse-531")] * 30
    calls += [StoredCall(outcome=Outcome.NO_KEY, category=None, asked_seconds=16.0)] * 15
    instruments = Instruments.of_scales({"sequential-123": SCALE, "sparse-531": SCALE})
    report = await report_layouts(MemoryTallies(calls), instruments, clock=lambda: NOON)
    figures = layout_report_json(report)
    assert figures["burden_seconds"]["estimate"] == pytest.approx((60 * 8 + 15 * 16) / 60)
    by_layout = {row["layout"]: row["burden_seconds"] for row in figures["layouts"]}
    assert {layout: (each["estimate"], each["n"]) for layout, each in by_layout.items()} == {
        "sequential-123": (pytest.approx(16.0), 45),
        "sparse-531": (pytest.approx(8.0), 30),
    }
    assert by_layout["sparse-531"]["unit"] == "seconds for each usable rating"
    assert "8 s (8-8)" in layout_table(report.layouts).rows[1]
    assert figure_text(report.layouts[1].burden_seconds) == "8.0 s (8.0 to 8.0), n 30"
    unknown = layout_report_json(await report_layouts(_tallies(), LAYOUTS, clock=lambda: NOON))["burden_seconds"]
    assert (unknown["estimate"], unknown["reasons"][0]) == (None, "no asked call whose seconds are known")


async def test_a_leak_refuses_the_burden_too():
    tallies = _tallies()
    tallies.uncounted = 1
    figures = layout_report_json(await report_layouts(tallies, LAYOUTS, clock=lambda: NOON))
    for each in (figures, *figures["layouts"]):
        assert (each["burden_seconds"]["estimate"], each["burden_seconds"]["status"]) == (None, "refused")


async def test_the_mis_key_rate_is_told_by_layout():
    calls = [StoredCall(confirm_key="3")] * 45 + [StoredCall(confirm_key="1")] * 5 + [StoredCall()] * 100
    calls += [StoredCall(layout="sparse-531", category=0)] * 10
    keys = {"1": 0, "2": 1, "3": 2}
    instruments = Instruments({key: Instrument(SCALE, keys=keys) for key in ("sequential-123", "sparse-531")})
    report = await report_layouts(MemoryTallies(calls), instruments, clock=lambda: NOON)
    sequential, sparse = (row["mis_key_rate"] for row in layout_report_json(report)["layouts"])
    assert (sequential["estimate"], sequential["n"], sequential["status"]) == (0.1, 50, "ok")
    assert (sequential["unit"], sequential["method"]) == ("proportion", "wilson")
    assert "upper bound" in sequential["reasons"][0]
    assert (sparse["estimate"], sparse["n"], sparse["status"]) == (None, 0, "insufficient")
    assert "10 % (4-21)" in layout_table(report.layouts).rows[0]
    assert any(
        each.startswith("mis-keys insufficient: ") and each.endswith("[sparse-531]")
        for each in layout_table(report.layouts).remarks
    )
    records = layout_records(report.layouts)
    first = dict(zip(records.headers, records.rows[0], strict=True))
    assert (first["mis_key_rate_estimate"], first["mis_key_rate_n"]) == ("0.1", "50")


async def test_a_leak_refuses_the_mis_key_rate_too():
    tallies = MemoryTallies([StoredCall(confirm_key="3")], uncounted=1)
    (layout,) = layout_report_json(await report_layouts(tallies, LAYOUTS, clock=lambda: NOON))["layouts"]
    assert (layout["mis_key_rate"]["estimate"], layout["mis_key_rate"]["reasons"]) == (None, ["disposition_leak"])


def test_a_day_is_the_sites_whole_day():
    window = read_window(since="2026-03-29", until="2026-03-29", zone=ZONE)
    assert window.since == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert window.until == datetime(2026, 3, 29, 22, tzinfo=UTC)  # the clocks went forward that day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T12:00:00Z", NOON),
        ("2026-03-02T13:00:00+01:00", NOON),
        ("2026-03-02T13:00:00 01:00", NOON),
        ("", None),
        (None, None),
    ],
)
def test_a_time_with_an_offset_is_taken_as_it_is(text, moment):
    assert read_window(since=text, until=None, zone=ZONE).since == moment


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        ("yesterday", None, "'from' is 'yesterday', no date; write a day as"),
        (None, "2026-02-30", "'to' is '2026-02-30', no date"),
        (None, "9999-12-31", "'to' is '9999-12-31', no date"),
        ("2026-03-02T12:00:00", None, "without an offset"),
        ("2026-03-03", "2026-03-02", "is empty; write a later 'to'"),
    ],
)
def test_what_is_no_window_is_refused_in_one_sentence(since, until, sentence):
    with pytest.raises(WindowRefused, match=sentence):
        read_window(since=since, until=until, zone=ZONE)
