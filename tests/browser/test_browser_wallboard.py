"""The wallboard on a screen: large, dark, live; a lost connection is shown and mends by itself. In a real Chromium."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from ivr.domain.outcomes import Outcome
from tests.browser.looking import complaints_of, no_sideways_scrolling, no_violations, sign_in
from tests.memory_ports import StoredCall
from tests.web_site import Site


class Wire:
    """A line between browser and service that can be cut and mended; it keeps its port."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection(self._host, self._port)
        self._writers |= {writer, here}
        await asyncio.gather(_pour(reader, here), _pour(there, writer))
        self._writers -= {writer, here}


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, asyncio.CancelledError):
        while chunk := await source.read(65536):
            target.write(chunk)
            await target.drain()
    with suppress(ConnectionError):
        target.close()


@asynccontextmanager
async def wired(address: str) -> AsyncIterator[tuple[str, Wire]]:
    host, _, port = address.removeprefix("http://").partition(":")
    wire = Wire(host, int(port))
    await wire.mend()
    try:
        yield f"http://127.0.0.1:{wire.port}", wire
    finally:
        await wire.cut()


@pytest.fixture
async def site() -> Site:
    made = Site()
    await made.add_users()
    made.periods.count("ana", 4321)
    await made.fit()
    made.pass_time(minutes=12)
    ends = (
        *[Outcome.RATED] * 123,
        *[Outcome.NO_KEY] * 60,
        *[Outcome.LEFT_IN_MENU] * 44,
        *[Outcome.LEFT_BEFORE_PROMPT] * 31,
        *[Outcome.CALLER_LEFT_FIRST] * 80,
        *[Outcome.NOT_SELECTED] * 39,
    )
    made.tallies.calls += [
        StoredCall(outcome=end, category=2 if end is Outcome.RATED else None, queue="support" if place % 3 else "sales")
        for place, end in enumerate(ends)
    ]
    made.tallies.in_progress = 7
    return made


@pytest.fixture
async def page(chromium: Browser) -> Page:
    return await chromium.new_page(viewport={"width": 1920, "height": 1080})


async def test_it_is_read_from_across_a_room(site: Site, page: Page, shots: Path) -> None:
    async with site.serve() as address:
        complaints = complaints_of(page)
        await sign_in(page, address, "vera")
        await page.goto(f"{address}/wallboard")
        await expect(page.locator("#handled")).to_have_text("377")
        await expect(page.locator("#level")).to_contain_text("55 %")
        await expect(page.locator("#level")).to_contain_text("12 min")
        await expect(page.locator("#in-progress")).to_have_text("7")
        # Everything is on the screen at once, and a figure is a tenth of it high.
        assert await page.evaluate("document.documentElement.scrollHeight") <= 1080
        for figure in ("#handled", "#rated", "#response", "#level"):
            size = await page.locator(figure).evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
            assert size >= 108
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(6, 9, 10)"
        await page.screenshot(path=shots / "wallboard-viewer-dark.png")
        await no_violations(page)
        await page.set_viewport_size({"width": 320, "height": 800})
        await page.screenshot(path=shots / "wallboard-viewer-narrow.png", full_page=True)
        await no_violations(page)
        await no_sideways_scrolling(page)
        assert complaints == []
        await page.goto("about:blank")


async def test_it_counts_a_call_that_ends_and_says_when_it_is_cut_off(site: Site, page: Page, shots: Path) -> None:
    async with site.serve() as address, wired(address) as (through, wire):
        await sign_in(page, through, "vera")
        await page.goto(f"{through}/wallboard")
        connection = page.locator("#live")
        await expect(connection).to_have_attribute("data-state", "live")
        site.tallies.calls.append(StoredCall())
        await site.changes.announce()
        await expect(page.locator("#handled")).to_have_text("378")
        await wire.cut()
        await expect(connection).to_have_attribute("data-state", "lost")
        await expect(connection).to_contain_text("Connection lost")
        size = await connection.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        assert size >= 54
        await page.screenshot(path=shots / "wallboard-viewer-lost.png")
        await no_violations(page)
        site.tallies.calls.append(StoredCall())
        await wire.mend()
        await expect(connection).to_have_attribute("data-state", "live")
        await expect(page.locator("#handled")).to_have_text("379")
        await page.goto("about:blank")


async def test_the_address_chooses_what_is_shown(site: Site, page: Page) -> None:
    async with site.serve() as address:
        await sign_in(page, address, "vera")
        await page.goto(f"{address}/wallboard")
        await page.get_by_label("Queue").select_option("sales")
        await page.get_by_role("button", name="Show").click()
        await expect(page.get_by_text("Queue sales")).to_be_visible()
        assert "queue=sales" in page.url
        await expect(page.locator("#handled")).to_have_text("126")
        await page.goto("about:blank")
