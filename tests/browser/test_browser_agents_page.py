"""The agents' page in a real Chromium: figures, live updates, no complaint on the console, at three looks."""

import random
import re

import pytest
from playwright.async_api import BrowserContext, Page, expect

from ivr.domain.outcomes import Outcome
from tests.memory_ports import StoredCall
from tests.web_site import INSTRUMENTS, PASSWORD, Site

expect.set_options(timeout=30_000)  # a busy machine may be slow; nothing here is about speed

_SHARES = {
    Outcome.RATED: 42,
    Outcome.NO_KEY: 9,
    Outcome.INVALID_KEYS: 3,
    Outcome.OPTED_OUT: 2,
    Outcome.LEFT_IN_INTRO: 6,
    Outcome.LEFT_IN_MENU: 9,
    Outcome.LEFT_BEFORE_PROMPT: 4,
    Outcome.CALLER_LEFT_FIRST: 12,
    Outcome.TRANSFERRED_AWAY: 2,
    Outcome.UNAVAILABLE: 1,
    Outcome.NOT_SELECTED: 5,
    Outcome.TOO_SHORT: 4,
    Outcome.UNKNOWN: 1,
}


def some_calls(number: int, seed: int = 7) -> list[StoredCall]:
    """Return a believable, repeatable afternoon: ten agents in two teams, the last of them new."""
    drawn = random.Random(seed)
    agents = [
        "Ana Keller",
        "Ben Wolf",
        "Cem Yılmaz",
        "Dora Lind",
        "Eli Roth",
        "Fay Ito",
        "Gus Hahn",
        "Ida Berg",
        "王芳",
    ]
    calls = []
    for _ in range(number):
        agent = "Zoë New" if drawn.random() < 0.01 else drawn.choice(agents)
        outcome = drawn.choices(list(_SHARES), list(_SHARES.values()))[0]
        layout = drawn.choices(list(INSTRUMENTS.current), [5, 2, 2, 3])[0]
        category = drawn.choices([2, 1, 0], [70, 18, 12])[0] if outcome is Outcome.RATED else None
        calls.append(
            StoredCall(
                agent=None if drawn.random() < 0.01 else agent,
                team="blue" if agent < "E" else "red",
                layout=layout,
                outcome=outcome,
                category=category,
            )
        )
    return calls


@pytest.fixture
async def site() -> Site:
    made = Site()
    await made.add_users()
    made.tallies.calls += some_calls(900)
    made.tallies.in_progress = 3
    return made


async def _sign_in(context: BrowserContext, address: str, name: str = "sam") -> tuple[Page, list[str]]:
    """Sign in as a person does; returns the page and what its console complains of from now on."""
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    await page.goto(address)
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page, complaints


async def test_a_supervisor_sees_figures_that_update_themselves(site, chromium):
    async with site.serve() as address:
        context = await chromium.new_context(viewport={"width": 1280, "height": 900})
        page, complaints = await _sign_in(context, address)
        await expect(page.locator("#handled")).to_have_text("900")
        row = page.get_by_role("row", name=re.compile("Ana Keller"))
        await expect(row.get_by_role("cell").nth(4)).to_contain_text(re.compile(r"\d+ %\s+\(\d+–\d+ %\)\s+n = \d+"))
        await expect(page.locator("#live")).to_have_text("live")

        await row.get_by_text("in words").click()
        site.tallies.calls.append(StoredCall(agent="Ana Keller"))
        site.tallies.in_progress = 2
        await site.changes.announce()
        await expect(page.locator("#handled")).to_have_text("901")
        await expect(page.locator("#in-progress")).to_have_text("2")
        await expect(row.get_by_text(re.compile("caller left first"))).to_be_visible()  # what was opened stays open

        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        await page.go_back()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert [each for each in complaints if "/events" not in each] == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
async def test_the_page_fits_and_is_quiet(site, chromium, tmp_path, scheme, width):
    async with site.serve() as address:
        context = await chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
        page, complaints = await _sign_in(context, address)
        await expect(page.locator("#live")).to_have_text("live")
        overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        await page.screenshot(path=tmp_path / f"agents-{scheme}-{width}.png", full_page=True)
        assert overflow == 0
        assert complaints == []


async def test_an_agent_sees_the_own_figures(site, chromium, tmp_path):
    site.tallies.calls += [StoredCall(agent="ana", team="blue")] * 14
    async with site.serve() as address:
        context = await chromium.new_context(viewport={"width": 1280, "height": 900})
        page, complaints = await _sign_in(context, address, "ana")
        await expect(page.get_by_role("heading", name="Your figures")).to_be_visible()
        await expect(page.locator("tbody tr")).to_have_count(1)
        await page.screenshot(path=tmp_path / "own-figures.png", full_page=True)
        assert complaints == []


async def test_the_page_is_whole_without_javascript(site, chromium, tmp_path):
    async with site.serve() as address:
        context = await chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
        page = await context.new_page()
        await page.goto(address)
        await page.screenshot(path=tmp_path / "sign-in.png")
        await page.get_by_label("Name").fill("sam")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.locator("#handled")).to_have_text("900")
        await page.get_by_label("Queue").fill("nobody")
        await page.get_by_role("button", name="Show").click()
        await expect(page.get_by_text("No handled call in this selection yet.")).to_be_visible()
