"""Makes docs/images/agents.png: the agents' page after a demonstration of 150 calls, in a real Chromium.

Run it with the development environment: ``.venv/bin/python docs/picture.py``.
"""

import asyncio
import shutil
from pathlib import Path

from playwright.async_api import async_playwright

from ivr.bootstrap.demo import running_demo
from ivr.usecases.accounts import Role

CALLS, RATE, SEED = 150, 6.0, 1
PICTURE = Path(__file__).parent / "images" / "agents.png"


async def main() -> None:
    """Run the calls, sign in as a supervisor, and take the picture."""
    async with running_demo(print, keep=False) as running, async_playwright() as playwright:
        await running.demo.run(running.demo.plan(CALLS, SEED), RATE)
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1280, "height": 1000})
        (sign_in,) = [each for each in running.sign_ins if each.role is Role.SUPERVISOR]
        await page.goto(running.dashboard)
        await page.get_by_label("Name").fill(sign_in.name)
        await page.get_by_label("Password").fill(sign_in.password)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url(running.dashboard)
        await page.wait_for_timeout(1000)
        await page.screenshot(path=PICTURE)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
