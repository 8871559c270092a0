"""An experiment's figures over HTTP: for those who see the whole centre, and one sentence for a wrong key."""

from dataclasses import replace

import pytest

from tests.experiment_calls import drawn_calls
from tests.usecases.test_read_experiments import TRIAL

EVEN = {"plain": 0.5, "paced": 0.5}


@pytest.fixture
def trial(site):
    site.experiments.calls["trial"] = drawn_calls(
        1, 2000, layouts=EVEN, answers={"plain": 0.4, "paced": 0.4}, best=EVEN
    )
    site.defined["trial"] = TRIAL


async def test_supervisors_get_the_figures_of_the_command(trial, browser):
    await browser.sign_in("sam")
    answer = await browser.get("/api/v1/kpi/experiment/trial")
    assert (answer.status, answer.content_type) == (200, "application/json")
    found = await answer.json()
    assert (found["experiment"], found["handled"], found["reference_layout"]) == ("trial", 2000, "plain")
    assert found["arms"][0]["against_reference"]["top_box"]["status"] == "ok"
    filtered = await (await browser.get("/api/v1/kpi/experiment/trial?site=nowhere")).json()
    assert (filtered["handled"], filtered["filters"]["site"]) == (0, "nowhere")


async def test_an_agent_gets_none_of_them(trial, browser):
    await browser.sign_in("ana")
    answer = await browser.get("/api/v1/kpi/experiment/trial")
    assert answer.status == 403
    assert await answer.json() == {"error": "Your sign-in does not include this page."}


async def test_nobody_gets_them_without_a_sign_in(trial, browser):
    assert (await browser.get("/api/v1/kpi/experiment/trial")).status == 401


async def test_an_unknown_key_and_a_wrong_filter_are_told(trial, browser):
    await browser.sign_in("adam")
    unknown = await browser.get("/api/v1/kpi/experiment/trail")
    assert unknown.status == 404
    assert (await unknown.json())["error"] == "trail: no experiment and no call has this key; name one of trial"
    wrong = await browser.get("/api/v1/kpi/experiment/trial?from=soon")
    assert wrong.status == 400


async def test_a_layout_with_few_ratings_in_a_window_tells_none_of_them(site, browser):
    calls = drawn_calls(1, 12, layouts=EVEN, answers={"plain": 1.0, "paced": 1.0}, best=EVEN)
    plain = [each for each in calls if each.layout == "plain"]
    site.experiments.calls["trial"] = [*plain, *[each for each in calls if each.layout == "paced"][:3]]
    site.defined["trial"] = TRIAL
    await browser.sign_in("sam")
    found = await (await browser.get("/api/v1/kpi/experiment/trial?from=2020-01-01")).json()
    arms = {each["layout"]: each for each in found["arms"]}
    few = arms["paced"]
    assert (few["rated"], few["ratings"], set(few["looks"])) == (3, [], {"response_rate"})
    assert (few["observed"]["estimate"], few["observed"]["status"], few["observed"]["n"]) == (None, "refused", 3)
    assert few["against_reference"]["top_box"]["reasons"] == [
        "fewer than 5 ratings: a share would tell what single callers pressed"
    ]
    assert few["against_reference"]["lee_top_box"]["bounds"] == [None, None]
    assert few["verdict"]["sequence"]["estimate"] is None
    assert arms["plain"]["observed"]["estimate"] is not None
    assert few["against_reference"]["response_rate"]["status"] != "refused"
    # One layout is a choice by nature, whatever the window.
    whole = await (await browser.get("/api/v1/kpi/experiment/trial")).json()
    assert {each["layout"]: each for each in whole["arms"]}["paced"]["ratings"] == []
    assert "would tell what single callers pressed" in await (await browser.get("/experiments/trial")).text()


async def test_an_effect_of_few_ratings_is_withheld_where_its_layouts_have_enough(site, browser):
    calls = drawn_calls(1, 24, layouts=EVEN, answers={"plain": 1.0, "paced": 1.0}, best=EVEN)
    plain = [each for each in calls if each.layout == "plain"]
    paced = [each for each in calls if each.layout == "paced"]
    # Where only one layout is drawn it is compared with nothing; in the shared stratum paced has three ratings.
    alone = [replace(each, allocation="paced:1") for each in paced[3:]]
    site.experiments.calls["trial"] = [*plain, *paced[:3], *alone]
    site.defined["trial"] = TRIAL
    await browser.sign_in("sam")
    found = await (await browser.get("/api/v1/kpi/experiment/trial?from=2020-01-01")).json()
    paced_row = {each["layout"]: each for each in found["arms"]}["paced"]
    assert paced_row["rated"] > 5
    assert paced_row["observed"]["estimate"] is not None
    assert paced_row["against_reference"]["top_box"]["status"] == "refused"
    assert paced_row["against_reference"]["response_rate"]["status"] != "refused"
