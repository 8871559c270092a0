"""The description of the API, for scripts and for those who write them."""

from aiohttp import web

from ivr.domain.access import Right
from ivr.web.api.openapi import openapi
from ivr.web.api.schemas import TEXT, list_of, record
from ivr.web.routes import DECLARED, Operation, Schema, resource


async def describe(request: web.Request) -> web.Response:
    """GET /api/v1/openapi.json: every address of the API with its parameters and answers."""
    return web.json_response(openapi(request.app[DECLARED].values()))


_OBJECT: Schema = {"type": "object"}
_DESCRIPTION = record(
    openapi=TEXT,
    info=_OBJECT,
    servers=list_of(_OBJECT),
    security=list_of(_OBJECT),
    paths=_OBJECT,
    components=_OBJECT,
)

ROUTES = (
    resource("/api/v1/openapi.json", describe, Operation("This description, in OpenAPI 3.1.", _DESCRIPTION), *Right),
)
