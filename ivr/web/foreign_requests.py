"""Foreign requests: what another site's page has a browser send here.

Forms carry a token that another site cannot know. This is the second lock: browsers say themselves where a request
comes from, and a change that comes from elsewhere is refused before anything reads it.
"""

from urllib.parse import urlsplit

from aiohttp import web

_OWN = frozenset({"same-origin", "none"})
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def is_reading(request: web.Request) -> bool:
    """Say whether the request changes nothing."""
    return request.method in _READING


def is_foreign(request: web.Request) -> bool:
    """Say whether the request would change something and comes from another site's page.

    A script sends neither header, which is no fault: it carries a token of its own.
    """
    if is_reading(request):
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in _OWN
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host
