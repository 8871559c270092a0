"""Calls and contests over HTTP: as many as the figure says, to nobody who must not know, and decided by two."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator

from ivr.domain.calls import CallArrived, CallFacts, CallId, Comment, EndedBy, Leg, Press
from ivr.domain.outcomes import Outcome
from ivr.usecases.accounts import Role
from ivr.usecases.add_user import add_user
from ivr.usecases.call_lists import PlayedLayout
from tests.memory_calls import call_id
from tests.memory_ports import NOON, StoredCall
from tests.specimens import version
from tests.web_site import PASSWORD, Browser

WHY = "The caller spoke of another agent."
ROWS = re.compile(r"<tr>\s*<th scope=\"row\"")
LINKS = re.compile(r'href="(/calls/[^"#?]+)["#]')


@pytest.fixture
async def other(browser):
    """Another browser at the same site."""
    another = Browser(browser.address)
    yield another
    await another.client.close()


@pytest.fixture
def calls(site):
    """Eight rated calls of ana and one of bob, both in blue, two unanswered ones, and one of cem in green."""
    for number in range(8):
        site.tallies.calls.append(
            StoredCall(
                category=number % 3,
                options_heard=3 if number % 2 else 1,
                ended_at=NOON + timedelta(minutes=number),
                ended_by=EndedBy.AGENT,
            )
        )
    site.tallies.calls += [
        StoredCall(outcome=Outcome.NO_KEY, category=None, ended_by=EndedBy.CALLER),
        StoredCall(outcome=Outcome.CALLER_LEFT_FIRST, category=None, ended_by=EndedBy.CALLER),
        StoredCall(agent="bob", category=0),
        StoredCall(agent="cem", team="green", category=0),
    ]
    site.pass_time(days=1)
    return site.tallies.calls


async def total(browser, query):
    return (await (await browser.get(f"/api/v1/calls?{query}")).json())["total"]


@pytest.mark.parametrize(
    ("query", "many", "withheld"),
    [
        ("agent=ana", 10, 0),
        ("agent=ana&outcome=rated", 8, 0),
        ("agent=ana&category=0", 3, 0),
        ("agent=ana&outcome=no_key,caller_left_first", 2, 0),
        ("agent=ana&ended_by=caller", 2, 0),
        ("agent=ana&heard=all", 4, 0),
        ("agent=ana&heard=all&category=0", 1, 0),
        ("team=blue", 11, 1),
        ("layout=sequential-123&team=blue", 11, 1),
    ],
)
async def test_a_list_has_as_many_calls_as_it_says(calls, browser, query, many, withheld):
    await browser.sign_in("sam")
    answer = await (await browser.get(f"/api/v1/calls?{query}")).json()
    assert (answer["total"], answer["withheld"], len(answer["calls"])) == (many, withheld, many - withheld)
    text = await (await browser.get(f"/calls?{query}")).text()
    assert len(ROWS.findall(text)) == many - withheld
    assert ("1 rating among them is not listed" in text) is bool(withheld)
    assert f"<strong>{many} calls" in text or many == 1


async def test_a_selection_with_too_few_ratings_is_not_listed_and_says_why(calls, browser):
    await browser.sign_in("sam")
    for query in ("agent=bob", "agent=bob&category=0", "agent=ana&from=2026-03-03", "agent=ana&queue=other"):
        text = await (await browser.get(f"/calls?{query}")).text()
        assert "not listed one by one" in text
        assert not ROWS.search(text)
        assert (await (await browser.get(f"/api/v1/calls?{query}")).json())["calls"] == []
    text = await (await browser.get("/calls?agent=bob")).text()
    assert "This choice holds 1 rating." in text
    assert "It would take 4 more." in text


async def test_choosing_the_outcome_is_no_way_around_the_minimum(calls, browser):
    """The rule counts the ratings before the answer is chosen: three worst answers of eight ratings are listed."""
    await browser.sign_in("sam")
    assert await total(browser, "agent=ana&category=0") == 3


async def test_in_a_list_of_several_those_with_few_ratings_are_counted_and_not_listed(calls, browser):
    await browser.sign_in("sam")
    answer = await (await browser.get("/api/v1/calls?team=blue&outcome=rated")).json()
    assert (answer["total"], answer["withheld"]) == (9, 1)
    assert {each["agent"] for each in answer["calls"]} == {"ana"}
    text = await (await browser.get("/calls?team=blue&outcome=rated")).text()
    assert "bob" not in text
    assert "1 rating among them is not listed" in text
    assert len(LINKS.findall(text)) == 8


async def test_a_call_of_somebody_with_few_ratings_stays_closed(calls, browser):
    await browser.sign_in("sam")
    text = await (await browser.get(f"/calls/default/{call_id(10).uniqueid}")).text()
    assert "This call is not opened" in text
    assert "1 rating" in text
    assert (await browser.get(f"/api/v1/calls/default/{call_id(10).uniqueid}")).status == 403


async def test_out_of_scope_is_as_not_there(calls, browser):
    await browser.sign_in("sam")
    missing = await browser.get("/calls/default/1.1")
    for path in (f"/calls/default/{call_id(11).uniqueid}", "/calls?team=green", f"/calls/~own/{'A' * 80}"):
        answer = await browser.get(path)
        assert answer.status == 404, path
        assert await answer.text() == (await missing.text()).replace("/calls/default/1.1", path), path
    assert await total(browser, "outcome=rated") == 9
    assert (await (await browser.get("/api/v1/calls?agent=cem")).json())["too_few"]


async def test_an_agent_sees_the_own_calls_by_the_day_and_none_of_today(site, calls, browser):
    calls += [replace(calls[0], ended_at=site.now)] * 2
    await browser.sign_in("ana")
    answer = await (await browser.get("/api/v1/calls")).json()
    assert (answer["total"], answer["of_today"], len(answer["calls"])) == (10, 2, 10)
    assert {each["ended_at"] for each in answer["calls"]} == {None}
    assert {each["day"] for each in answer["calls"]} == {"2026-03-02"}
    assert {each["call_id"] for each in answer["calls"]} == {None}
    text = await (await browser.get("/calls")).text()
    assert "12:0" not in text
    assert "13:0" not in text
    assert "17724" not in text
    assert "2 more calls of today are listed from tomorrow on." in text
    page = await (await browser.get(LINKS.findall(text)[0])).text()
    assert "17724" not in page
    assert "13:0" not in page
    assert "The time of day" in page


async def test_an_agent_s_order_within_a_day_is_not_that_of_the_calls(site, browser):
    for number in range(30):
        site.tallies.calls.append(
            StoredCall(category=number % 3, layout=f"layout-{number:02}", ended_at=NOON + timedelta(minutes=number))
        )
    site.pass_time(days=1)
    await browser.sign_in("ana")
    order = [each["layout"] for each in (await (await browser.get("/api/v1/calls")).json())["calls"]]
    assert order != sorted(order)
    assert order != sorted(order, reverse=True)


async def test_an_agent_gets_nobody_else_s_calls(calls, browser):
    await browser.sign_in("ana")
    for path in ("/calls?agent=bob", "/api/v1/calls?agent=bob", f"/calls/default/{call_id(10).uniqueid}"):
        assert (await browser.get(path)).status == 404, path
    # The key of an own call tells when it was: it is no address, even for those who know it.
    assert (await browser.get(f"/calls/default/{call_id(0).uniqueid}")).status == 404


async def test_an_own_call_of_today_is_opened_tomorrow(site, calls, browser):
    calls.append(replace(calls[0], ended_at=site.now))
    reference = site.references.close(f"call\ndefault\n{call_id(len(calls) - 1).uniqueid}")
    await browser.sign_in("ana")
    assert "from tomorrow on" in await (await browser.get(f"/calls/~own/{reference}")).text()


@pytest.mark.parametrize("role", ["vera", "otto"])
async def test_who_has_no_right_to_calls_is_told_so(calls, browser, role):
    await browser.sign_in(role)
    for path in ("/calls", "/api/v1/calls", f"/calls/default/{call_id(0).uniqueid}"):
        assert (await browser.get(path)).status == 403, path


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("outcome=satisfied", "the outcome"),
        ("category=-1", "the category"),
        ("ended_by=x", "the ended_by"),
        ("heard=some", "the heard"),
        ("excluded=yes", "the excluded"),
        ("agents=ana", "there is no filter"),
        ("from=soon", "no whole day"),
    ],
)
async def test_a_bad_choice_is_told_in_one_sentence(browser, query, said):
    await browser.sign_in("sam")
    for path in ("/calls", "/api/v1/calls"):
        answer = await browser.get(f"{path}?{query}")
        assert answer.status == 400
        assert said in (await answer.text()).lower()


async def test_a_place_that_was_made_up_is_not_there(browser):
    await browser.sign_in("sam")
    for path in ("/calls?after=abc", "/api/v1/calls?after=abc", "/contests?before=0"):
        assert (await browser.get(path)).status == (200 if "before" in path else 404), path
    assert (await browser.get("/contests?before=x")).status == 400


async def test_a_long_list_goes_on_to_its_end(site, browser):
    site.tallies.calls += [StoredCall(category=1, ended_at=NOON + timedelta(seconds=each)) for each in range(120)]
    await browser.sign_in("sam")
    seen, after = [], ""
    for expected in (50, 50, 20):
        answer = await (await browser.get(f"/api/v1/calls?agent=ana{after}")).json()
        assert (len(answer["calls"]), answer["total"]) == (expected, 120)
        seen += [each["call_id"] for each in answer["calls"]]
        after = f"&after={answer['next']}"
    assert answer["next"] is None
    assert len(set(seen)) == 120
    page = await (await browser.get("/calls?agent=ana")).text()
    assert "Older calls" in page


async def test_a_call_is_told_with_its_keys_and_legs(site, calls, browser):
    call = call_id(0)
    start = NOON - timedelta(seconds=100)
    legs = (
        Leg(call, "a", "bob", None, "sales", start, start + timedelta(seconds=40), EndedBy.TRANSFER, 12.0, 40.0),
        Leg(call, "b", "ana", None, "sales", start + timedelta(seconds=45), NOON, EndedBy.AGENT, 5.0, 55.0),
    )
    presses = (Press(call, 1, "9", -350, -20), Press(call, 2, "1", 4100, 4100))
    site.calls.facts[call] = CallFacts(
        CallArrived(call, arrived_at=start - timedelta(seconds=12)), legs, presses=presses
    )
    await browser.sign_in("sam")
    answer = await (await browser.get(f"/api/v1/calls/default/{call.uniqueid}")).json()
    assert [each["agent"] for each in answer["talks"]] == ["bob", "ana"]
    assert [each["credited"] for each in answer["talks"]] == [False, True]
    assert [(each["key"], each["role"]) for each in answer["keys"]] == [("9", "heard"), ("1", "answer")]
    text = await (await browser.get(f"/calls/default/{call.uniqueid}")).text()
    assert "this agent is credited" in text
    assert "between −0.4 s and 0.0 s" in text.replace("-", "−") or "between" in text
    assert "<circle" in text


async def test_any_key_of_a_call_is_an_address(site, calls, browser, monkeypatch):
    await browser.sign_in("sam")
    asked = []

    async def find(call):
        asked.append(call)

    site.calls.find = find
    for call in (CallId("a.b", "17.5"), CallId("pbx", "17/5 a?b#c%2F"), CallId("x", "zürich-王")):
        path = f"/calls/{quote(call.pbx, safe='')}/{quote(call.uniqueid, safe='')}"
        from yarl import URL  # noqa: PLC0415 - the client would quote the address once more

        answer = await browser.client.get(URL(browser.address + path, encoded=True), allow_redirects=False)
        assert answer.status == 404
    assert asked == [CallId("a.b", "17.5"), CallId("pbx", "17/5 a?b#c%2F"), CallId("x", "zürich-王")]


async def own_call(browser):
    """Return the address of one of the reader's own rated calls."""
    answer = await (await browser.get("/api/v1/calls?outcome=rated")).json()
    return f"/calls/~own/{answer['calls'][0]['reference']}"


async def send(browser, path, sent, **fields):
    return await browser.post(f"{path}/{sent}", csrf_token=await browser.token(path), **fields)


async def test_an_agent_contests_and_a_supervisor_decides(site, calls, browser, other):
    await browser.sign_in("ana")
    path = await own_call(browser)
    answer = await send(browser, path, "contest", reason=WHY)
    assert answer.status == 303
    assert answer.headers["Location"] == f"{path}#contest"
    assert WHY in await (await browser.get(path)).text()
    assert WHY in await (await browser.get("/contests")).text()
    (case,) = site.contests.cases.values()
    await other.sign_in("sam")
    text = await (await other.get("/contests")).text()
    assert WHY in text
    address = LINKS.findall(text)[0]
    assert address == f"/calls/default/{case.contest.call.uniqueid}"
    answer = await send(other, address, "decision", verdict="exclude", reason="The recording says so.", seen="")
    assert answer.status == 303
    assert await total(other, "agent=ana&outcome=rated") == 7
    assert await total(other, "agent=ana&outcome=rated&excluded=also") == 8
    listed = await (await other.get("/calls?agent=ana&excluded=also")).text()
    assert "contested, left out of the figures" in listed
    assert "1 call of this choice is left out of the figures" in await (await other.get("/calls?agent=ana")).text()
    page = await (await other.get(address)).text()
    assert "left out of the figures" in page
    number = re.search(r'name="seen" value="(\d+)"', page)[1]
    answer = await send(other, address, "decision", verdict="keep", reason="I was wrong about it.", seen=number)
    assert answer.status == 303
    assert await total(other, "agent=ana&outcome=rated") == 8
    events = [each.event for each in await site.sign_in.audit.entries(limit=50)]
    assert events.count("decided") == 2
    assert events.count("contested") == 1


async def test_a_forged_decision_and_contest_change_nothing(site, calls, browser):
    await browser.sign_in("sam")
    path = f"/calls/default/{call_id(0).uniqueid}"
    for sent in ("contest", "decision"):
        for token in ("", "made-up"):
            answer = await browser.post(f"{path}/{sent}", csrf_token=token, reason=WHY, verdict="exclude", seen="")
            assert answer.status == 403
    assert not site.contests.cases


async def test_nobody_decides_about_the_own_contest(site, calls, browser):
    await browser.sign_in("sam")
    path = f"/calls/default/{call_id(0).uniqueid}"
    assert (await send(browser, path, "contest", reason=WHY)).status == 303
    page = await (await browser.get(path)).text()
    assert "You have contested this rating yourself" in page
    assert 'name="verdict"' not in page
    answer = await send(browser, path, "decision", verdict="exclude", reason="It is so, believe me.", seen="")
    assert answer.status == 409
    assert not any(case.decisions for case in site.contests.cases.values())


async def test_nobody_decides_about_the_own_rating(site, calls, browser, other):
    await add_user(site.sign_in, "anasuper", roles={Role.SUPERVISOR}, person="ana", teams=("blue",), password=PASSWORD)
    await browser.sign_in("sam")
    await send(browser, f"/calls/default/{call_id(0).uniqueid}", "contest", reason=WHY)
    await other.sign_in("anasuper")
    reference = site.references.close(f"call\ndefault\n{call_id(0).uniqueid}")
    path = f"/calls/~own/{reference}"
    assert "This rating is about you" in await (await other.get(path)).text()
    answer = await send(other, path, "decision", verdict="exclude", reason="It is so, believe me.", seen="")
    assert answer.status == 409


async def test_an_agent_decides_nothing(site, calls, browser):
    await browser.sign_in("ana")
    path = await own_call(browser)
    answer = await send(browser, path, "decision", verdict="exclude", reason=WHY, seen="")
    assert answer.status == 403


async def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(site, calls, browser):
    await browser.sign_in("ana")
    path = await own_call(browser)
    for typed, kept in (("a <b>", "a &lt;b&gt;"), ("x" * 1001, "x" * 1001), ("           ", "")):
        answer = await send(browser, path, "contest", reason=typed)
        text = await answer.text()
        assert answer.status == 409
        assert f"{kept}</textarea>" in text
        assert 'aria-invalid="true"' in text
        assert 'role="alert"' in text
    assert not site.contests.cases


async def test_the_second_of_two_decisions_is_told_of_the_first(site, calls, browser, other):
    await add_user(site.sign_in, "sue", roles={Role.SUPERVISOR}, teams=("blue",), password=PASSWORD)
    await browser.sign_in("ana")
    path = await own_call(browser)
    await send(browser, path, "contest", reason=WHY)
    (call,) = site.contests.cases
    address = f"/calls/default/{call.uniqueid}"
    await other.sign_in("sam")
    browser.client.cookie_jar.clear()
    await browser.sign_in("sue")
    decision = await send(other, address, "decision", verdict="exclude", reason="The recording says so.", seen="")
    assert decision.status == 303
    answer = await send(browser, address, "decision", verdict="keep", reason="Nothing is wrong here.", seen="")
    text = await answer.text()
    assert answer.status == 409
    assert "Meanwhile sam has decided" in text
    assert "Nothing is wrong here.</textarea>" in text
    assert len(site.contests.cases[call].decisions) == 1


async def test_what_cannot_be_contested_has_no_form(site, calls, browser):
    await browser.sign_in("sam")
    path = f"/calls/default/{call_id(8).uniqueid}"
    page = await (await browser.get(path)).text()
    assert "gave no rating" in page
    assert 'name="reason"' not in page


async def test_a_contested_call_stays_open_to_who_decides_however_few_ratings_are_left(site, calls, browser, other):
    await browser.sign_in("ana")
    await send(browser, await own_call(browser), "contest", reason=WHY)
    (call,) = site.contests.cases
    for number in range(1, 8):
        calls[number] = replace(calls[number], excluded=True)
    await other.sign_in("sam")
    assert 'name="verdict"' in await (await other.get(f"/calls/default/{call.uniqueid}")).text()


async def test_scripts_contest_and_decide(site, calls, browser, other):
    await browser.sign_in("ana")
    path = await own_call(browser)
    token = await browser.token(path)
    answer = await browser.post(f"/api/v1{path}/contest", csrf_token=token, reason=WHY)
    assert answer.status == 201
    assert (await answer.json())["contest"]["is_open"]
    assert (await browser.post(f"/api/v1{path}/contest", csrf_token=token, reason=WHY)).status == 409
    (listed,) = (await (await browser.get("/api/v1/contests")).json())["contests"]
    assert listed["call_id"] is None
    (call,) = site.contests.cases
    await other.sign_in("sam")
    address = f"/calls/default/{call.uniqueid}"
    fields = {"csrf_token": await other.token(address), "verdict": "exclude", "reason": "The recording says so."}
    answer = await other.post(f"/api/v1{address}/decision", **fields)
    assert answer.status == 201
    assert (await answer.json())["contest"]["said"][1]["verdict"] == "exclude"
    (decided,) = (await (await other.get("/api/v1/contests?open=false")).json())["contests"]
    assert decided["excluded"]


async def test_looking_at_somebody_s_calls_is_noted(site, calls, browser):
    await browser.sign_in("sam")
    await browser.get("/calls?agent=ana")
    await browser.get(f"/calls/default/{call_id(0).uniqueid}")
    seen = [each for each in await site.sign_in.audit.entries(limit=50) if each.event == "person_viewed"]
    assert [(each.who, each.subject) for each in seen] == [("sam", "ana")] * 2


async def test_answers_with_everything_in_them_have_the_described_shapes(site, calls, browser):
    call = call_id(0)
    site.played.versions["sequential-123"] = PlayedLayout(version(), is_exact=True)
    leg = Leg(call, "a", "ana", None, "sales", NOON - timedelta(seconds=60), NOON, EndedBy.AGENT, 5.0, 60.0)
    press = Press(call, 1, "1", 4100, 4300)
    site.calls.facts[call] = CallFacts(CallArrived(call), (leg,), presses=(press,))
    site.calls.comments[call] = (Comment(call, "primary", "c", "wav", 3.5, NOON, NOON + timedelta(days=9)),)
    await browser.sign_in("sam")
    path = f"/calls/default/{call.uniqueid}"
    await send(browser, path, "contest", reason=WHY)
    description = await (await browser.get("/api/v1/openapi.json")).json()
    for declared, address in (
        ("/api/v1/calls", "/api/v1/calls?agent=ana"),
        ("/api/v1/calls", "/api/v1/calls?agent=bob"),
        ("/api/v1/calls/{pbx}/{uniqueid}", f"/api/v1{path}"),
        ("/api/v1/contests", "/api/v1/contests"),
    ):
        answers = description["paths"][declared]["get"]["responses"]
        schema = answers["200"]["content"]["application/json"]["schema"] | {"components": description["components"]}
        answer = await (await browser.get(address)).json()
        found = [each.message for each in Draft202012Validator(schema).iter_errors(answer)]
        assert found == [], address
    assert (await (await browser.get(f"/api/v1{path}")).json())["played"]
