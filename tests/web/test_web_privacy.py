"""What nobody learns by asking narrowly, and what is noted of whoever looks."""

import json
import re
from datetime import timedelta

import pytest

from ivr.usecases.accounts import Role
from ivr.usecases.add_user import add_user
from tests.memory_calls import call_id
from tests.memory_ports import NOON, StoredCall
from tests.web_site import PASSWORD

CALL = f"/calls/default/{call_id(0).uniqueid}"


@pytest.fixture
def rated(site):
    """Eight ratings of ana and of bob, who are in blue, of yesterday."""
    for number in range(16):
        site.tallies.calls.append(
            StoredCall(agent="bob" if number % 2 else "ana", category=0, ended_at=NOON + timedelta(minutes=number))
        )
    site.pass_time(days=1)
    return site


async def looks(site, event="person_viewed"):
    return await site.sign_in.audit.entries(limit=100, event=event)


@pytest.mark.parametrize("who", ["sam", "ana", "vera"])
@pytest.mark.parametrize("path", ["/api/v1/kpi/agents", "/api/v1/kpi/agents/ana", "/api/v1/calls"])
@pytest.mark.parametrize("query", ["from=2026-03-02T12:00:00Z", "to=2026-03-02T12:00:01%2B00:00", "from=12:00"])
async def test_a_window_is_of_whole_days(rated, browser, who, path, query):
    await browser.sign_in(who)
    answer = await browser.get(f"{path}?{query}")
    if who == "vera" and path.endswith("calls"):
        assert answer.status == 403
        return
    assert answer.status == 400
    assert "no whole day; write whole days such as 2026-03-31" in (await answer.json())["error"]


@pytest.mark.parametrize("form", ["contest", "decision"])
@pytest.mark.parametrize("api", ["", "/api/v1"])
async def test_a_form_that_opens_a_call_is_a_look_at_it(rated, browser, form, api):
    await browser.sign_in("sam")
    token = await browser.token("/team")
    answer = await browser.post(f"{api}{CALL}/{form}", reason="", csrf_token=token)
    assert answer.status == 409
    assert [each.subject for each in await looks(rated)] == ["ana"]


async def test_what_is_kept_about_an_agent_does_not_name_the_calls(rated, browser):
    await browser.sign_in("sam")
    reason = "It was about another agent."
    await browser.post(f"{CALL}/contest", reason=reason, csrf_token=await browser.token("/team"))
    assert all("call" in json.loads(each.detail) for each in await looks(rated))
    browser.client.cookie_jar.clear()
    await browser.sign_in("ana")
    text = await (await browser.get("/account/data")).text()
    assert "figures of a person looked at" in text
    assert "rating contested" in text
    assert call_id(0).uniqueid not in text
    assert call_id(0).uniqueid.partition(".")[0] not in text


async def test_nothing_is_noted_where_nothing_is_shown(rated, browser):
    await browser.sign_in("sam")
    await browser.get("/calls?agent=whoever")
    await browser.get("/api/v1/calls?agent=whoever")
    assert await looks(rated) == []
    await browser.get("/calls?agent=bob")
    assert [each.subject for each in await looks(rated)] == ["bob"]


async def test_an_update_is_the_same_look_at_the_same_address_alone(rated, browser):
    await browser.sign_in("sam")
    live = {"X-Ivr-Live": "1"}
    await browser.get("/agents/bob")
    await browser.get("/agents/bob", headers=live)
    assert len(await looks(rated)) == 1
    await browser.get("/agents/bob?from=2026-03-02", headers=live)
    await browser.get("/api/v1/calls?agent=bob", headers=live)
    assert len(await looks(rated)) == 3


async def test_a_fit_that_a_script_asks_for_is_noted(rated, browser):
    await browser.sign_in("sam")
    months = {"from": "2026-03", "to": "2026-03"}
    answer = await browser.post("/api/v1/kpi/fit", **months, csrf_token=await browser.token("/team"))
    assert answer.status == 202
    (entry,) = await looks(rated, "fit_requested")
    assert (entry.who, json.loads(entry.detail)) == ("sam", {"first": "2026-03", "last": "2026-03"})


@pytest.mark.parametrize("beside", [Role.VIEWER, Role.SUPERVISOR])
async def test_who_is_an_agent_too_sees_no_call_of_today_in_the_figures_of_a_team(rated, browser, beside):
    teams = ("blue",) if beside is Role.SUPERVISOR else ()
    await add_user(rated.sign_in, "both", roles={Role.AGENT, beside}, person="ana", teams=teams, password=PASSWORD)
    rated.tallies.calls.append(StoredCall(agent="ana", category=0, ended_at=rated.now - timedelta(minutes=1)))
    handled = {}
    for who in ("both", "sam"):
        browser.client.cookie_jar.clear()
        await browser.sign_in(who)
        team = await (await browser.get("/api/v1/kpi/team")).json()
        agents = await (await browser.get("/api/v1/kpi/agents")).json()
        handled[who] = team["totals"]["handled"], agents["totals"]["handled"]
    assert handled == {"both": (16, 16), "sam": (17, 17)}


async def test_a_fault_of_a_choice_that_the_form_has_not_is_said_all_the_same(rated, browser):
    await browser.sign_in("sam")
    for name in ("layout", "version", "agent"):
        answer = await browser.get(f"/calls?{name}=%00")
        assert answer.status == 400
        assert "holds characters that no name has" in await answer.text()


async def test_an_administrator_who_is_an_agent_reads_no_key_of_an_own_call_in_the_log(rated, browser):
    await add_user(rated.sign_in, "root", roles={Role.ADMIN, Role.AGENT}, person="ana", password=PASSWORD)
    await browser.sign_in("sam")
    reason = "It was about another agent."
    for call in (CALL, f"/calls/default/{call_id(1).uniqueid}"):
        await browser.post(f"{call}/contest", reason=reason, csrf_token=await browser.token("/team"))
    texts = {}
    for who in ("root", "adam"):
        browser.client.cookie_jar.clear()
        await browser.sign_in(who)
        texts[who] = await (await browser.get("/audit?event=contested")).text()
    own, others = call_id(0).uniqueid, call_id(1).uniqueid
    assert (own in texts["adam"], others in texts["adam"]) == (True, True)
    assert (own in texts["root"], others in texts["root"]) == (False, True)
    assert texts["root"].count("rating contested</td>") == 2


@pytest.mark.parametrize(("name", "month"), [("from", "1000-01"), ("to", "9999-12"), ("to", "2026-04")])
async def test_months_that_can_hold_no_calls_are_not_fitted(rated, browser, name, month):
    await browser.sign_in("sam")
    answer = await browser.post("/api/v1/kpi/fit", **{name: month}, csrf_token=await browser.token("/account"))
    told = f"'{name}' is '{month}', which holds no calls; write a month from 2006-04 to 2026-03"
    assert (answer.status, await answer.json()) == (400, {"error": told})
    assert rated.requested == []


async def test_what_is_not_listed_is_told_to_whom_it_is_about(rated, browser):
    await add_user(
        rated.sign_in, "both", roles={Role.AGENT, Role.SUPERVISOR}, person="ana", teams=("blue",), password=PASSWORD
    )
    await browser.sign_in("both")
    text = await (await browser.get("/calls")).text()
    assert "8 ratings among them are not listed: they are your own, or of agents with fewer than 5 ratings" in text
    text = await (await browser.get("/calls?agent=ana&from=2026-03-03")).text()
    assert "Your calls are listed from 5 ratings on, so that no rating can be traced to a caller." in text


async def test_a_name_that_is_written_from_the_right_turns_no_row_round(rated, browser):
    hebrew = "\u05d0\u05d1\u05d9 (7)"
    rated.people.called["ana"] = hebrew
    await browser.sign_in("sam")
    reason = "It was about another agent."
    await browser.post(f"{CALL}/contest", reason=reason, csrf_token=await browser.token("/team"))
    for path in ("/team", "/agents/ana", "/calls", CALL, "/contests"):
        text = await (await browser.get(path)).text()
        shown = text[text.index("<main") :].partition("</main>")[0]
        shown = re.sub(r"<title>[^<]*</title>", "", shown)
        shown = re.sub(r'="[^"]*"', '=""', shown)
        assert hebrew in shown, path
        bare = [found.start() for found in re.finditer(re.escape(hebrew), shown)]
        isolated = rf"(?:<bdi>|\u2068)[^<]*({re.escape(hebrew)})[^<]*(?:</bdi>|\u2069)"
        inside = [found.start(1) for found in re.finditer(isolated, shown)]
        assert bare == inside, path
