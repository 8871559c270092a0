"""The wallboard over HTTP: today, without a name."""

import pytest

from ivr.domain.outcomes import Outcome
from tests.memory_ports import StoredCall


@pytest.fixture
def today(site):
    site.tallies.calls += [
        StoredCall(agent="quirin", team="alders", queue="sales"),
        StoredCall(agent="zoe", queue="support"),
        StoredCall(agent="zoe", queue="support", outcome=Outcome.NO_KEY, category=None),
    ]
    site.tallies.in_progress = 4
    return site


async def test_it_shows_today_with_interval_and_n_and_calls_in_progress_apart(today, browser):
    await browser.sign_in("vera")
    page = await (await browser.get("/wallboard")).text()
    assert '<dd id="handled">3</dd>' in page
    assert "67 %" in page
    assert "3 calls" in page
    assert '<span id="in-progress">4</span>' in page
    assert "comparable figures have not been worked out yet" in page.lower()


async def test_no_person_stands_on_it(today, browser):
    await browser.sign_in("vera")
    for path in ("/wallboard", "/api/v1/wallboard"):
        text = await (await browser.get(path)).text()
        assert not any(name in text for name in ("zoe", "quirin", "alders"))


async def test_the_address_chooses_a_queue(today, browser):
    await browser.sign_in("vera")
    page = await (await browser.get("/wallboard?queue=support")).text()
    assert '<dd id="handled">2</dd>' in page
    assert "Queue support" in page
    unknown = await (await browser.get("/wallboard?queue=none-such")).text()
    assert '<dd id="handled">0</dd>' in unknown
    assert "No call has ended yet today." in unknown


@pytest.mark.parametrize("query", ["team=blue", "from=2026-03-01", "queue=a&queue=b", "colour=red", "queue=%00"])
async def test_any_other_filter_is_refused(today, browser, query):
    await browser.sign_in("vera")
    assert (await browser.get(f"/wallboard?{query}")).status == 400
    assert (await browser.get(f"/api/v1/wallboard?{query}")).status == 400


async def test_scripts_get_the_same_figures(today, browser):
    await browser.sign_in("vera")
    found = await (await browser.get("/api/v1/wallboard?site=&queue=support")).json()
    assert (found["handled"], found["rated"], found["in_progress"]) == (2, 1, 4)
    assert found["response_rate"]["n"] == 2
    assert found["filters"] == {"queue": "support", "site": None}
    assert found["level"]["estimate"] is None
    assert found["level"]["reasons"]


async def test_an_agent_has_no_wallboard(today, browser):
    await browser.sign_in("ana")
    assert (await browser.get("/wallboard")).status == 403
