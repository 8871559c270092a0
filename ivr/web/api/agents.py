"""One agent's figures for scripts."""

from aiohttp import web

from ivr.domain.access import Right
from ivr.usecases.read_agent import ContestsQuestion
from ivr.web.agent_pages import is_own, question_of
from ivr.web.api.agent_document import agent_document
from ivr.web.api.agent_schemas import AGENT_DOCUMENT
from ivr.web.api.call_days import WITH_DAYS, days_json
from ivr.web.api.schemas import FILTERS, joined
from ivr.web.call_days import read_call_days
from ivr.web.looks import note_look
from ivr.web.ports import PORTS
from ivr.web.routes import Operation, resource


async def agent(request: web.Request) -> web.Response:
    """GET /api/v1/kpi/agents/KEY: what the agent's page shows; looking at somebody else's is noted."""
    key = request.match_info["agent"]
    question = question_of(request, key)
    pages = request.app[PORTS].pages
    found = await pages.read(question)
    if found is None:
        raise web.HTTPNotFound
    if not is_own(request, key):
        await note_look(request, key)
    document = agent_document(found, await pages.read(ContestsQuestion(question.window)))
    return web.json_response(document | days_json(await read_call_days(request, question.window)))


ROUTES = (
    resource(
        "/api/v1/kpi/agents/{agent}",
        agent,
        Operation(
            "One agent's figures: everything that the agent's page shows.",
            joined(AGENT_DOCUMENT, WITH_DAYS),
            query=FILTERS,
        ),
        Right.FIGURES,
        Right.OWN_FIGURES,
    ),
)
