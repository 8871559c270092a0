"""A real call on a real Asterisk appears on the open page of a signed-in supervisor, in a real Chromium."""

import re
from pathlib import Path

from playwright.async_api import Browser, expect

from ivr.bootstrap.demo import running_demo
from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press


async def test_a_real_rating_appears_while_the_page_is_open(chromium: Browser, tmp_path: Path) -> None:
    plan = CallPlan(1, "+442079460123", "support", Behaviour.PRESSES, 1.6, (Press("1", Anchor.FIRST_FRAME, 2500),))
    async with running_demo(lambda _text: None, keep=False) as running:
        (sign_in,) = [each for each in running.sign_ins if each.role.value == "supervisor"]
        page = await chromium.new_page(viewport={"width": 1280, "height": 900})
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        await page.goto(running.dashboard)
        await page.get_by_label("Name").fill(sign_in.name)
        await page.get_by_label("Password").fill(sign_in.password)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page).to_have_url(running.dashboard)
        await page.evaluate("window.sameDocument = true")

        comparison = await running.demo.run([plan], rate=1)
        (call,) = comparison.calls
        assert call.difference is None
        assert call.row is not None
        assert call.row.outcome is Outcome.RATED
        agent = page.get_by_role("row", name=re.compile(call.row.agent or "nobody"))
        await expect(agent).to_be_visible(timeout=20_000)
        # Not reloaded: the rating came to the page that was open.
        assert await page.evaluate("window.sameDocument") is True
        await page.screenshot(path=tmp_path / "live.png", full_page=True)
        assert complaints == []
