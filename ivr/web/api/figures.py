"""The figures for scripts."""

from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right
from ivr.usecases.fits import Months
from ivr.usecases.read_report import AgentsDocumentQuestion
from ivr.web.api.figure_schemas import AGENT_REPORT, FIT_REQUESTED
from ivr.web.api.schemas import FILTERS, record, with_optional
from ivr.web.fit_requests import request_fit
from ivr.web.forms import read_form
from ivr.web.own_window import readers_window
from ivr.web.ports import PORTS, SESSION
from ivr.web.problems import problem
from ivr.web.routes import Operation, Schema, command, resource
from ivr.web.selection import window_of


async def agents(request: web.Request) -> web.Response:
    """GET /api/v1/kpi/agents: the report of the window within the reader's scope; an agent's ends at midnight."""
    window = readers_window(request, window_of(request))
    shows_centre = Right.CENTRE in request[SESSION].user.rights
    question = AgentsDocumentQuestion(window.counted, shows_centre, window.asked)
    document = await request.app[PORTS].pages.read(question)
    return web.Response(body=document, content_type="application/json", charset="utf-8")


async def fit(request: web.Request) -> web.Response:
    """POST /api/v1/kpi/fit: have the months ``from`` to ``to`` fitted beside the service; the answer does not wait."""
    form = await read_form(request)
    months = Months(form.get("from") or None, form.get("to") or None)
    if not await request_fit(request, months):
        sentence = "Too many fits wait already; try again when they are made."
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, sentence)
    return web.json_response({"requested": {"from": months.first, "to": months.last}}, status=HTTPStatus.ACCEPTED)


_MONTH: Schema = {"type": "string", "pattern": r"^([1-9]\d{3}-(0[1-9]|1[0-2]))?$"}
_MONTHS = with_optional(record(), {"from": _MONTH, "to": _MONTH})
ROUTES = (
    resource(
        "/api/v1/kpi/agents",
        agents,
        Operation("The agents' figures, as far as the reader may see them.", AGENT_REPORT, query=FILTERS),
        Right.FIGURES,
        Right.OWN_FIGURES,
    ),
    command(
        "/api/v1/kpi/fit",
        fit,
        Operation(
            "Have the figures of some months fitted; the answer does not wait for them.",
            FIT_REQUESTED,
            form=_MONTHS,
            status=202,
        ),
        Right.REFIT,
    ),
)
