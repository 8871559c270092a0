"""Fitted figures on the page and in the API: never computed there, with their age, and never of others."""

import pytest

from ivr.usecases.fits import ALL_MONTHS, Months
from tests.memory_ports import StoredCall


def _calls(site):
    for agent, calls in (("ana", 16), ("ben", 12)):
        site.tallies.calls += [StoredCall(agent=agent)] * calls
        site.periods.count(agent, calls)


async def _text(browser, path="/"):
    return " ".join((await (await browser.get(path)).text()).split())


async def test_the_page_shows_the_three_figures_with_tier_and_places(site, browser):
    _calls(site)
    await site.fit()
    site.pass_time(minutes=12)
    await browser.sign_in("sam")
    text = await _text(browser)
    assert '<strong>70 %</strong> <span class="quiet">(60–80 %) n = 28</span>' in text
    assert '<strong>50 %</strong> <span class="quiet">(40–60 %) n = 28</span>' in text
    assert "clearly above the middle, place 1–2" in text
    assert "cannot be told from the middle, place 1–2" in text
    assert "Standardised and corrected: fitted 12 min ago from 28 calls (all months) · <time" in text
    assert "the centre is small" in text
    assert len(site.fits.kept) == 1


async def test_the_page_says_that_nothing_is_fitted_and_what_does_it(site, browser):
    _calls(site)
    await browser.sign_in("sam")
    text = await _text(browser)
    assert "Standardised and corrected: no fitted figures: nothing has been fitted yet" in text
    assert '<span class="none">insufficient</span>' in text
    assert "`ivr kpi fit`" in text
    text = await _text(browser, "/?from=2026-03-01&to=2026-03-31")
    assert "2026-03 has not been fitted: `ivr kpi fit --from 2026-03 --to 2026-03` does so" in text
    part = await _text(browser, "/?from=2026-03-02")
    assert "only whole months are fitted: ask for the calls from 2026-03-01, or for all calls" in part
    assert site.fits.kept == []


async def test_calls_since_the_fit_and_a_failed_try_are_told(site, browser):
    _calls(site)
    await site.fit()
    site.periods.count("ana")
    site.trouble = "the last try to fit failed"
    await browser.sign_in("sam")
    text = await _text(browser)
    assert "(all months); calls have come in or changed since the fit" in text
    assert '<p class="warning caution" role="note">the last try to fit failed</p>' in text
    fit = (await (await browser.get("/api/v1/kpi/agents")).json())["fit"]
    assert (fit["stale"], fit["warnings"][1]) == (True, "the last try to fit failed")


async def test_the_layouts_have_an_address_of_their_own(site, browser):
    _calls(site)
    await site.fit()
    await browser.sign_in("sam")
    whole = await (await browser.get("/api/v1/kpi/agents?queue=sales")).json()
    layouts = await (await browser.get("/api/v1/kpi/layouts?queue=sales")).json()
    for name in ("window", "filters", "reference_layout", "handled", "layouts", "fit", "warnings"):
        assert layouts[name] == whole[name], name
    assert layouts["layouts"][0]["notes"] == ["sequential-123 was fitted"]


async def test_an_agent_sees_nothing_of_the_others_in_the_fit(site, browser):
    _calls(site)
    await site.fit()
    await browser.sign_in("ana")
    for path in ("/", "/fragments/agents", "/api/v1/kpi/agents", "/api/v1/kpi/layouts"):
        text = await _text(browser, path)
        assert "ben" not in text
        assert "from 28 calls" not in text
        assert '"handled": 28' not in text
        assert "the centre is small" not in text
    (row,) = (await (await browser.get("/api/v1/kpi/agents")).json())["agents"]
    assert (row["agent"], row["tier"], row["rank_interval"]) == ("ana", 1, [1, 2])
    assert (await (await browser.get("/api/v1/kpi/layouts")).json())["layouts"] == []


async def test_a_supervisor_has_months_fitted(site, browser):
    await browser.sign_in("sam")
    token = await browser.token("/")
    answer = await browser.post("/api/v1/kpi/fit", csrf_token=token)
    assert (answer.status, await answer.json()) == (202, {"requested": {"from": None, "to": None}})
    march = {"from": "2026-03", "to": "2026-03"}
    answer = await browser.post("/api/v1/kpi/fit", csrf_token=token, **march)
    assert (answer.status, await answer.json()) == (202, {"requested": march})
    assert site.requested == [ALL_MONTHS, Months("2026-03", "2026-03")]
    answer = await browser.post("/api/v1/kpi/fit", csrf_token=token)
    assert (answer.status, await answer.json()) == (
        503,
        {"error": "Too many fits wait already; try again when they are made."},
    )


@pytest.mark.parametrize(
    ("name", "fields", "status", "sentence"),
    [
        ("sam", {}, 403, "This form is not from this session"),
        ("ana", {"csrf_token": ""}, 403, "Only operators and supervisors"),
        ("sam", {"csrf_token": "", "from": "March"}, 400, "'from' is 'March', no month; write one as 2026-03"),
    ],
)
async def test_a_fit_is_refused_in_one_sentence(site, browser, name, fields, status, sentence):
    await browser.sign_in(name)
    if "csrf_token" in fields:
        fields = fields | {"csrf_token": await browser.token("/")}
    answer = await browser.post("/api/v1/kpi/fit", **fields)
    assert answer.status == status
    assert sentence in (await answer.json())["error"]
    assert site.requested == []
