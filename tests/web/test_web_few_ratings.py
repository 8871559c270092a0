"""Shares of so few ratings that they would tell what single callers pressed, on the pages and in the API."""

from datetime import timedelta

import pytest

from ivr.usecases.accounts import Role
from ivr.usecases.add_user import add_user
from tests.memory_ports import NOON, StoredCall
from tests.web_site import PASSWORD

DAY = "2026-03-02"
FEW = "fewer than 5 ratings: a share would tell what single callers pressed"
BESIDE = "with this share one could work out another of fewer than 5 ratings, so both are withheld"
TEAM = "the layouts' shares of a team, less its agents', would tell those of fewer than 5 ratings"
NARROW = ("?from=2026-03-02", "?to=2026-03-02", "?queue=sales", "?site=default", "?language=en")


def calls(agent, number, **more):
    return [StoredCall(agent=agent, ended_at=NOON, category=each % 3, **more) for each in range(number)]


@pytest.fixture
def rated(site):
    """Four ratings of ana and five of bob, of yesterday; nine more of each the week before, in another queue."""
    before = {"queue": "support", "site": "south", "language": "de"}
    site.tallies.calls += [*calls("ana", 4), *calls("bob", 5)]
    earlier = [StoredCall(agent=agent, ended_at=NOON - timedelta(days=7), **before) for agent in ("ana", "bob") * 9]
    site.tallies.calls += earlier
    site.pass_time(days=1)
    return site


async def told(browser, path):
    answer = await browser.get(f"/api/v1{path}")
    assert answer.status == 200
    return await answer.json()


def is_withheld(figure, n, reason=FEW):
    values = (figure["estimate"], figure["lo"], figure["hi"])
    return (values, figure["status"], figure["n"], figure["reasons"]) == ((None,) * 3, "refused", n, [reason])


@pytest.mark.parametrize("narrow", [NARROW[0], *NARROW[2:3]])
async def test_a_narrow_choice_tells_no_agent_s_share_of_few_ratings(rated, browser, narrow):
    await browser.sign_in("sam")
    agents = {row["agent"]: row for row in (await told(browser, f"/kpi/agents{narrow}"))["agents"]}
    rows = {row["figures"]["agent"]: row["figures"] for row in (await told(browser, f"/kpi/team{narrow}"))["rows"]}
    one = (await told(browser, f"/kpi/agents/ana{narrow}"))["figures"]
    for row in (agents["ana"], rows["ana"], one):
        assert is_withheld(row["observed"], 4)
        assert is_withheld(row["appraisal"], 4)
        assert row["bounds"] == [None, None]
        assert row["rated"] == 4
    assert agents["bob"]["observed"]["estimate"] == rows["bob"]["observed"]["estimate"] == 0.2


async def test_all_calls_are_told_as_the_command_line_tells_them(rated, browser):
    rated.tallies.calls += calls("cem", 1)
    await browser.sign_in("adam")
    (row,) = [each for each in (await told(browser, "/kpi/agents"))["agents"] if each["agent"] == "cem"]
    assert (row["observed"]["estimate"], row["observed"]["n"], row["bounds"]) == (0.0, 1, [0.0, 0.0])
    (row,) = [each for each in (await told(browser, f"/kpi/agents?from={DAY}"))["agents"] if each["agent"] == "cem"]
    assert is_withheld(row["observed"], 1)


async def test_the_agent_s_page_tells_no_part_of_few_ratings(rated, browser):
    rated.tallies.calls += [*calls("ana", 3, layout="reversed-123"), *calls("ana", 8, layout="paced-123")]
    await browser.sign_in("sam")
    page = await told(browser, f"/kpi/agents/ana?from={DAY}")
    # 4 and 3 hide each other; the third layout stays.
    assert [each["layout"] for each in page["pressed"]] == ["paced-123"]
    assert {each["layout"]: each["share"]["n"] for each in page["pressed_withheld"]} == {
        "reversed-123": 3,
        "sequential-123": 4,
    }
    assert all(is_withheld(each["share"], each["share"]["n"]) for each in page["pressed_withheld"])
    text = await (await browser.get(f"/agents/ana?from={DAY}")).text()
    assert FEW[1:] in text
    assert "reversed-123" in text


async def test_what_would_give_a_part_away_is_withheld_beside_it(rated, browser):
    rated.tallies.calls += calls("ana", 8, layout="paced-123")
    await browser.sign_in("sam")
    page = await told(browser, f"/kpi/agents/ana?from={DAY}")
    assert page["figures"]["observed"]["n"] == 12
    assert page["figures"]["observed"]["estimate"] is not None
    assert page["pressed"] == []
    withheld = {each["layout"]: each["share"] for each in page["pressed_withheld"]}
    assert is_withheld(withheld["sequential-123"], 4)
    assert is_withheld(withheld["paced-123"], 8, BESIDE)


async def test_points_of_a_trend_are_withheld_whatever_is_chosen(rated, browser):
    rated.tallies.calls += [StoredCall(agent="ana", ended_at=NOON - timedelta(days=70)) for _ in range(20)]
    await browser.sign_in("sam")
    page = await told(browser, "/kpi/agents/ana")
    assert page["figures"]["observed"]["n"] == 33
    points = {each["first"]: each["observed"] for each in page["trend"]["points"]}
    by_n = sorted(points.values(), key=lambda each: each["n"])
    assert [each["n"] for each in by_n] == [4, 9, 20]
    assert is_withheld(by_n[0], 4)
    assert is_withheld(by_n[1], 9, BESIDE)
    assert by_n[2]["estimate"] == 1.0


async def test_points_too_old_to_be_drawn_are_not_told_by_those_that_are(site, browser):
    months = [NOON - timedelta(days=31 * each) for each in range(49)]
    site.tallies.calls += [StoredCall(agent="ana", ended_at=month) for month in months[:48] for _ in range(6)]
    site.tallies.calls += [StoredCall(agent="ana", ended_at=months[48], category=0)] * 2
    await browser.sign_in("adam")
    page = await told(browser, "/kpi/agents/ana")
    assert page["figures"]["observed"]["n"] == 290
    assert (len(page["trend"]["points"]), page["trend"]["left_out"]) == (48, 1)
    withheld = [each["observed"] for each in page["trend"]["points"] if each["observed"]["estimate"] is None]
    assert len(withheld) == 1
    assert is_withheld(withheld[0], 6, BESIDE)


async def test_agents_of_few_ratings_are_not_drawn_among_the_others(rated, browser):
    await browser.sign_in("sam")
    bobs = (await told(browser, f"/kpi/agents/bob?from={DAY}"))["peers"]
    assert bobs["others"] == []
    assert bobs["target"] == bobs["own"]["share"] == 0.2
    assert "who has fewer than 5 ratings is not drawn and not in the common share" in bobs["reasons"]
    assert (await told(browser, f"/kpi/agents/ana?from={DAY}"))["peers"]["own"] is None
    assert len((await told(browser, "/kpi/agents/bob"))["peers"]["others"]) == 1


async def test_layouts_of_few_ratings_tell_no_share_and_no_effect(rated, browser):
    rated.tallies.calls += calls("bob", 2, layout="reversed-123")
    await browser.sign_in("adam")
    for path, rows in (("/kpi/layouts", "layouts"), ("/kpi/agents", "layouts")):
        found = {each["layout"]: each for each in (await told(browser, f"{path}?from={DAY}"))[rows]}
        few = found["reversed-123"]
        assert is_withheld(few["observed"], 2)
        assert all(is_withheld(each, 2) for each in few["shares"])
        assert few["effect_points"]["estimate"] is None
        assert found["sequential-123"]["observed"]["n"] == 9
        assert found["sequential-123"]["observed"]["estimate"] is not None
    for path, value in (("/kpi/layouts", None), ("/kpi/agents", 0.0)):
        whole = {each["layout"]: each for each in (await told(browser, path))["layouts"]}
        assert whole["reversed-123"]["observed"]["estimate"] == value


async def test_a_layout_of_the_centre_tells_nothing_that_the_agents_pages_withhold(site, browser):
    site.tallies.calls += [*calls("ana", 4), *calls("bob", 6), *calls("bob", 9, layout="paced-123")]
    site.pass_time(days=1)
    await browser.sign_in("sam")
    assert (await told(browser, "/kpi/agents/ana"))["pressed"] == []
    found = {each["layout"]: each for each in (await told(browser, "/kpi/layouts"))["layouts"]}
    assert is_withheld(found["sequential-123"]["observed"], 10, BESIDE)
    assert all(is_withheld(each, 10, BESIDE) for each in found["sequential-123"]["shares"])
    assert found["paced-123"]["observed"]["estimate"] is not None
    text = await (await browser.get("/layouts/sequential-123")).text()
    assert "so both are withheld" in text


async def test_the_layouts_hold_no_call_of_today_where_an_agent_reads_them(site, browser):
    site.tallies.calls += [*calls("ana", 6), *calls("bob", 6)]
    site.pass_time(days=1)
    await add_user(
        site.sign_in, "ida", roles={Role.AGENT, Role.SUPERVISOR}, person="ida", teams={"blue"}, password=PASSWORD
    )
    await browser.sign_in("ida")
    paths = ("/kpi/layouts", "/layouts", "/layouts/sequential-123")
    before = [await told(browser, path) for path in paths]
    site.tallies.calls.append(StoredCall(agent="ida", ended_at=site.now, category=0))
    assert [await told(browser, path) for path in paths] == before
    assert "Calls of today count from tomorrow on." in await (await browser.get("/layouts")).text()


async def test_what_is_missing_for_another_reason_says_that_one(rated, browser):
    rated.tallies.uncounted = 1
    await browser.sign_in("sam")
    for row in (await told(browser, "/kpi/agents"))["layouts"]:
        assert "disposition_leak" in " ".join(row["observed"]["reasons"])


async def test_the_layouts_of_a_team_tell_nothing_that_its_agents_pages_withhold(rated, browser):
    rated.tallies.calls += [*calls("ana", 8, layout="paced-123"), *calls("bob", 6, layout="reversed-123")]
    await browser.sign_in("sam")
    for path in ("/kpi/agents", f"/kpi/agents?from={DAY}"):
        for row in (await told(browser, path))["layouts"]:
            n = row["observed"]["n"]
            assert n > 4
            assert is_withheld(row["observed"], n, TEAM)
            assert all(is_withheld(each, n, TEAM) for each in row["shares"])
            assert row["effect_points"]["estimate"] in {None, 0.0}


@pytest.mark.parametrize(("name", "chosen"), [("sam", ""), ("adam", "?team=blue")])
async def test_a_team_is_a_choice(rated, browser, name, chosen):
    rated.tallies.calls += calls("cem", 1)
    await browser.sign_in(name)
    (row,) = [each for each in (await told(browser, f"/kpi/agents{chosen}"))["agents"] if each["agent"] == "cem"]
    assert is_withheld(row["observed"], 1)


async def test_one_layout_of_an_agent_is_a_choice_by_nature(rated, browser):
    rated.tallies.calls += calls("ana", 2, layout="paced-123")
    rated.tallies.calls += calls("cem", 2, options_heard=3)
    await browser.sign_in("adam")
    page = await told(browser, "/kpi/agents/ana")
    assert {each["layout"]: each["share"]["n"] for each in page["pressed_withheld"]} == {
        "paced-123": 2,
        "sequential-123": 13,
    }
    (informed,) = (await told(browser, "/kpi/agents/cem"))["informed"]
    assert is_withheld(informed["share"], 2)


async def test_own_figures_of_few_ratings_wait_for_more(site, browser):
    site.tallies.calls += calls("ana", 4)
    site.pass_time(days=1)
    await browser.sign_in("ana")
    assert is_withheld((await told(browser, "/kpi/agents/ana"))["figures"]["observed"], 4)
    assert FEW[1:] in await (await browser.get("/me")).text()


async def test_pages_with_withheld_shares_are_whole(rated, browser):
    await browser.sign_in("sam")
    for path in ("/team", "/agents/ana", "/agents/bob", "/layouts"):
        for narrow in NARROW:
            answer = await browser.get(f"{path}{narrow}")
            assert answer.status == 200, path + narrow
