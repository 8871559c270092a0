"""The choice of a language, before sign-in too."""

from http import HTTPStatus

from aiohttp import web

from ivr.web.forms import read_form
from ivr.web.languages import LANGUAGE_COOKIE, LANGUAGES
from ivr.web.own_paths import own_address
from ivr.web.routes import open_form
from ivr.web.security import set_cookie

_YEAR_SECONDS = 31_536_000


async def choose_language(request: web.Request) -> web.Response:
    """POST /language: the page that somebody came from, in another language.

    It changes nothing but a cookie of the browser that sent it, and comes from own pages alone; so no session's token
    is asked for, which a reader who has been signed out would not have.
    """
    posted = await read_form(request)
    language = posted.get("language", "")
    if language not in LANGUAGES:
        raise web.HTTPBadRequest
    back = own_address(posted.get("back"))
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": back or "/"})
    set_cookie(request, response, LANGUAGE_COOKIE, language, max_age_seconds=_YEAR_SECONDS)
    return response


ROUTES = (open_form("/language", choose_language),)
