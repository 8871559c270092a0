"""A real Chromium for the tests of the pages."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.seeded import seeded  # noqa: F401 - a fixture

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("no Chromium on this machine; install it with: apt-get install chromium")
    # Started as root, Chromium needs to be told that it has no sandbox; it only meets our own pages here.
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
def shots() -> Path:
    """The folder that pictures of pages are kept in: PAGE-ROLE-KIND.png."""
    folder = Path(__file__).parents[2] / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
