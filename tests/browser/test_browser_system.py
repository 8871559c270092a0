"""How the service runs, and the documentation behind a figure, in a real Chromium."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from ivr.usecases.vital_signs import Readings, VitalSigns, judge
from tests.browser.looking import complaints_of, looked_at, sign_in
from tests.web_site import Site

_BAD = Readings(
    1800.0,
    added={("ivr_questions_total", "unavailable"): 3.0, ("ivr_fit_failures_total", ""): 1.0},
    p99={("ivr_agi_gap_seconds", ""): 0.1, ("ivr_event_loop_delay_seconds", ""): float("inf")},
    sums={("ivr_ami_gap_seconds", ""): 95.0},
    numbers={"ivr_ami_connected": 0.0, "ivr_fit_age_seconds": 7200.0},
)


async def _dead() -> str | None:
    return "the database does not answer; look at its disk"


@pytest.fixture
async def site() -> Site:
    made = Site()
    await made.add_users()
    made.signs = lambda: VitalSigns(_BAD.seconds, 2, judge(_BAD, has_manager=True))
    return made


async def test_operations_see_in_plain_words_what_is_not_well(site: Site, chromium: Browser, shots: Path) -> None:
    site.readiness["database"] = _dead
    async with site.serve() as address:
        page = await chromium.new_page()
        complaints = complaints_of(page)
        await sign_in(page, address, "otto", path="/system")
        await expect(page.locator(".verdict")).to_contain_text("Not well")
        prompts = page.locator("#sign-prompt_faults")
        await expect(prompts).to_contain_text("3")
        await expect(prompts).to_contain_text("ivr prompts check")
        await expect(page.locator("#sign-manager_gaps")).to_contain_text("95 s")
        await expect(page.locator("#sign-commits")).to_contain_text("Nothing seen")
        await expect(page.get_by_text("the database does not answer")).to_be_visible()
        await looked_at(page, shots, "system", "ops")
        assert complaints == []


async def test_a_figure_s_explanation_leads_to_how_it_is_made(site: Site, chromium: Browser, shots: Path) -> None:
    async with site.serve() as address:
        page = await chromium.new_page()
        complaints = complaints_of(page)
        await sign_in(page, address, "vera", path="/help/statistics/three-figures")
        await expect(page.locator("article img").first).to_have_js_property("complete", value=True)
        assert await page.locator("article img").first.evaluate("image => image.naturalWidth") > 0
        await looked_at(page, shots, "help", "viewer")
        await page.get_by_role("link", name="All methods").click()
        await expect(page).to_have_url(f"{address}/help/statistics")
        assert complaints == []
