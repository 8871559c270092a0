"""The agent page: whose it is, whom it names, what it links to, and who is told of a look at it."""

import re
from datetime import timedelta

import pytest

from ivr.domain.access import Right, Role
from ivr.domain.audit_chain import AuditEvent
from ivr.domain.outcomes import Outcome
from ivr.errors import DatabaseRefused
from ivr.usecases.make_token import make_token
from tests.memory_ports import NOON, StoredCall
from tests.web_site import Browser, Site

YESTERDAY = NOON - timedelta(days=1)


def calls(agent: str, team: str, best: int, others: int, silent: int = 0, **more: object) -> list[StoredCall]:
    own = {"agent": agent, "team": team, "ended_at": YESTERDAY, "options_heard": 3, **more}
    return [
        *(StoredCall(category=2, **own) for _ in range(best)),
        *(StoredCall(category=0, **own) for _ in range(others)),
        *(StoredCall(category=None, outcome=Outcome.NO_KEY, **own) for _ in range(silent)),
    ]


@pytest.fixture
def site(site: Site) -> Site:
    site.tallies.calls = [
        *calls("ana", "blue", 8, 4, 8),
        *calls("bo", "blue", 12, 3),
        *calls("zoe", "green", 5, 15),
        *(call for number in range(8) for call in calls(f"red-{number}", "red", 9, 3)),
    ]
    site.people.called = {"ana": "Ana Ruiz", "bo": "Bo Lind", "zoe": "Zoe Kay"}
    return site


async def page_of(browser: Browser, name: str, path: str) -> str:
    """Return a page as ``name`` sees it, in a browser of its own."""
    other = Browser(browser.address)
    try:
        await other.sign_in(name)
        answer = await other.get(path)
        assert answer.status == 200
        return await answer.text()
    finally:
        await other.client.close()


async def looks(site: Site) -> list[tuple[str, str | None]]:
    entries = await site.sign_in.audit.entries(limit=50, event=AuditEvent.PERSON_VIEWED)
    return [(each.who, each.subject) for each in entries]


async def test_a_supervisor_sees_an_agent_of_the_own_team_by_name_with_every_figure(browser: Browser) -> None:
    text = await page_of(browser, "sam", "/agents/ana")
    assert "<h1><bdi>Ana Ruiz</bdi></h1>" in text
    assert re.search(r"<strong>67 %</strong> <span class=\"quiet\">\(39 to 86 %\)</span>", text)
    assert re.search(r"Response rate <strong>60 %</strong> <span class=\"quiet\">\(39 to 78 %\), 20 calls", text)
    assert "9 other agents have ratings" in text


async def test_an_agent_of_another_team_is_not_there(browser: Browser) -> None:
    await browser.sign_in("sam")
    elsewhere, nobody = await browser.get("/agents/zoe"), await browser.get("/agents/nobody")
    assert (elsewhere.status, nobody.status) == (404, 404)
    strip = re.compile("agents/(zoe|nobody)")
    assert strip.sub("", await elsewhere.text()) == strip.sub("", await nobody.text())


async def test_an_agent_sees_the_own_page_alone_and_nobody_by_name(browser: Browser) -> None:
    text = await page_of(browser, "ana", "/me")
    assert "Your three figures" in text
    assert "Bo Lind" not in text
    assert "/agents/" not in text
    await browser.sign_in("ana")
    assert (await browser.get("/agents/ana")).status == 200
    assert (await browser.get("/agents/bo")).status == 404
    assert (await browser.get("/api/v1/kpi/agents/bo")).status == 404


async def test_the_own_figures_hold_no_name_and_no_key_of_anybody_else(browser: Browser) -> None:
    await browser.sign_in("ana")
    document = await (await browser.get("/api/v1/kpi/agents/ana")).json()
    assert document["agent"] == "ana"
    assert len(document["peers"]["others"]) == 10
    assert {each["agent"] for each in document["peers"]["others"]} == {None}


async def test_calls_of_today_wait_for_tomorrow_on_the_own_page_and_count_on_the_supervisors(
    browser: Browser, site: Site
) -> None:
    site.tallies.calls += calls("ana", "blue", 0, 5, ended_at=NOON)
    own = await page_of(browser, "ana", "/me")
    assert "67 %" in own
    assert "so that no figure moves with a single caller: 5 so far" in own
    await browser.sign_in("sam")
    assert "so that no figure moves" not in await (await browser.get("/agents/ana")).text()
    document = await (await browser.get("/api/v1/kpi/agents/ana")).json()
    assert document["figures"]["rated"] == 17


async def test_the_days_of_the_address_are_the_days_of_every_figure(browser: Browser, site: Site) -> None:
    site.tallies.calls += calls("ana", "blue", 10, 0, ended_at=NOON - timedelta(days=40))
    await browser.sign_in("sam")
    old = await (await browser.get("/api/v1/kpi/agents/ana?to=2026-02-01")).json()
    assert (old["figures"]["rated"], old["path"][0]["calls"]) == (10, 10)
    assert [each["rated"] for each in old["trend"]["points"]] == [10]
    assert [each["ratings"] for each in old["pressed"]] == [[0, 0, 10]]
    text = await (await browser.get("/agents/ana?to=2026-02-01")).text()
    assert 'href="/calls?to=2026-02-01&amp;agent=ana&amp;outcome=rated"' in text


async def test_a_day_that_is_none_is_told_beside_its_field_and_only_for_those_who_may_see_the_agent(
    browser: Browser,
) -> None:
    await browser.sign_in("sam")
    answer = await browser.get("/agents/ana?from=yesterday")
    text = await answer.text()
    assert answer.status == 400
    assert 'value="yesterday"' in text
    assert 'id="filter-from-fault"' in text
    assert (await browser.get("/agents/zoe?from=yesterday")).status == 404


async def test_a_number_leads_to_its_calls_only_where_the_reader_may_see_them(browser: Browser) -> None:
    assert 'href="/calls?agent=ana&amp;outcome=no_key"' in await page_of(browser, "sam", "/agents/ana")
    assert "/calls?" not in await page_of(browser, "vera", "/agents/ana")
    assert 'href="/calls?agent=ana&amp;outcome=no_key"' in await page_of(browser, "ana", "/me")


async def test_each_look_of_somebody_else_is_noted_once_and_the_agent_is_told(browser: Browser, site: Site) -> None:
    await browser.sign_in("sam")
    await browser.get("/agents/ana")
    assert await looks(site) == [("sam", "ana")]
    await browser.get("/agents/ana", headers={"X-Ivr-Live": "1"})
    assert await looks(site) == [("sam", "ana")]
    await browser.get("/agents/ana")
    assert len(await looks(site)) == 2
    assert "2 Mar 2026: sam, 2 times" in await page_of(browser, "ana", "/me")
    assert len(await looks(site)) == 2


async def test_a_look_that_only_pretends_to_be_an_update_is_noted(browser: Browser, site: Site) -> None:
    await browser.sign_in("sam")
    await browser.get("/agents/bo", headers={"X-Ivr-Live": "1"})
    assert await looks(site) == [("sam", "bo")]


async def test_a_look_by_a_script_is_noted_too(browser: Browser, site: Site) -> None:
    await browser.sign_in("vera")
    await browser.get("/api/v1/kpi/agents/ana")
    assert await looks(site) == [("vera", "ana")]


async def test_where_a_look_cannot_be_noted_nothing_is_shown(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise DatabaseRefused("the disk is full")

    await browser.sign_in("sam")
    monkeypatch.setattr(type(site.sign_in.audit), "note", refuse)
    for headers in ({}, {"X-Ivr-Live": "1"}):
        answer = await browser.get("/agents/ana", headers=headers)
        assert answer.status == 503
        assert "67 %" not in await answer.text()


async def test_what_was_taken_out_is_shown_beside(browser: Browser, site: Site) -> None:
    site.tallies.calls += calls("ana", "blue", 0, 4, excluded=True)
    text = await page_of(browser, "sam", "/agents/ana")
    assert "4 calls taken out" in text
    assert "67 % (39 to 86 %), 12 ratings" in text
    assert "50 % (28 to 72 %), 16 ratings" in text


async def test_the_comparable_figure_stands_first_and_the_share_as_pressed_last(browser: Browser, site: Site) -> None:
    site.periods.count("ana", 20)
    await site.fit()
    text = await page_of(browser, "sam", "/agents/ana")
    labels = re.findall(r'<span class="what">([^<]+)</span>', text)
    assert [each[:10] for each in labels if each] == ["Comparable", "Corrected ", "As pressed"]
    assert "The dashed line is the middle agent of the centre with 70 %; 1 agent is compared." in text
    assert "compare agents by the first one alone" in text


async def test_a_share_without_leading_layouts_is_not_offered_for_judging_a_person(
    browser: Browser, site: Site
) -> None:
    site.tallies.calls += calls("ana", "blue", 6, 0, layout="paced-123")
    unfitted = await page_of(browser, "sam", "/agents/ana")
    assert "As pressed, without ratings of layouts that lead callers <strong>67 %</strong>" in unfitted
    assert "6 ratings of paced-123 are left out of it" in unfitted
    assert "there is none to judge a person by" in unfitted
    site.periods.count("ana", 20)
    await site.fit()
    text = await page_of(browser, "sam", "/agents/ana")
    assert "the figure to look at is the comparable one with its interval: 70 % (60 to 80 %), 20 ratings" in text
    assert "For an appraisal" not in text


@pytest.mark.parametrize("is_fitted", [True, False])
async def test_no_command_stands_on_the_page(browser: Browser, site: Site, *, is_fitted: bool) -> None:
    site.tallies.calls += calls("ana", "blue", 6, 0, layout="paced-123")
    if is_fitted:
        site.periods.count("ana", 20)
        await site.fit()
    for name, path in (("sam", "/agents/ana"), ("ana", "/me"), ("sam", "/agents/ana?to=2026-02-28")):
        assert "`" not in await page_of(browser, name, path)
    assert ("not been worked out yet" in await page_of(browser, "sam", "/agents/ana")) is not is_fitted


async def test_the_rest_of_the_team_stands_beside_the_own_figures_only_where_it_is_large(
    browser: Browser, site: Site
) -> None:
    seen, own = await page_of(browser, "sam", "/agents/ana"), await page_of(browser, "ana", "/me")
    assert "Team: the 1 other of blue" in seen
    assert "Team: the" not in own
    assert 'class="number share beside"' not in own
    site.tallies.calls += [call for number in range(7) for call in calls(f"blue-{number}", "blue", 9, 3, 3)]
    own = await page_of(browser, "ana", "/me")
    assert "Team: the 8 others of blue, 120 handled calls together." in own
    assert re.search(r'40 %</td>\s+<td role="cell" class="number share beside" data-label="team">18 %</td>', own)
    assert "team 76 % (66 to 83 %)" in own
    await browser.sign_in("ana")
    document = await (await browser.get("/api/v1/kpi/agents/ana")).json()
    assert (document["team"]["team"], document["team"]["others"]) == ("blue", 8)
    assert [each["calls"] for each in document["team"]["path"]] == [120, 120, 120, 120, 99]


async def test_names_and_keys_are_written_as_text(browser: Browser, site: Site) -> None:
    site.tallies.calls += calls("<b>/x", "blue", 9, 1)
    site.people.called["<b>/x"] = "<script>alert(1)</script>"
    text = await page_of(browser, "sam", "/agents/%3Cb%3E%2Fx")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "/agents/%3Cb%3E%2Fx" in await page_of(browser, "sam", "/agents/ana")


async def test_a_sign_in_that_is_nobody_says_so(browser: Browser, site: Site) -> None:
    await site.sign_in.accounts.replace_roles("ana", {Role.AGENT}, None)
    assert "belongs to no agent yet" in await page_of(browser, "ana", "/me")


async def test_an_agent_without_a_call_has_a_page_that_says_so(browser: Browser, site: Site) -> None:
    site.tallies.calls = []
    assert "You have no call in this selection yet." in await page_of(browser, "ana", "/me")
    await browser.sign_in("sam")
    assert (await browser.get("/agents/ana")).status == 404


async def test_a_leaking_ledger_shows_no_score_anywhere_on_the_page(browser: Browser, site: Site) -> None:
    site.tallies.uncounted = 1
    text = await page_of(browser, "sam", "/agents/ana")
    main = text[text.index("<main") : text.index("</main>")]
    assert "disposition_leak" in main
    assert "67 %" not in main
    assert "<polyline" not in main


async def test_a_token_of_figures_reads_the_page_as_json(browser: Browser, site: Site) -> None:
    made = await make_token(site.sign_in, "sam", "sam", name="script", scope={Right.FIGURES}, days=3)
    answer = await browser.get("/api/v1/kpi/agents/ana", headers={"Authorization": f"Bearer {made.secret}"})
    assert answer.status == 200
    assert (await answer.json())["name"] == "Ana Ruiz"


async def test_the_list_of_the_own_figures_for_scripts_ends_at_midnight_too(browser: Browser, site: Site) -> None:
    site.tallies.calls += calls("ana", "blue", 0, 5, ended_at=NOON)
    site.periods.count("ana", 20)
    await site.fit()
    await browser.sign_in("ana")
    document = await (await browser.get("/api/v1/kpi/agents")).json()
    (row,) = document["agents"]
    assert (row["agent"], row["rated"], document["handled"]) == ("ana", 12, 20)
    assert row["standardised"]["estimate"] == 0.7
