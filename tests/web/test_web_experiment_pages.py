"""The experiments' pages over HTTP."""

from zoneinfo import ZoneInfo

import pytest

from tests.experiment_calls import drawn_calls
from tests.heard_layouts import MemoryHeard
from tests.usecases.test_read_experiments import EVEN, STARTED, TRIAL


@pytest.fixture
def trial(site):
    site.heard = MemoryHeard()
    site.experiments.calls["trial"] = drawn_calls(
        1, 3000, layouts=EVEN, answers={"plain": 0.5, "paced": 0.5}, best={"plain": 0.4, "paced": 0.8}
    )
    site.defined["trial"] = TRIAL
    site.decisions.decisions.append(STARTED)
    return site


async def test_they_are_listed_with_their_state(trial, browser):
    await browser.sign_in("vera")
    page = await (await browser.get("/experiments")).text()
    assert 'href="/experiments/trial"' in page
    assert "assigns the calls now" in page
    assert "running" in page
    assert "the share of ratings in the best category, 100 ratings of each layout" in page


async def test_one_says_what_decides_what_is_decided_and_by_whom(trial, browser):
    await browser.sign_in("vera")
    page = await (await browser.get("/experiments/trial")).text()
    assert "Locked at the start" in page
    assert "decided on" in page.lower()
    assert "paced has the higher top-box than plain" in page
    assert "Yes: chance explains the difference" in page
    assert page.count('class="band"') == 2
    assert "ada" in page


async def test_one_says_of_which_days_its_calls_are(trial, browser):
    await browser.sign_in("vera")
    ends = sorted(call.ended_at for call in trial.experiments.calls["trial"])
    first, last = (each.astimezone(ZoneInfo("Europe/Berlin")).date() for each in (ends[0], ends[-1]))
    found = await (await browser.get("/api/v1/experiments/trial")).json()
    assert found["call_days"] == {"from": first.isoformat(), "to": last.isoformat()}
    page = await (await browser.get("/experiments/trial")).text()
    assert f"{first.day} {first:%b %Y}" in page
    assert '<p class="window"><strong>Calls ' in page


async def test_lost_calls_are_told_at_once_and_no_effect_is_drawn(trial, browser):
    calls = trial.experiments.calls["trial"]
    calls[:] = [call for number, call in enumerate(calls) if call.layout == "plain" or number % 3]
    await browser.sign_in("vera")
    page = await (await browser.get("/experiments/trial")).text()
    assert "every effect is withheld until the cause is found" in page
    assert 'class="band"' not in page


async def test_one_that_only_calls_know_concludes_nothing(trial, browser):
    trial.defined.clear()
    trial.decisions.decisions.clear()
    await browser.sign_in("vera")
    page = await (await browser.get("/experiments/trial")).text()
    assert "known from calls alone" in page
    assert "so nothing is concluded of it" in page


@pytest.mark.parametrize("path", ["/experiments/trail", "/experiments/..%2Ftrial", "/api/v1/experiments/trail"])
async def test_an_unknown_one_is_not_there(trial, browser, path):
    await browser.sign_in("vera")
    assert (await browser.get(path)).status == 404


async def test_without_any_the_list_says_so(site, browser):
    await browser.sign_in("vera")
    assert "There is no experiment here" in await (await browser.get("/experiments")).text()


async def test_scripts_get_terms_and_decisions(trial, browser):
    await browser.sign_in("otto")
    found = await (await browser.get("/api/v1/experiments")).json()
    assert found["assigning"] == "trial"
    assert found["experiments"][0]["declared"]["minimum_sample"] == 100
    one = await (await browser.get("/api/v1/experiments/trial")).json()
    assert one["decisions"][0]["who"] == "ada"
    assert one["verdicts"]["paced"].startswith("decided on")
    assert one["figures"] == "/api/v1/kpi/experiment/trial"
