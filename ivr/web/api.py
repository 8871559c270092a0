"""The figures for scripts."""

from http import HTTPStatus

from aiohttp import web

from ivr.usecases.fits import Months
from ivr.usecases.report_json import layout_report_json, report_json
from ivr.usecases.report_layouts import layouts_of
from ivr.web.forms import read_form
from ivr.web.ports import PORTS, SESSION, sees_everybody, visible_part
from ivr.web.problems import problem
from ivr.web.query import window_of


async def agents(request: web.Request) -> web.Response:
    """GET /api/v1/kpi/agents: the report of the window, computed now; an agent gets the own row."""
    report = await request.app[PORTS].agent_reports(window_of(request))
    return web.json_response(report_json(visible_part(report, request[SESSION])))


async def layouts(request: web.Request) -> web.Response:
    """GET /api/v1/kpi/layouts: the layouts of the window side by side; an agent gets none of them."""
    report = await request.app[PORTS].agent_reports(window_of(request))
    return web.json_response(layout_report_json(layouts_of(visible_part(report, request[SESSION]))))


async def fit(request: web.Request) -> web.Response:
    """POST /api/v1/kpi/fit: have the months ``from`` to ``to`` fitted beside the service; the answer does not wait."""
    if not sees_everybody(request[SESSION]):
        return problem(request, HTTPStatus.FORBIDDEN, "Only operators and supervisors have figures fitted.")
    form = await read_form(request)
    months = Months(form.get("from") or None, form.get("to") or None)
    if not request.app[PORTS].request_fit(months):
        sentence = "Too many fits wait already; try again when they are made."
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, sentence)
    return web.json_response({"requested": {"from": months.first, "to": months.last}}, status=HTTPStatus.ACCEPTED)
