"""Calls in a real Chromium: from a figure to its calls, one call drawn, a rating contested and decided."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from ivr.store.call_lists import SqlCallReads
from ivr.store.contests import SqlContests
from ivr.store.database import open_database
from ivr.store.ledger import SqlLedger
from ivr.store.tallies import SqlTallies
from ivr.store.writer import Writer
from ivr.usecases.accounts import Role
from ivr.usecases.add_user import add_user
from ivr.usecases.call_lists import PlayedLayout
from tests.browser.looking import complaints_of, looked_at, sign_in
from tests.browser.seeded import LOW_AS_PRESSED, NEEDS_HELP, NEWCOMER, Seeded
from tests.live_calls import (
    ASKED,
    DAY,
    DECLINED,
    HUNG_UP,
    NOT_ASKED,
    TRANSFERRED,
    WRONG_KEYS,
    live_id,
    record_live_calls,
)
from tests.memory_calls import MemoryPlays
from tests.web_site import PASSWORD, Site

WHY = "The caller complained about the transfer, not about me."
NEWCOMERS_LAST_DAYS = f"/calls?agent={NEWCOMER}&from=2026-04-25&to=2026-04-26"
BECAUSE = "The first words of the talk are about another agent."


@dataclass
class Lively:
    """A service over calls as a live centre leaves them: nora leads the team of ann, who signs in as anna."""

    address: str
    site: Site


@pytest.fixture
async def lively(tmp_path: Path) -> AsyncIterator[Lively]:
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    async with Writer(database) as writer:
        await record_live_calls(SqlLedger(database, writer))
        asked = {ASKED.layout.key: ASKED, **ASKED.further}
        site = Site(
            tallies=SqlTallies(database),
            calls=SqlCallReads(database),
            contests=SqlContests(database, writer),
            played=MemoryPlays({key: PlayedLayout(each, is_exact=True) for key, each in asked.items()}),
            now=DAY + timedelta(days=2),
        )
        await add_user(site.sign_in, "nora", roles={Role.SUPERVISOR}, teams=("north",), password=PASSWORD)
        await add_user(site.sign_in, "anna", roles={Role.AGENT}, person="ann", password=PASSWORD)
        async with site.serve() as address:
            yield Lively(address, site)
    database.close()


async def test_each_kind_of_call_is_drawn_told_and_fit_to_be_read(lively: Lively, chromium: Browser, shots: Path):
    page = await chromium.new_page()
    complaints = complaints_of(page)
    await sign_in(page, lively.address, "nora", path="/calls?agent=ann")
    await expect(page.locator("table.calls tbody tr")).to_have_count(14)
    await looked_at(page, shots, "calls", "supervisor")
    told = {
        TRANSFERRED: ("transferred", ["bob, 68 s", "ann, 60 s: this agent is credited", "silence before the question"]),
        WRONG_KEYS: ("wrong-keys", ["key 7: means nothing here", "between 5.6 s and 6.1 s", "comment recorded"]),
        HUNG_UP: ("hung-up", ["option “so-so”, key 2, cut short"]),
        DECLINED: ("declined", ["key 9: does not want to be asked"]),
        NOT_ASKED: ("not-asked", ["The caller was asked not long ago."]),
    }
    for number, (name, sentences) in told.items():
        await page.goto(f"{lively.address}/calls/default/{live_id(number).uniqueid}")
        for sentence in sentences:
            await expect(page.locator("main").get_by_text(sentence, exact=False).first).to_be_attached()
        await expect(page.locator("svg.chart")).to_be_visible()
        await looked_at(page, shots, f"call-{name}", "supervisor")
    assert not complaints


async def test_too_few_ratings_and_a_wrong_date_are_told(lively: Lively, chromium: Browser, shots: Path):
    page = await chromium.new_page()
    await sign_in(page, lively.address, "nora", path="/calls?agent=bob")
    await expect(page.get_by_text("This choice holds 0 ratings.")).to_be_visible()
    await looked_at(page, shots, "calls-too-few", "supervisor")
    await page.goto(f"{lively.address}/calls?from=soon")
    await expect(page.get_by_role("alert")).to_contain_text("no whole day")
    assert await page.locator("#filter-from").input_value() == "soon"
    await looked_at(page, shots, "calls-refused", "supervisor")


async def test_an_agent_contests_a_supervisor_decides_and_the_figure_follows(
    lively: Lively, chromium: Browser, shots: Path
):
    agent = await (await chromium.new_context()).new_page()
    await sign_in(agent, lively.address, "anna", path="/calls?outcome=rated")
    await looked_at(agent, shots, "calls", "agent")
    await agent.locator("table.calls tbody a").first.click()
    await expect(agent.get_by_role("heading", name="My call of 2 Mar 2026")).to_be_visible()
    assert live_id(0).uniqueid[:6] not in agent.url
    await looked_at(agent, shots, "call", "agent")
    reason = agent.get_by_label("Why it should not count")
    await agent.evaluate("document.querySelector('form.contest').noValidate = true")
    await reason.fill("short")
    await agent.get_by_role("button", name="Contest the rating").click()
    await expect(agent.get_by_role("alert")).to_contain_text("at least 10 characters")
    await expect(reason).to_have_value("short")
    await expect(reason).to_be_focused()
    await looked_at(agent, shots, "contest-refused", "agent")
    await reason.fill(WHY)
    await agent.get_by_role("button", name="Contest the rating").click()
    await expect(agent.get_by_text("State: waits for a decision")).to_be_visible()

    supervisor = await (await chromium.new_context()).new_page()
    await sign_in(supervisor, lively.address, "nora", path="/contests")
    await expect(supervisor.get_by_text(WHY)).to_be_visible()
    await looked_at(supervisor, shots, "contests", "supervisor")
    await supervisor.get_by_role("link", name="Look at the call and decide").click()
    await looked_at(supervisor, shots, "decision", "supervisor")
    await supervisor.get_by_label("Leave it out").check()
    await supervisor.get_by_label("Why", exact=True).fill(BECAUSE)
    await supervisor.get_by_role("button", name="Decide").click()
    await expect(supervisor.locator("#counted")).to_contain_text("left out")
    await looked_at(supervisor, shots, "decided", "supervisor")
    await supervisor.goto(f"{lively.address}/calls?agent=ann&outcome=rated")
    await expect(supervisor.locator("#total")).to_have_text("10 calls")
    await expect(supervisor.locator("#left-out")).to_contain_text("1 call of this choice is left out")
    await supervisor.get_by_role("link", name="List them too").click()
    await expect(supervisor.locator("#total")).to_have_text("11 calls")
    await expect(supervisor.get_by_text("contested, left out of the figures")).to_be_visible()

    await agent.goto(f"{lively.address}/contests")
    await expect(agent.get_by_text(BECAUSE)).to_be_visible()
    await looked_at(agent, shots, "contests", "agent")


async def count_over_pages(page: Page) -> int:
    """Return how many lines the list has on all its pages."""
    lines = 0
    while True:
        lines += await page.locator("table.calls tbody tr").count()
        older = page.get_by_role("link", name="Older calls")
        if not await older.count():
            return lines
        await older.click()
        await page.wait_for_load_state()


@pytest.mark.parametrize("agent", [LOW_AS_PRESSED, NEEDS_HELP[1]])
async def test_every_outcome_of_an_agent_leads_to_as_many_calls(seeded: Seeded, chromium: Browser, agent: str):
    page = await chromium.new_page()
    account = seeded.accounts["root"]
    await sign_in(page, seeded.address, account.name, account.password, path=f"/agents/{agent}")
    report = await (await page.request.get(f"{seeded.address}/api/v1/kpi/agents")).json()
    (row,) = [each for each in report["agents"] if each["agent"] == agent]
    for outcome, many in row["outcomes"].items():
        await page.goto(f"{seeded.address}/calls?agent={agent}&outcome={outcome}")
        if many:
            await expect(page.locator("#total")).to_contain_text(re.compile(rf"^{many} calls?"))
        assert await count_over_pages(page) == many, outcome
    await page.goto(f"{seeded.address}/calls?agent={agent}")
    assert await count_over_pages(page) == row["handled"]


async def test_the_links_of_an_agent_s_page_hold_what_they_say(seeded: Seeded, chromium: Browser):
    page = await chromium.new_page()
    account = seeded.accounts["root"]
    await sign_in(page, seeded.address, account.name, account.password, path=f"/agents/{NEEDS_HELP[0]}")
    links = await page.locator("main a[href^='/calls?']").all()
    said = [((await each.text_content() or "").strip(), await each.get_attribute("href")) for each in links]
    numbered = [(int(text), href) for text, href in said if text.isdigit()]
    assert len(numbered) > 10
    for many, href in numbered:
        await page.goto(seeded.address + str(href))
        if many:
            await expect(page.locator("#total")).to_contain_text(re.compile(rf"^{many} calls?"))
        else:
            await expect(page.locator("#total")).to_contain_text("none fits this choice")


async def test_a_newcomer_s_few_ratings_of_a_week_are_not_listed(seeded: Seeded, chromium: Browser, shots: Path):
    page = await chromium.new_page()
    account = seeded.accounts["root"]
    await sign_in(page, seeded.address, account.name, account.password, path=NEWCOMERS_LAST_DAYS)
    await expect(page.get_by_text("These calls are not listed one by one")).to_be_visible()
    await looked_at(page, shots, "calls-newcomer", "admin")


async def test_an_imported_call_says_that_less_is_known(seeded: Seeded, chromium: Browser, shots: Path):
    page = await chromium.new_page()
    account = seeded.accounts["alma"]
    await sign_in(page, seeded.address, account.name, account.password, path="/calls?outcome=rated")
    await looked_at(page, shots, "calls-of-team", "supervisor")
    await page.locator("table.calls tbody a").first.click()
    await expect(page.get_by_text("This call came from a file")).to_be_visible()
    await looked_at(page, shots, "call-imported", "supervisor")
