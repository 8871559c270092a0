"""Forms: what a browser posted, or a refusal where it cannot be read."""

from collections.abc import Mapping

from aiohttp import web


async def read_form(request: web.Request) -> Mapping[str, str]:
    """Return the text fields of a posted form; files are no part of any form here.

    Raises:
        HTTPBadRequest: for a body that is no form, and as aiohttp does for one that is too large.
    """
    try:
        posted = await request.post()
    except (ValueError, LookupError) as error:  # a boundary that is missing, a character set that nobody knows
        raise web.HTTPBadRequest from error
    return {name: value for name, value in posted.items() if isinstance(value, str)}
