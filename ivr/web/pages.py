"""The agents' page, and the part of it that is fetched again when there are new figures."""

from aiohttp import web

from ivr.usecases.report_agents import AgentReport
from ivr.web.charts import OUTCOME_GROUPS
from ivr.web.ports import LIVE, PORTS, SESSION, sees_everybody, visible_part
from ivr.web.query import PARAMETERS, window_of
from ivr.web.templates import render
from ivr.web.views import report_view


async def show_agents(request: web.Request) -> web.Response:
    """GET /: the whole page, complete without any script."""
    session = request[SESSION]
    return render(
        "agents.html",
        view=report_view(await _visible_report(request), request.app[PORTS].zone),
        groups=OUTCOME_GROUPS,
        user=session.user,
        roles=", ".join(sorted(session.user.roles)),
        csrf_token=session.csrf_token,
        everybody=sees_everybody(session),
        chosen={name: request.query.get(name, "") for name in PARAMETERS},
    )


async def show_agents_fragment(request: web.Request) -> web.Response:
    """GET /fragments/agents: the figures alone, for the same window."""
    session = request[SESSION]
    return render(
        "figures.html",
        view=report_view(await _visible_report(request), request.app[PORTS].zone),
        groups=OUTCOME_GROUPS,
        user=session.user,
        everybody=sees_everybody(session),
    )


async def _visible_report(request: web.Request) -> AgentReport:
    report = await request.app[LIVE].report(window_of(request))
    return visible_part(report, request[SESSION])
