"""The agent page in a real browser, over the seeded centre: read, clicked through, printed, and looked at."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.looking import complaints_of, looked_at, sign_in
from tests.browser.seeded import EXCLUDED, EXCLUDED_OF, FLAGGED, NAMES, NEEDS_HELP, PASSWORD, Seeded

SELECTED = "agent-16"


@pytest.fixture
async def page(chromium: Browser) -> Page:
    return await chromium.new_page(viewport={"width": 1280, "height": 900})


async def opened(page: Page, seeded: Seeded, name: str, path: str) -> None:
    await sign_in(page, seeded.address, name, PASSWORD, path=path)
    await expect(page.locator("#figures")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "path", "role"),
    [
        ("bruno", f"/agents/{SELECTED}", "supervisor"),
        ("vida", f"/agents/{FLAGGED[0]}", "viewer"),
        ("root", f"/agents/{EXCLUDED_OF}", "admin"),
        ("petra", "/me", "agent"),
    ],
)
async def test_the_page_is_sound_for_each_reader(
    page: Page, seeded: Seeded, shots: Path, name: str, path: str, role: str
) -> None:
    complaints = complaints_of(page)
    await opened(page, seeded, name, path)
    await looked_at(page, shots, "agent", role)
    assert complaints == []


async def test_what_is_opened_on_demand_is_sound_too(page: Page, seeded: Seeded, shots: Path) -> None:
    await opened(page, seeded, "bruno", f"/agents/{SELECTED}")
    for summary in await page.locator("main details > summary").all():
        await summary.press("Enter")
    await looked_at(page, shots, "agent-opened", "supervisor")
    assert await page.locator("main details:not([open])").count() == 0


async def test_somebody_who_needs_help_is_told_apart_although_the_keys_do_not_show_it(
    page: Page, seeded: Seeded
) -> None:
    assert SELECTED in NEEDS_HELP
    await opened(page, seeded, "bruno", f"/agents/{SELECTED}")
    await expect(page.get_by_role("heading", name=NAMES[SELECTED], level=1)).to_be_visible()
    await expect(page.get_by_text("Clearly below the middle of the agents.")).to_be_visible()
    funnel = await page.locator("#among").inner_text()
    rough, usual, why = (
        funnel.index(each)
        for each in (
            "The comparable figure is clearly below the middle",
            "Among shares as pressed, this one is usual",
            "Shares as pressed alone would not have shown",
        )
    )
    assert rough < usual < why
    assert await page.locator("#among strong").count() == await page.locator("#among .explained strong").count()


async def test_the_team_stands_beside_the_own_figures_where_it_is_large_enough(page: Page, seeded: Seeded) -> None:
    await opened(page, seeded, "petra", "/me")
    await expect(
        page.get_by_text(re.compile(r"Team: the \d+ others of Birch, [\d,]+ handled calls together"))
    ).to_be_visible()
    shares = await page.locator("#path td.beside").all_inner_texts()
    assert shares[0] == "100 %"
    assert await page.locator("#path tbody tr").count() == len(shares)
    await expect(page.locator("#pressed .beside").first).to_have_text(re.compile(r"team \d+ % \(\d+ to \d+ %\)"))


async def test_a_number_leads_to_as_many_calls(page: Page, seeded: Seeded) -> None:
    await opened(page, seeded, "bruno", f"/agents/{SELECTED}")
    row = page.get_by_role("row").filter(has_text="no key pressed")
    number = await row.get_by_role("link").inner_text()
    await row.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(r"/calls\?agent=agent-16&outcome=no_key"))
    await expect(page.get_by_text(re.compile(rf"\b{number}\b")).first).to_be_visible()


async def test_a_point_of_the_trend_is_a_link_that_the_keyboard_reaches(page: Page, seeded: Seeded) -> None:
    await opened(page, seeded, "bruno", f"/agents/{SELECTED}")
    point = page.locator("svg.over-time a").first
    await point.focus()
    spoken = await point.get_attribute("aria-label")
    assert re.fullmatch(r".+: \d+ % \(\d+ to \d+ %\), \d+ ratings?", spoken)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/calls\?agent=agent-16&outcome=rated&from=2026-03-02&to=2026-03-08"))


async def test_the_line_breaks_where_callers_heard_a_new_version(page: Page, seeded: Seeded) -> None:
    await opened(page, seeded, "bruno", f"/agents/{SELECTED}")
    await expect(page.locator("svg.over-time line.break")).to_have_count(1)
    assert await page.locator("svg.over-time polyline").count() == 2
    await expect(page.get_by_text(re.compile(r"From 1 Apr 2026: a new version of paced-123"))).to_be_visible()


async def test_a_peer_in_the_funnel_leads_to_the_peers_page(page: Page, seeded: Seeded) -> None:
    await opened(page, seeded, "bruno", f"/agents/{SELECTED}?site=north")
    peer = page.locator("svg.funnel a").first
    name = (await peer.get_attribute("aria-label")).partition(":")[0]
    await peer.click()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await expect(page).to_have_url(re.compile(r"\?site=north"))


async def test_the_own_page_is_the_same_figures_without_anybody_else(page: Page, seeded: Seeded) -> None:
    await opened(page, seeded, "petra", "/me")
    text = await page.locator("main").inner_text()
    assert "Your three figures" in text
    assert [name for key, name in NAMES.items() if key != SELECTED and name in text] == []
    assert [key for key in NAMES if key != SELECTED and key in await page.content()] == []
    await expect(page.locator("svg.funnel a")).to_have_count(0)
    await expect(page.locator("svg.funnel path.cloud")).to_have_count(1)


async def test_an_agent_is_told_who_looked(chromium: Browser, page: Page, seeded: Seeded) -> None:
    await opened(page, seeded, "alma", "/agents/agent-20")
    await expect(page.get_by_text("Your looking at this page has been noted.")).to_be_visible()
    own = await chromium.new_page()
    await opened(own, seeded, "tara", "/me")
    await expect(own.locator(".who-looked")).to_contain_text("alma")


async def test_the_figures_stand_with_and_without_what_was_taken_out(page: Page, seeded: Seeded) -> None:
    await opened(page, seeded, "root", f"/agents/{EXCLUDED_OF}")
    await expect(page.get_by_role("link", name=f"{EXCLUDED} calls taken out")).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Rated", exact=True)).last
    counted, with_them = map(int, await row.get_by_role("cell").all_inner_texts())
    assert with_them - counted == EXCLUDED


async def test_the_page_needs_no_script(chromium: Browser, seeded: Seeded) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await opened(page, seeded, "bruno", f"/agents/{SELECTED}")
    await expect(page.locator("svg.over-time circle.mark").first).to_be_visible()
    await page.locator("#over-time-table summary").click()
    await expect(page.locator("#over-time-table table")).to_be_visible()
