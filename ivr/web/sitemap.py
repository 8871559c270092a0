"""The sitemap: every route there is. What is not in it has no address."""

from collections.abc import Sequence

from aiohttp import web

from ivr.web import (
    account_pages,
    agent_pages,
    audit_pages,
    authenticator_pages,
    call_page,
    calls_page,
    contest_pages,
    events,
    experiment_pages,
    help_pages,
    language_pages,
    layout_pages,
    own_data_pages,
    pages,
    password_pages,
    people_pages,
    person_pages,
    probes,
    session_pages,
    sign_in_pages,
    system_pages,
    team_pages,
    token_pages,
    wallboard_pages,
)
from ivr.web.api import agents, calls, description, experiments, figures, layouts, team, wallboard
from ivr.web.routes import DECLARED, Route

SITEMAP: Sequence[Route] = (
    *sign_in_pages.ROUTES,
    *language_pages.ROUTES,
    *account_pages.ROUTES,
    *password_pages.ROUTES,
    *authenticator_pages.ROUTES,
    *session_pages.ROUTES,
    *token_pages.ROUTES,
    *own_data_pages.ROUTES,
    *people_pages.ROUTES,
    *person_pages.ROUTES,
    *audit_pages.ROUTES,
    *pages.ROUTES,
    *team_pages.ROUTES,
    *agent_pages.ROUTES,
    *calls_page.ROUTES,
    *call_page.ROUTES,
    *contest_pages.ROUTES,
    *layout_pages.ROUTES,
    *experiment_pages.ROUTES,
    *wallboard_pages.ROUTES,
    *help_pages.ROUTES,
    *system_pages.ROUTES,
    *events.ROUTES,
    *description.ROUTES,
    *figures.ROUTES,
    *agents.ROUTES,
    *team.ROUTES,
    *calls.ROUTES,
    *layouts.ROUTES,
    *experiments.ROUTES,
    *wallboard.ROUTES,
    *probes.ROUTES,
)


def add_routes(app: web.Application) -> None:
    """Give ``app`` every route; a page that streams answers no HEAD.

    The gate finds a route again by the name that the router gives its address, which leaves patterns out.
    """
    declared = {}
    for each in SITEMAP:
        if each.method == "GET":
            added = app.router.add_get(each.path, each.handler, allow_head=each.path != "/events")
        else:
            added = app.router.add_route(each.method, each.path, each.handler)
        if added.resource is not None:
            declared[each.method, added.resource.canonical] = each
    app[DECLARED] = declared
