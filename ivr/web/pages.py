"""The front door: leads everybody to the page that they begin with."""

from aiohttp import web

from ivr.domain.access import Right
from ivr.web.navigation import home_of
from ivr.web.ports import SESSION
from ivr.web.routes import page


async def go_home(request: web.Request) -> web.Response:
    """GET /: leads to the page that the reader begins with."""
    raise web.HTTPSeeOther(home_of(request[SESSION].user))


ROUTES = (page("/", go_home, Right.OWN_ACCOUNT),)
