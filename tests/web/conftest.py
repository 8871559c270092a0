"""A running site, and a browser that can sign in to it."""

from collections.abc import AsyncIterator

import pytest

from tests.web_site import Browser, Site


@pytest.fixture
async def site() -> Site:
    made = Site()
    await made.add_users()
    return made


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[Browser]:
    async with site.serve() as address:
        made = Browser(address)
        yield made
        await made.client.close()
