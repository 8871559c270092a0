"""Layouts and experiments as a supervisor sees them: side by side, heard, and judged; in a real Chromium."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.looking import complaints_of, looked_at, sign_in
from tests.browser.seeded import BREAK_OF, EXPERIMENT, PASSWORD, Seeded

GIVEN = ("paced-123", "reversed-123", "sequential-123", "sparse-531")


@pytest.fixture
async def page(chromium: Browser) -> Page:
    return await chromium.new_page(viewport={"width": 1280, "height": 900})


async def test_the_layouts_stand_side_by_side_with_what_they_do(seeded: Seeded, page: Page, shots: Path) -> None:
    complaints = complaints_of(page)
    await sign_in(page, seeded.address, "vida", PASSWORD, path="/layouts")
    for layout in GIVEN:
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=layout, exact=True))
        await expect(row.locator("svg.timeline")).to_be_visible()
        await expect(row).to_contain_text("n = ")
    leading = page.get_by_role("row").filter(has=page.get_by_role("link", name="paced-123", exact=True))
    await expect(leading).to_contain_text("leads callers, nobody signed")
    await expect(leading).to_contain_text("points")
    await looked_at(page, shots, "layouts", "viewer")
    assert complaints == []


async def test_a_layout_plays_along_its_timeline(seeded: Seeded, page: Page, shots: Path) -> None:
    complaints = complaints_of(page)
    await sign_in(page, seeded.address, "alma", PASSWORD, path=f"/layouts/{BREAK_OF}")
    await looked_at(page, shots, "layout", "supervisor")
    player, playhead = page.locator("audio"), page.locator(".playhead")
    await expect(playhead).to_have_attribute("hidden", "")
    await page.get_by_text("Every part, and what can follow").click()
    # A press on the moment of a part plays from there, and the line on the drawing goes along.
    pause = page.get_by_role("row").filter(has_text="[silence, keys are taken]").first
    begins = float(await pause.get_attribute("data-begins") or "nan")
    await pause.get_by_role("link").click()
    await page.wait_for_function("from => document.querySelector('audio').currentTime > from + 0.3", arg=begins)
    await expect(playhead).not_to_have_attribute("hidden", "")
    first = await _line(page)
    await page.wait_for_function(
        "from => Number(document.querySelector('.playhead line').getAttribute('x1')) > from + 5", arg=first
    )
    await player.evaluate("player => player.pause()")
    await page.screenshot(path=shots / "layout-playing-supervisor-light.png")
    # The line stands where the sound is, and so does the mark in the table: they have one clock.
    chart = page.locator("svg.timeline[data-seconds]")
    seconds, span, left = [
        float(await chart.get_attribute(f"data-{name}") or "nan") for name in ("seconds", "span", "left")
    ]
    now = await player.evaluate("player => player.currentTime")
    assert await _line(page) == pytest.approx(left + span * min(now, seconds) / seconds, abs=1.0)
    marked = page.locator("tr.now")
    await expect(marked).to_have_count(1)
    at, lasts = [float(await marked.get_attribute(f"data-{name}") or "nan") for name in ("begins", "seconds")]
    assert at <= now < at + lasts
    # A press on the drawing plays from there.
    box = await chart.bounding_box()
    assert box is not None
    await chart.click(position={"x": box["width"] * 0.05, "y": box["height"] * 0.4})
    await page.wait_for_function("at => document.querySelector('audio').currentTime < at", arg=now - 1)
    await player.evaluate("player => player.pause()")
    assert complaints == []


async def _line(page: Page) -> float:
    """Return where the line on the drawing stands."""
    return float(await page.locator(".playhead line").get_attribute("x1") or "nan")


async def test_versions_are_a_series_that_breaks(seeded: Seeded, page: Page) -> None:
    await sign_in(page, seeded.address, "vida", PASSWORD, path=f"/layouts/{BREAK_OF}")
    versions = page.get_by_role("region", name="Versions", exact=True).get_by_role("row")
    heard_now = versions.filter(has_text="heard now")
    await expect(heard_now).to_contain_text("published")
    await expect(versions.filter(has_text="5e1f0c9a7b32")).to_contain_text("1 Apr 2026")
    await expect(page.locator("svg.spans rect.block")).to_have_count(2)


async def test_an_experiment_is_judged_by_what_holds_at_every_look(seeded: Seeded, page: Page, shots: Path) -> None:
    complaints = complaints_of(page)
    await sign_in(page, seeded.address, "otto", PASSWORD, path="/experiments")
    await expect(page.get_by_text("assigns the calls now")).to_be_visible()
    await looked_at(page, shots, "experiments", "ops")
    await page.get_by_role("link", name=EXPERIMENT, exact=True).click()
    await expect(page.get_by_role("heading", name="What may be said today")).to_be_visible()
    await expect(page.get_by_text("Locked at the start")).to_be_visible()
    await expect(page.get_by_text("Yes: chance explains the difference").first).to_be_visible()
    await expect(page.locator("polygon.band")).to_have_count(2 * (len(GIVEN) - 1))
    log = page.get_by_role("region", name="What was decided").get_by_role("row")
    await expect(log.filter(has_text="started")).to_have_count(1)
    await looked_at(page, shots, "experiment", "ops")
    # What the drawing shows stands beside it as a table.
    await page.get_by_text("the last looks as a table").first.click()
    await expect(page.get_by_role("columnheader", name="Interval at every look").first).to_be_visible()
    assert complaints == []


async def test_an_agent_has_no_such_pages(seeded: Seeded, page: Page) -> None:
    await sign_in(page, seeded.address, "petra", PASSWORD)
    for path in ("/layouts", f"/layouts/{BREAK_OF}", "/experiments", f"/experiments/{EXPERIMENT}", "/wallboard"):
        answer = await page.goto(seeded.address + path)
        assert answer is not None
        assert answer.status == 403, path


async def test_without_scripts_the_sound_still_plays(seeded: Seeded, chromium: Browser) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{seeded.address}/layouts/{BREAK_OF}")
    await page.get_by_label("Name").fill("vida")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    player = page.locator("audio")
    await expect(player).to_be_visible()
    answer = await context.request.get(seeded.address + str(await player.get_attribute("src")))
    assert (answer.status, answer.headers["content-type"]) == (200, "audio/wav")
    await context.close()
