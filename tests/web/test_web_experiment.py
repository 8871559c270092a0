"""An experiment's figures over HTTP: for those who see the whole centre, and one sentence for a wrong key."""

import pytest

from tests.experiment_calls import drawn_calls

EVEN = {"plain": 0.5, "paced": 0.5}


@pytest.fixture
def trial(site):
    site.experiments.calls["trial"] = drawn_calls(
        1, 2000, layouts=EVEN, answers={"plain": 0.4, "paced": 0.4}, best=EVEN
    )


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
    assert await answer.json() == {"error": "Only operators and supervisors see experiments."}


async def test_nobody_gets_them_without_a_sign_in(trial, browser):
    assert (await browser.get("/api/v1/kpi/experiment/trial")).status == 401


async def test_an_unknown_key_and_a_wrong_filter_are_told(trial, browser):
    await browser.sign_in("olga")
    unknown = await browser.get("/api/v1/kpi/experiment/trail")
    assert unknown.status == 404
    assert (await unknown.json())["error"] == "trail: no experiment and no call has this key; name one of trial"
    wrong = await browser.get("/api/v1/kpi/experiment/trial?from=soon")
    assert wrong.status == 400
