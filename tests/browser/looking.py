"""Looking at a page as a strict reader does: what axe finds, what the console complains of, what sticks out."""

from pathlib import Path

import axe_playwright_python
from playwright.async_api import Page, expect

from tests.web_site import PASSWORD

expect.set_options(timeout=30_000)  # a busy machine may be slow; nothing here is about speed

_AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_KNOWN_KINDS = ("light", "dark", "narrow", "print")
_WIDTHS = (320, 400, 640, 768, 960, 1024, 1152, 1280)


async def no_violations(page: Page, *, best_practice: bool = False) -> None:
    """Have axe look at the page as it is now, by WCAG 2.0 to 2.2 A and AA; fails with what it finds.

    The page's policy lets no script in, so axe is evaluated by the browser's own debugger.
    """
    await page.evaluate(_AXE.read_text())
    tags = _RULES if best_practice else _RULES[:-1]
    found = await page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags)
    told = [
        f"{each['id']} ({each['impact']}): {each['help']}\n    {node['target']} {node['html'][:200]}\n"
        f"      {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
    assert not told, f"axe on {page.url}:\n" + "\n".join(told)


async def no_sideways_scrolling(page: Page) -> None:
    """Fail where the page is wider than its window."""
    over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if over > 0:
        wide = await page.evaluate(
            """() => Array.from(document.querySelectorAll("main *, header *, footer *"))
                .filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.scrollWidth > innerWidth)
                .filter(e => !e.closest(".scroll, details:not([open]) > :not(summary)"))
                .slice(0, 5).map(e => e.outerHTML.slice(0, 150))"""
        )
        raise AssertionError(f"{page.url} at {page.viewport_size} is {over} px too wide: {wide}")


def complaints_of(page: Page) -> list[str]:
    """Return a list that fills with what the console complains of, errors of scripts and requests that failed."""
    complaints: list[str] = []
    kinds = {"error", "warning"}
    page.on("console", lambda message: complaints.append(message.text) if message.type in kinds else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


async def sign_in(page: Page, address: str, name: str, password: str = PASSWORD, *, path: str = "/") -> None:
    """Sign in as a person does, on the way to ``path``."""
    await page.goto(address + path)
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name="Sign out", exact=True).first).to_be_visible()


async def looked_at(page: Page, shots: Path, name: str, role: str) -> None:
    """Keep pictures of the page in light, dark, at 320 px and as printed, and have each checked.

    Leaves the page in light at 1280 px.
    """
    for kind in _KNOWN_KINDS:
        await page.emulate_media(
            color_scheme="dark" if kind == "dark" else "light", media="print" if kind == "print" else "screen"
        )
        await page.set_viewport_size({"width": 320 if kind == "narrow" else 1280, "height": 900})
        await page.screenshot(path=shots / f"{name}-{role}-{kind}.png", full_page=True)
        if kind != "print":
            await no_violations(page)
    await page.emulate_media(color_scheme="light", media="screen")
    for width in _WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        await no_sideways_scrolling(page)
