"""The team page over HTTP: groups, orders, filters, scope, and what cannot be told."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from ivr.domain.access import Role
from ivr.domain.calls import EndedBy
from ivr.domain.outcomes import Outcome
from ivr.usecases.add_user import add_user
from ivr.usecases.fits import ALL_MONTHS, Months
from tests.memory_ports import StoredCall
from tests.web_site import PASSWORD, Browser, Site


def fill(site: Site, team: str = "blue") -> None:
    """Let ana and ben of one team be rated; each has a fitted figure once the site fits."""
    for agent, calls in (("ana", 16), ("ben", 12)):
        site.tallies.calls += [StoredCall(agent=agent, team=team)] * calls
        site.periods.count(agent, calls)


async def text_of(browser: Browser, path: str = "/team", status: int = 200) -> str:
    answer = await browser.get(path)
    assert answer.status == status, path
    return " ".join((await answer.text()).split())


def plain(text: str) -> str:
    """Return what the page says, without the tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


async def test_groups_come_first_and_then_the_rows_with_three_figures(site, browser):
    fill(site)
    site.people.called |= {"ana": "Ana Keller"}
    await site.fit()
    await browser.sign_in("sam")
    text = await text_of(browser)
    said = plain(text)
    assert "Clearly better 1" in said
    assert "Nobody of those shown here is clearly below the middle agent." in said
    assert "Cannot be told from the middle 1" in said
    assert "apart" not in said
    assert 'href="/agents/ana"><bdi>Ana Keller</bdi></a>' in text
    row = text.partition('id="agent-ana"')[2].partition("</tr>")[0]
    assert re.findall(r'class="one (\w+)', row) == ["standardised", "corrected", "observed"]
    assert "Comparable 70 %" in plain(row)
    assert "As pressed, not for comparing 100 %" in plain(row)
    assert '<strong>100 %</strong> <span class="quiet">(81 to 100 %)</span>' in text
    assert '<strong>70 %</strong> <span class="quiet">(60 to 80 %)</span>' in text
    assert '<strong>50 %</strong> <span class="quiet">(40 to 60 %)</span>' in text
    assert "n =" not in said
    assert "16 ratings" in said
    assert "16 of 16 to be asked" in said
    assert "about 41 more ratings would tell from the middle" in said
    assert "the place could be anything from 1 to 2" in said
    assert "Comparable and corrected figures are as of 2 Mar 2026, 13:00 (all months)" in said
    assert "The centre is small" in said
    assert "style=" not in text
    assert "<script>" not in text


async def test_no_two_things_have_one_id(site, browser):
    fill(site)
    site.tallies.calls += [StoredCall(excluded=True)] * 2
    await site.fit()
    await browser.sign_in("sam")
    ids = re.findall(r' id="([^"]+)"', await text_of(browser))
    assert len(ids) == len(set(ids))


async def test_rows_are_never_numbered_and_nobody_is_called_worst(site, browser):
    fill(site)
    await site.fit()
    await browser.sign_in("sam")
    for order in ("name", "-corrected", "comparable", "ratings", "-response"):
        text = await text_of(browser, f"/team?order={order}")
        assert "<ol" not in text
        assert not re.search(r"\b(worst|best agent|rank)\b", plain(text.partition('id="agents"')[2]), re.IGNORECASE)
        # Above comes after those who cannot be told, unless the highest come first.
        is_above_last = text.index('id="agent-ben"') < text.index('id="agent-ana"')
        assert is_above_last == (order != "comparable")


async def test_every_order_is_a_link_that_turns_round(site, browser):
    fill(site)
    await site.fit()
    await browser.sign_in("sam")
    text = await text_of(browser, "/team?queue=sales&order=corrected")
    addresses = {
        parse_qs(urlsplit(address).query).get("order", ["name"])[0]: address
        for address in re.findall(
            r'href="(/team[^"]*)"', unescape(text).partition('class="orders"')[2].partition("</ul>")[0]
        )
    }
    assert set(addresses) == {"name", "ratings", "response", "comparable", "-corrected"}
    assert all("queue=sales" in address for address in addresses.values())
    assert 'corrected level <span class="quiet">(highest first)</span>' in text
    assert "(lowest first)" in await text_of(browser, "/team?queue=sales&order=-corrected")


async def test_the_filters_are_what_there_is_and_stay_in_the_address(site, browser):
    site.tallies.calls += [StoredCall(queue="sales", site="north")] * 6
    site.tallies.calls += [StoredCall(queue="service", site="south", language="lt", team="red")] * 2
    await browser.sign_in("sam")
    text = await text_of(browser, "/team?queue=sales&from=2026-03-01&to=2026-03-31")
    assert '<option value="sales" selected>sales</option>' in text
    assert '<option value="service">service</option>' in text
    assert '<option value="lt">lt</option>' in text
    assert '<option value="red">red</option>' in text
    assert 'id="handled"><a href="/calls?from=2026-03-01&amp;to=2026-03-31&amp;queue=sales">6</a>' in text
    assert re.search(r"Calls (of|from) [^,]+, queue sales", plain(text))
    assert 'href="/agents/ana?from=2026-03-01&amp;to=2026-03-31&amp;queue=sales"' in text
    # The site's today is 2 March 2026.
    assert re.search(r'href="(/team\?[^"]*)" aria-current="true">This month</a>', text)
    assert "from=2026-02-01&amp;to=2026-02-28" in text
    assert "from=2026-01-01&amp;to=2026-03-31" in text


@pytest.mark.parametrize(
    ("query", "sentence", "field"),
    [
        ("from=soon", "&#39;from&#39; is &#39;soon&#39;, no whole day", "from"),
        ("to=2026-13-01", "&#39;to&#39; is &#39;2026-13-01&#39;, no whole day", "to"),
        ("from=2026-03-03&to=2026-03-01", "is empty; write a later", "to"),
        ("search=%07", "The search holds characters that no name has", "search"),
        ("search=" + 201 * "a", "This is no part of a name", None),
        ("queue=%00", "The queue holds characters", None),
        ("form=2026-03-03", "There is no filter &#39;form&#39;", None),
        ("order=rank", "There is no order &#39;rank&#39;; use one of name, ratings", None),
        ("group=worst", "There is no group &#39;worst&#39;", None),
        ("page=0", "There is no page &#39;0&#39;", None),
        ("page=two", "There is no page &#39;two&#39;", None),
    ],
)
async def test_what_makes_no_sense_is_said_beside_its_field_and_kept(site, browser, query, sentence, field):
    fill(site)
    await browser.sign_in("sam")
    text = await text_of(browser, f"/team?{query}", status=400)
    assert sentence in text
    assert "Traceback" not in text
    if field is not None:
        assert f'aria-describedby="filter-{field}-fault"' in text
        value = parse_qs(query)[field][0]
        assert f'name="{field}"' in text
        assert value == "\a" or f'value="{value}"' in text


async def test_the_rows_come_in_parts_and_the_last_part_is_the_last(site, browser):
    site.tallies.calls += [StoredCall(agent=f"agent-{number:03}") for number in range(60)]
    await browser.sign_in("sam")
    first = await text_of(browser, "/team?queue=sales")
    assert "1 to 50 of 60" in plain(first)
    assert 'href="/team?queue=sales&amp;page=2" rel="next"' in first
    for page in ("2", "7"):
        second = await text_of(browser, f"/team?queue=sales&page={page}")
        assert "51 to 60 of 60" in plain(second)
        assert 'href="/team?queue=sales" rel="prev"' in second
        assert second.count('<tr role="row" id="agent-') == 10


async def test_somebody_is_found_by_a_part_of_the_name(site, browser):
    fill(site)
    site.people.called |= {"ben": "Benedikt Ölander"}
    await browser.sign_in("sam")
    text = await text_of(browser, "/team?search=%C3%B6lan")
    assert 'id="agent-ben"' in text
    assert 'id="agent-ana"' not in text
    assert 'value="ölan"' in text
    assert "No agent has such a name in this selection." in plain(await text_of(browser, "/team?search=zoe"))


async def test_what_is_out_of_scope_is_not_there(site, browser):
    fill(site, team="blue")
    site.tallies.calls += [StoredCall(agent="zoe", team="green", queue="vip")] * 20
    site.periods.count("zoe", 20)
    await site.fit()
    await browser.sign_in("sam")
    text = await text_of(browser)
    assert "zoe" not in text
    assert "vip" not in text
    assert "green" not in text
    assert 'id="in-progress"' not in text
    (row_names,) = [[row["agent"] for row in (await (await browser.get("/api/v1/kpi/agents")).json())["agents"]]]
    assert row_names == ["ana", "ben"]
    other, missing = await browser.get("/team?team=green"), await browser.get("/nowhere")
    assert other.status == missing.status == 404
    assert (await browser.get("/api/v1/kpi/agents?team=green")).status == 404
    assert "zoe" in await text_of(await _as(browser, "adam"), "/team?team=green")


async def test_an_agent_has_no_team_page_and_the_own_row_in_the_api(site, browser):
    fill(site)
    await site.fit()
    site.pass_time(days=1)  # the own figures count the calls of a day from the next
    await browser.sign_in("ana")
    await text_of(browser, status=403)
    document = await (await browser.get("/api/v1/kpi/agents")).json()
    assert [row["agent"] for row in document["agents"]] == ["ana"]
    assert (document["handled"], document["in_progress"], document["layouts"]) == (16, None, [])
    assert (document["fit"]["handled"], document["fit"]["facts"]) == (None, {})
    assert "ben" not in str(document)


async def test_who_leads_no_team_is_told_so(site, browser):
    fill(site)
    await add_user(site.sign_in, "sue", roles={Role.SUPERVISOR}, person=None, password=PASSWORD)
    await browser.sign_in("sue")
    text = await text_of(browser)
    assert "This sign-in leads no team yet; ask an administrator to enter which." in text
    assert "ana" not in text.partition("<main")[2]


async def test_figures_lead_to_their_calls_for_those_who_may_see_calls(site, browser):
    fill(site)
    await browser.sign_in("sam")
    text = await text_of(browser, "/team?queue=sales")
    assert 'href="/calls?queue=sales&amp;agent=ana&amp;outcome=rated"' in text
    assert "/calls?" not in await text_of(await _as(browser, "vera"), "/team?queue=sales")


async def test_too_few_ratings_lead_to_no_calls(site, browser):
    site.tallies.calls += [StoredCall()] * 4 + [StoredCall(agent="ben")] * 5
    await browser.sign_in("sam")
    text = await text_of(browser)
    assert "agent=ben&amp;outcome=rated" in text
    assert "agent=ana" not in text


async def test_calls_in_progress_stand_apart_for_those_who_see_everybody(site, browser):
    fill(site)
    site.tallies.in_progress = 3
    await browser.sign_in("vera")
    text = await text_of(browser)
    assert 'id="in-progress">3<' in text
    assert 'id="handled">28<' in text
    assert 'id="in-progress"' not in await text_of(browser, "/team?team=blue")


async def test_without_a_fit_the_page_says_why_and_what_to_do(site, browser):
    fill(site)
    await browser.sign_in("sam")
    text = await text_of(browser)
    said = plain(text)
    assert "What cannot be told" in said
    assert "Comparable figures have not been worked out yet" in said
    assert "ivr kpi" not in text
    assert re.findall(r'class="one (\w+)', text.partition("<tbody")[2]) == ["observed"] * 2
    assert "the middle is at" not in said
    assert "Cannot be compared 2" in said
    assert "Clearly" not in said
    assert "Compute them now" in said
    answer = await browser.post(
        "/team/fit", csrf_token=await browser.token("/team"), first="2026-03", last="2026-03", back="/team?queue=sales"
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/team?queue=sales")
    assert site.requested == [Months("2026-03", "2026-03")]
    await browser.post("/team/fit", csrf_token=await browser.token("/team"))
    assert site.requested[1:] == [ALL_MONTHS]
    full = await browser.post("/team/fit", csrf_token=await browser.token("/team"))
    assert full.status == 400
    assert "Too many fits wait already" in await full.text()
    assert "Compute them now" not in await text_of(await _as(browser, "vera"))


async def test_a_fit_leads_back_to_the_team_page_alone(site, browser):
    await browser.sign_in("sam")
    token = await browser.token("/account")
    for back in ("//evil.example/team", "https://evil.example", "/team/../people", "/teams"):
        answer = await browser.post("/team/fit", csrf_token=token, back=back)
        site.requested.clear()
        assert answer.headers["Location"] == "/team"


async def test_only_whole_months_are_compared_and_the_page_leads_to_them(site, browser):
    fill(site)
    await site.fit()
    await browser.sign_in("sam")
    text = await text_of(browser, "/team?from=2026-03-02&to=2026-03-09&queue=sales")
    assert "Only whole months have comparable figures" in plain(text)
    assert 'href="/team?queue=sales&amp;from=2026-03-01&amp;to=2026-03-31">Show whole months</a>' in text
    assert "Compute them now" not in text


async def test_calls_since_the_fit_and_a_failed_try_are_told(site, browser):
    fill(site)
    await site.fit()
    site.periods.count("ana")
    site.trouble = "the last try to fit failed"
    await browser.sign_in("sam")
    said = plain(await text_of(browser))
    assert "(all months). Calls have come in or changed since: these two are as of then" in said
    assert "The last try to fit failed" in said


async def test_a_leak_shows_no_score(site, browser):
    fill(site)
    await site.fit()
    site.tallies.uncounted = 1
    await browser.sign_in("sam")
    text = await text_of(browser)
    assert "29 handled calls, but 28 have an outcome" in text
    assert "withheld" in text
    assert 'class="says"' not in text.partition("<tbody")[2]


async def test_few_ratings_are_pale_and_say_so(site, browser):
    fill(site)
    site.tallies.calls += [StoredCall(agent="cem")] * 6
    await site.fit()
    await browser.sign_in("sam")
    text = await text_of(browser)
    row = text.partition('id="agent-cem"')[2].partition("</tr>")[0]
    assert '<div class="one observed wide">' in row
    assert "No call of this agent was there when comparable figures were worked out" in row


async def test_who_hung_up_first_is_told_with_its_interval(site, browser):
    site.tallies.calls += [StoredCall(ended_by=EndedBy.AGENT)] * 12
    site.tallies.calls += [StoredCall(outcome=Outcome.CALLER_LEFT_FIRST, category=None, ended_by=EndedBy.CALLER)] * 4
    await browser.sign_in("sam")
    said = plain(await text_of(browser))
    assert "agent first 75 % (51 to 90 %) 16 calls" in said
    assert "12 the agent first" in said


async def test_excluded_ratings_are_told_with_and_without(site, browser):
    site.tallies.calls += [StoredCall()] * 16 + [StoredCall(category=0, excluded=True)] * 4
    await browser.sign_in("sam")
    text = await text_of(browser)
    assert "4 ratings are excluded and stand in no figure" in text
    assert "excluded=only" in text
    assert "4 ratings are excluded; with them, as pressed would be 80 % (58 to 92 %), 20 ratings." in plain(text)


async def test_a_flag_is_a_reason_to_look(site, browser):
    fill(site)
    site.tallies.calls += [StoredCall(agent="zoe")] * 60
    site.periods.count("zoe", 60)
    await site.fit()
    await browser.sign_in("sam")
    text = await text_of(browser)
    assert "It is no finding: look for a harmless cause first." in plain(text)
    assert "offers selectively" in text.partition('id="agent-zoe"')[2]


async def test_the_middle_is_printed_and_drawn_on_each_comparable_figure(site, browser):
    fill(site)
    site.tallies.calls += [StoredCall(agent="zoe", team="green")] * 20
    site.periods.count("zoe", 20)
    await site.fit()
    await browser.sign_in("sam")
    text = await text_of(browser)
    document = await (await browser.get("/api/v1/kpi/team")).json()
    middle = document["middle"]
    assert (middle["agents"], len(document["rows"])) == (3, 2)
    share = f"{100 * middle['standardised']:.0f} %"
    said = plain(text)
    assert f"The middle agent of the centre: {share} (of 3 agents compared)" in said
    assert f"(the middle is at {share})" in said
    rows = text.partition("<tbody")[2]
    assert rows.count('<line class="middle"') == rows.count('class="one standardised') == 2
    assert "zoe" not in text


async def test_each_layout_says_its_best_answer(site, browser):
    fill(site)
    await browser.sign_in("sam")
    assert "The best answer is a word of its own on each layout: sequential-123: satisfied." in plain(
        await text_of(browser)
    )
    document = await (await browser.get("/api/v1/kpi/team")).json()
    assert document["best_answers"] == [{"layout": "sequential-123", "answers": ["satisfied"]}]


async def test_what_stands_behind_a_row_has_headings(site, browser):
    fill(site)
    await site.fit()
    await browser.sign_in("sam")
    row = (await text_of(browser)).partition('id="agent-ana"')[2].partition("</tr>")[0]
    assert re.findall("<h4>([^<]+)</h4>", row) == [
        "What the silent could make of it",
        "Who hung up first",
        "How the calls ended",
        "What to know",
    ]


async def test_names_are_text_and_never_markup(site, browser):
    agent = '<script>alert("x")</script>'
    site.tallies.calls += [StoredCall(agent=agent, team="blue", queue='"><img src=x>')] * 2
    site.tallies.calls.append(StoredCall(queue="other"))
    site.people.called[agent] = "<b>Bob</b>"
    await browser.sign_in("sam")
    text = await text_of(browser)
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "<b>Bob" not in text
    assert "&lt;b&gt;Bob" in text


async def _as(browser: Browser, name: str) -> Browser:
    """Sign in as somebody else in the same browser."""
    await browser.post("/sign-out", csrf_token=await browser.token("/account"))
    await browser.sign_in(name)
    return browser


async def test_the_api_tells_what_the_page_shows(site, browser):
    fill(site)
    site.people.called |= {"ana": "Ana Keller"}
    await site.fit()
    await browser.sign_in("sam")
    document = await (await browser.get("/api/v1/kpi/team?order=-corrected&search=a")).json()
    assert [(each["group"], each["number"]) for each in document["groups"]] == [("untold", 1), ("above", 1)]
    (row,) = document["rows"]
    assert (row["name"], row["group"], row["figures"]["tier"]) == ("Ana Keller", "above", 1)
    assert (document["totals"]["handled"], document["found"], document["pages"]) == (28, 1, 1)
    for wrong in ("order=rank", "group=worst", "page=0"):
        assert (await browser.get(f"/api/v1/kpi/team?{wrong}")).status == 400
