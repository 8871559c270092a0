"""Makes docs/images/{team,agent,layout}.png: pages of the demonstration with its past, in a real Chromium.

Run it with the development environment: ``.venv/bin/python docs/picture.py``. It waits for the first fit.
"""

import asyncio
import shutil
from pathlib import Path

from playwright.async_api import async_playwright, expect

from ivr.bootstrap.demo import running_demo
from ivr.domain.access import Role

CALLS, RATE, SEED = 24, 2.0, 1
IMAGES = Path(__file__).parent / "images"
PATIENCE_MS = 180_000


async def main() -> None:
    """Run the calls, sign in as a supervisor, and take the pictures."""
    async with running_demo(print, keep=False, history=True) as running, async_playwright() as playwright:
        await running.demo.run(running.demo.plan(CALLS, SEED), RATE)
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1280, "height": 1180}, color_scheme="light")
        (sign_in,) = [each for each in running.sign_ins if each.role is Role.SUPERVISOR]
        await page.goto(running.dashboard)
        await page.get_by_label("Name").fill(sign_in.name)
        await page.get_by_label("Password").fill(sign_in.password)
        await page.get_by_role("button", name="Sign in").click()
        # The page becomes so by itself once the figures are fitted.
        await expect(page.get_by_text("Clearly above the middle").first).to_be_visible(timeout=PATIENCE_MS)
        await page.screenshot(path=IMAGES / "team.png")
        await page.locator("#live-part table a[href*='/agents/']").first.click()
        await expect(page.get_by_role("heading", name="Three figures")).to_be_visible()
        await page.screenshot(path=IMAGES / "agent.png")
        await page.goto(f"{running.dashboard}layouts/paced-123")
        await expect(page.get_by_role("heading", name="As callers hear it")).to_be_visible()
        await page.screenshot(path=IMAGES / "layout.png")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
