"""The team page in a real Chromium, over a simulated call centre whose truth is known and over one that moves."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser import seeded as centre
from tests.browser.looking import complaints_of, looked_at, no_sideways_scrolling, no_violations, sign_in
from tests.browser.seeded import Seeded
from tests.memory_ports import StoredCall
from tests.web_site import Site


async def signed_in(chromium: Browser, seeded: Seeded, name: str, path: str = "/team") -> Page:
    page = await chromium.new_page(viewport={"width": 1280, "height": 900})
    await sign_in(page, seeded.address, name, centre.PASSWORD, path=path)
    return page


async def test_the_centre_shows_what_the_pages_are_for(chromium: Browser, seeded: Seeded) -> None:
    page = await signed_in(chromium, seeded, "root")
    answer = await page.request.get(f"{seeded.address}/api/v1/kpi/agents")
    rows = {row["agent"]: row for row in (await answer.json())["agents"]}
    truth = json.loads((seeded.ivr.folder / "truth.json").read_text())
    true = {each["agent"]: each["standardised"] for each in truth["agents"]}
    low = min((row for row in rows.values() if row["rated"] >= 10), key=lambda row: row["observed"]["estimate"])
    assert low["agent"] == centre.LOW_AS_PRESSED
    assert low["tier"] == 2
    assert {agent for agent, row in rows.items() if row["tier"] == 3} == set(centre.NEEDS_HELP)
    assert {agent for agent, row in rows.items() if row["tier"] == 1} == set(centre.CLEARLY_ABOVE)
    assert {agent for agent, row in rows.items() if row["flags"]} == set(centre.FLAGGED)
    assert rows[centre.NEWCOMER]["tier"] is None
    middle = sorted(true.values())[len(true) // 2]
    assert all(true[agent] < middle < true[centre.LOW_AS_PRESSED] for agent in centre.NEEDS_HELP)


@pytest.mark.parametrize(("name", "role"), [("alma", "supervisor"), ("root", "admin"), ("vida", "viewer")])
async def test_the_page_is_calm_and_open_to_everybody(
    chromium: Browser, seeded: Seeded, shots: Path, name: str, role: str
) -> None:
    page = await signed_in(chromium, seeded, name)
    complaints = complaints_of(page)
    await expect(page.locator("#live")).to_have_text("live")
    await looked_at(page, shots, "team", role)
    assert complaints == []


async def test_a_supervisor_sees_in_one_look_who_needs_help_and_what_cannot_be_told(
    chromium: Browser, seeded: Seeded, shots: Path
) -> None:
    page = await signed_in(chromium, seeded, "alma")
    below = page.locator(".card.below")
    await expect(below.get_by_role("link", name="Georg Lindner")).to_be_in_viewport()
    await expect(below.get_by_role("link")).not_to_have_count(0)
    await expect(below).not_to_contain_text("Tara")
    untold = page.locator(".card.untold")
    await expect(untold).to_be_in_viewport()
    await untold.get_by_text("Who they are").click()
    await expect(untold.get_by_role("link", name="Tara O’Neill")).to_be_visible()
    await expect(
        page.get_by_text(re.compile("Georg Lindner is clearly below the middle, and Tara O’Neill is not"))
    ).to_be_visible()
    await expect(page.get_by_text("1 Apr 2026: paced-123 became another version")).to_be_visible()
    georg = page.locator("tbody.below tr", has_text="Georg Lindner")
    # Above each other: the figure to compare by first and bold, the share as pressed last and not bold.
    places = {}
    for kind in ("standardised", "corrected", "observed"):
        place = await georg.locator(f".{kind}").bounding_box()
        assert place is not None
        places[kind] = place["y"]
    assert sorted(places, key=lambda kind: places[kind]) == ["standardised", "corrected", "observed"]
    await expect(georg.locator(".standardised strong")).to_have_css("font-weight", "700")
    await expect(georg.locator(".observed strong")).to_have_css("font-weight", "400")
    await expect(georg.locator(".standardised line.middle")).to_have_count(1)
    await expect(page.get_by_text(re.compile("sparse-531: very satisfied"))).to_be_visible()
    # Nobody of the other team.
    await expect(page.get_by_text("Petra Horvat")).to_have_count(0)
    await page.pdf(path=shots / "team-supervisor.pdf", format="A4", print_background=True)


async def test_each_figure_explains_itself_on_demand_by_keyboard(
    chromium: Browser, seeded: Seeded, shots: Path
) -> None:
    page = await signed_in(chromium, seeded, "alma")
    about = page.locator("#explain-key-corrected")
    await about.locator("summary").focus()
    await page.keyboard.press("Enter")
    explained = about.locator(".explained", has_text="It says how good the service is, not who is better.")
    await expect(explained).to_be_visible()
    await page.screenshot(path=shots / "team-supervisor-explained.png")
    await no_violations(page)
    await explained.get_by_role("link", name="How it is made").click()
    await expect(page).to_have_url(f"{seeded.address}/help/statistics/three-figures")


async def test_orders_and_filters_live_in_the_address(chromium: Browser, seeded: Seeded) -> None:
    page = await signed_in(chromium, seeded, "alma")
    order = page.locator(".orders").get_by_role("link", name=re.compile("^corrected level"))
    await order.focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{seeded.address}/team?order=corrected")
    rows = page.locator("tbody.untold tr[id]")
    level = rows.locator(".corrected strong")
    shares = [int(text.split()[0]) for text in await level.all_inner_texts()]
    assert shares == sorted(shares, reverse=True)
    await page.get_by_label("Queue").select_option("complaints")
    await page.get_by_role("button", name="Show").click()
    await expect(page).to_have_url(re.compile(r"/team\?.*order=corrected.*queue=complaints"))
    await expect(page.get_by_label("Queue")).to_have_value("complaints")
    await page.get_by_label("Name of an agent").fill("tar")
    await page.keyboard.press("Enter")
    await expect(page.locator("tbody tr[id]")).to_have_count(1)


async def test_what_makes_no_sense_is_said_beside_the_field(chromium: Browser, seeded: Seeded, shots: Path) -> None:
    page = await signed_in(chromium, seeded, "alma", "/team?from=soon&search=tara")
    field = page.get_by_label("From")
    await expect(field).to_have_value("soon")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_role("alert")).to_contain_text("no whole day; write whole days such as 2026-03-31")
    await expect(page.get_by_label("Name of an agent")).to_have_value("tara")
    await page.screenshot(path=shots / "team-supervisor-fault.png")
    await no_violations(page)


async def test_months_without_a_fit_say_so_and_can_be_computed(chromium: Browser, seeded: Seeded, shots: Path) -> None:
    page = await signed_in(chromium, seeded, "alma", "/team?from=2026-03-01&to=2026-03-31")
    await expect(page.get_by_role("heading", name="What cannot be told")).to_be_visible()
    await expect(page.get_by_role("button", name="Compute them now")).to_be_visible()
    await expect(page.locator(".card.below")).to_have_count(0)
    await looked_at(page, shots, "team-unfitted", "supervisor")


async def test_another_team_is_not_there(chromium: Browser, seeded: Seeded, shots: Path) -> None:
    page = await signed_in(chromium, seeded, "alma")
    answer = await page.goto(f"{seeded.address}/team?team={centre.BIRCH}")
    assert answer is not None
    assert answer.status == 404
    text = await page.locator("main").inner_text()
    other = await page.goto(f"{seeded.address}/team/nowhere")
    assert other is not None
    assert other.status == 404
    assert await page.locator("main").inner_text() == text
    await page.screenshot(path=shots / "team-supervisor-other-team.png")


@pytest.fixture
async def site() -> Site:
    made = Site()
    await made.add_users()
    for agent in ("ana", "ben"):
        made.tallies.calls += [StoredCall(agent=agent)] * 20
    made.tallies.in_progress = 3
    return made


async def test_the_page_updates_itself_and_leaves_open_what_was_opened(site: Site, chromium: Browser) -> None:
    async with site.serve() as address:
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        complaints = complaints_of(page)
        await sign_in(page, address, "adam", path="/team")
        await expect(page.locator("#live")).to_have_text("live")
        await expect(page.locator("#handled")).to_have_text("40")
        row = page.locator('[id="agent-ana"]')
        await row.get_by_text("More").click()
        await expect(row.get_by_text("20 rated")).to_be_visible()
        site.tallies.calls.append(StoredCall(agent="ana"))
        site.tallies.in_progress = 2
        await site.changes.announce()
        await expect(page.locator("#handled")).to_have_text("41")
        await expect(page.locator("#in-progress")).to_have_text("2")
        await expect(row.get_by_text("21 rated")).to_be_visible()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        await page.go_back()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert [each for each in complaints if "/events" not in each and "401" not in each] == []


async def test_the_page_is_whole_without_javascript(site: Site, chromium: Browser) -> None:
    async with site.serve() as address:
        context = await chromium.new_context(java_script_enabled=False, viewport={"width": 320, "height": 900})
        page = await context.new_page()
        await sign_in(page, address, "adam", path="/team")
        await expect(page.locator("#handled")).to_have_text("40")
        await page.get_by_label("Name of an agent").fill("ben")
        await page.get_by_role("button", name="Show").click()
        await expect(page.locator("tbody tr[id]")).to_have_count(1)
        await no_sideways_scrolling(page)
