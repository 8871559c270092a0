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


async def test_calls_since_the_fit_and_a_failed_try_are_told(site, browser):
    _calls(site)
    await site.fit()
    site.periods.count("ana")
    site.trouble = "the last try to fit failed"
    await browser.sign_in("sam")
    fit = (await (await browser.get("/api/v1/kpi/agents")).json())["fit"]
    assert (fit["stale"], fit["warnings"][1]) == (True, "the last try to fit failed")


async def test_the_layouts_have_an_address_of_their_own(site, browser):
    _calls(site)
    await site.fit()
    await browser.sign_in("adam")
    whole = await (await browser.get("/api/v1/kpi/agents?queue=sales")).json()
    layouts = await (await browser.get("/api/v1/kpi/layouts?queue=sales")).json()
    for name in ("window", "filters", "reference_layout", "handled", "layouts", "fit", "warnings"):
        assert layouts[name] == whole[name], name
    assert layouts["layouts"][0]["notes"] == ["sequential-123 was fitted"]


async def test_an_agent_sees_nothing_of_the_others_in_the_fit(site, browser):
    _calls(site)
    await site.fit()
    site.pass_time(days=1)  # the own figures count the calls of a day from the next
    await browser.sign_in("ana")
    for path in ("/", "/me", "/agents/ana", "/team", "/api/v1/kpi/agents", "/api/v1/kpi/layouts"):
        text = await _text(browser, path)
        assert "ben" not in text
        assert "from 28 calls" not in text
        assert '"handled": 28' not in text
        assert "the centre is small" not in text
    (row,) = (await (await browser.get("/api/v1/kpi/agents")).json())["agents"]
    assert (row["agent"], row["tier"], row["rank_interval"]) == ("ana", 1, [1, 2])
    assert (await browser.get("/api/v1/kpi/layouts")).status == 403


async def test_a_supervisor_has_months_fitted(site, browser):
    await browser.sign_in("sam")
    token = await browser.token("/account")
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
        ("ana", {"csrf_token": ""}, 403, ""),
        ("sam", {"csrf_token": "", "from": "March"}, 400, "'from' is 'March', no month; write one as 2026-03"),
    ],
)
async def test_a_fit_is_refused_in_one_sentence(site, browser, name, fields, status, sentence):
    await browser.sign_in(name)
    if "csrf_token" in fields:
        fields = fields | {"csrf_token": await browser.token("/account")}
    answer = await browser.post("/api/v1/kpi/fit", **fields)
    assert answer.status == status
    assert sentence in (await answer.json())["error"]
    assert site.requested == []
