"""The figures for scripts."""

from aiohttp import web

from ivr.usecases.report_json import report_json
from ivr.web.ports import PORTS, SESSION, visible_part
from ivr.web.query import window_of


async def agents(request: web.Request) -> web.Response:
    """GET /api/v1/kpi/agents: the report of the window, computed now; an agent gets the own row."""
    report = await request.app[PORTS].agent_reports(window_of(request))
    return web.json_response(report_json(visible_part(report, request[SESSION])))
