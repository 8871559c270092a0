"""Problems: what a person or a script is told when a request cannot be served, without a stack trace."""

from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from ivr.errors import IvrError
from ivr.usecases.report_window import WindowRefused
from ivr.web.templates import render

_MACHINE_PATHS = ("/api/", "/events", "/fragments/")

_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is no page at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address cannot be used in this way.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "What was sent is too large.",
}
_FAULT = "Something went wrong here; it is written in the service's log. Please try again."
_UNAVAILABLE = "The figures cannot be reached just now; the reason is in the service's log."

_log = structlog.get_logger(__name__)


def problem(request: web.Request, status: HTTPStatus, sentence: str) -> web.Response:
    """Return a plain page that says ``sentence``, or JSON where a script asked."""
    if is_for_machine(request):
        return web.json_response({"error": sentence}, status=status)
    return render("problem.html", status=status, title=status.phrase, sentence=sentence)


def is_for_machine(request: web.Request) -> bool:
    """Say whether a script asked, so that an answer for people would not be understood."""
    return request.path.startswith(_MACHINE_PATHS)


@web.middleware
async def tell_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals into one sentence, and faults into an apology and a log line."""
    try:
        return await handler(request)
    except web.HTTPException as answer:
        status = HTTPStatus(answer.status)
        if status < HTTPStatus.BAD_REQUEST:
            raise
        response = problem(request, status, _SENTENCES.get(status, f"{status.phrase}."))
        if "Allow" in answer.headers:
            response.headers["Allow"] = answer.headers["Allow"]
        return response
    except WindowRefused as refusal:
        return problem(request, HTTPStatus.BAD_REQUEST, str(refusal))
    except IvrError as refusal:
        # Its sentence is for the administrator: it may name places on this machine.
        _log.error("request_refused", method=request.method, path=request.path, reason=str(refusal))
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, _UNAVAILABLE)
    except Exception:  # noqa: BLE001 - whatever a handler raises becomes a plain page
        _log.exception("request_failed", method=request.method, path=request.path)
        return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, _FAULT)
