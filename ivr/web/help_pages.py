"""Help: how the figures are made, in the words of the documentation that comes with the service."""

from aiohttp import web

from ivr.domain.access import Right
from ivr.web.help_shelf import PREFIX, HelpShelf
from ivr.web.routes import page
from ivr.web.templates import render

HELP = web.AppKey("help", HelpShelf)


async def show_help(request: web.Request) -> web.StreamResponse:
    """GET /help/PAGE: a page of the documentation, or a picture of one."""
    name = request.match_info["name"]
    shelf = request.app[HELP]
    if (picture := shelf.picture(name)) is not None:
        return web.FileResponse(picture)
    found = shelf.page(name)
    if found is None:
        raise web.HTTPNotFound
    return render(request, "help.html", page=found, name=name)


ROUTES = (page(PREFIX + "/{name:.+}", show_help, Right.OWN_ACCOUNT),)
