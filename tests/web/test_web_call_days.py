"""Of which days the calls of a page are, how old the newest is, and which figures a filter narrows."""

import re
from dataclasses import replace
from datetime import date, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import pytest

from ivr.domain.kpi.tallies import CallDays
from ivr.usecases.ledger_check import LedgerCheck
from ivr.web.languages import Words
from ivr.web.system_views import ledger_view
from ivr.web.window_words import newest_text
from tests.memory_ports import NOON, StoredCall
from tests.web_site import Browser

ENGLISH = Words("en", NullTranslations(), ZoneInfo("Europe/Berlin"))
TODAY = NOON.date()
QUIET = "The newest call is of 2 Mar 2026, 215 days ago."


@pytest.fixture
def rated(site):
    """Twenty rated calls of ana and of ben, the first of 20 Feb and the last of 2 Mar 2026."""
    for agent, queue in (("ana", "sales"), ("ben", "support")):
        call = StoredCall(agent=agent, queue=queue)
        site.tallies.calls += [replace(call, ended_at=NOON - timedelta(days=10)), *[call] * 19]
        site.periods.count(agent, 20)
    return site


async def said(browser, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status == 200, path
    return " ".join(re.sub(r"<[^>]+>", " ", await answer.text()).split())


@pytest.mark.parametrize("path", ["/team", "/agents/ana", "/calls", "/layouts", "/layouts/sequential-123"])
async def test_a_page_says_of_which_days_its_calls_are_and_how_old_the_newest_is(rated, browser, path):
    await browser.sign_in("adam")
    text = await said(browser, path)
    assert "Calls from 20 Feb 2026 to 2 Mar 2026" in text
    assert "The newest call" not in text
    rated.now = NOON + timedelta(days=215)
    await browser.sign_in("adam")
    text = await said(browser, path)
    assert "Calls from 20 Feb 2026 to 2 Mar 2026" in text
    assert QUIET in text


@pytest.mark.parametrize("path", ["/team", "/agents/ana"])
async def test_days_without_a_call_say_how_old_the_newest_before_them_is(rated, browser, path):
    rated.now = NOON + timedelta(days=215)
    await browser.sign_in("adam")
    text = await said(browser, f"{path}?from=2026-09-01")
    assert "Calls since 1 Sept 2026" in text
    assert QUIET in text
    assert "The newest call" not in await said(browser, f"{path}?from=2026-01-01&to=2026-01-31")


async def test_the_wallboard_says_it_where_nothing_arrives(rated, browser):
    rated.now = NOON + timedelta(days=215)
    await browser.sign_in("vera")
    assert QUIET in await said(browser, "/wallboard")
    assert (await (await browser.get("/api/v1/wallboard?queue=sales")).json())["newest_call"] == "2026-03-02"
    assert (await (await browser.get("/api/v1/wallboard?queue=none")).json())["newest_call"] is None


@pytest.mark.parametrize(
    "path",
    ["kpi/team", "kpi/agents/ana", "layouts", "layouts/sequential-123", "calls"],
)
async def test_scripts_are_given_the_days(rated, browser, path):
    await browser.sign_in("adam")
    document = await (await browser.get(f"/api/v1/{path}")).json()
    assert document["call_days"] == {"from": "2026-02-20", "to": "2026-03-02"}


async def test_no_days_where_there_is_no_call(site, browser):
    await browser.sign_in("adam")
    assert "All calls" in await said(browser, "/team")
    assert (await (await browser.get("/api/v1/kpi/team")).json())["call_days"] is None


async def test_an_agents_own_page_knows_nothing_of_today(rated, browser):
    rated.tallies.calls = [replace(call, ended_at=NOON - timedelta(days=1)) for call in rated.tallies.calls]
    await browser.sign_in("ana")
    before = await own_days(browser)
    assert before == {"from": "2026-03-01", "to": "2026-03-01"}
    rated.tallies.calls.append(StoredCall())
    assert await own_days(browser) == before
    assert "Calls of 1 Mar 2026" in await said(browser, "/me")
    assert "Calls of 1 Mar 2026" in await said(browser, "/calls?agent=ana")


async def own_days(browser) -> object:
    own = await (await browser.get("/api/v1/kpi/agents/ana")).json()
    listed = await (await browser.get("/api/v1/calls?agent=ana")).json()
    assert listed["call_days"] == own["call_days"]
    return own["call_days"]


@pytest.mark.parametrize("path", ["/team", "/agents/ana"])
async def test_a_chosen_queue_is_told_beside_the_figures_that_it_leaves_as_they_are(rated, browser, path):
    await rated.fit()
    await browser.sign_in("adam")
    text = await said(browser, path)
    assert "Chosen:" not in text
    assert "(all calls)" not in text
    text = await said(browser, f"{path}?queue=sales")
    assert "Chosen: queue sales." in text
    assert "the groups, the comparable and the corrected figures are of all calls" in text
    assert "Comparable (all calls)" in text
    assert "Corrected level (all calls)" in text
    assert "(chosen calls)" in text


@pytest.mark.parametrize(
    ("last", "until", "expected"),
    [
        (TODAY - timedelta(days=2), None, None),
        (TODAY - timedelta(days=3), None, "The newest call is of 27 Feb 2026, 3 days ago."),
        (TODAY - timedelta(days=300), TODAY - timedelta(days=299), None),
        (TODAY - timedelta(days=300), TODAY - timedelta(days=290), "The newest call is of 6 May 2025, 300 days ago."),
        (TODAY - timedelta(days=1), TODAY + timedelta(days=30), None),
    ],
)
def test_two_quiet_days_before_the_windows_end_or_today_are_no_news(last: date, until: date | None, expected):
    assert newest_text(ENGLISH, CallDays(last, last), TODAY, until=until) == expected


@pytest.mark.parametrize(
    ("check", "health", "sentences"),
    [
        (LedgerCheck(), "unknown", ["Not every day has been looked at since the service began."]),
        (
            LedgerCheck(NOON),
            "good",
            ["Every stored call is in the figures.", "Every day has been looked at since 2 Mar 2026, 13:00."],
        ),
        (LedgerCheck(NOON, 3), "bad", ["3 calls are stored and in no figure.", "Every day has been looked at"]),
        (LedgerCheck(None, -1), "bad", ["1 call is in the figures and not stored.", "Not every day"]),
    ],
)
def test_what_the_comparison_of_the_ledger_found_is_said(check, health, sentences):
    view = ledger_view(check, ENGLISH)
    assert view.health == health
    assert len(view.sentences) == len(sentences)
    assert all(said.startswith(wanted) for said, wanted in zip(view.sentences, sentences, strict=True))
    assert (view.remedy is not None) is (health == "bad")


async def test_the_system_page_says_when_the_ledger_was_looked_at(site, browser):
    await browser.sign_in("otto")
    assert "Not every day has been looked at since the service began." in await said(browser, "/system")
    found = await (await browser.get("/api/v1/system")).json()
    assert found["ledger"] == {"checked_at": None, "missed": 0}
    assert found["health"] != "bad"


async def test_calls_that_no_figure_has_are_told_on_the_system_page(site):
    site.ledger_check = LedgerCheck(NOON, 3)
    async with site.serve() as address:
        browser = Browser(address)
        await browser.sign_in("otto")
        text = await said(browser, "/system")
        assert "Not well" in text
        assert "3 calls are stored and in no figure." in text
        found = await (await browser.get("/api/v1/system")).json()
        await browser.client.close()
    assert (found["health"], found["ledger"]) == ("bad", {"checked_at": NOON.isoformat(), "missed": 3})
