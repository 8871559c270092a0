"""Problems: what a person or a script is told when a request cannot be served, without a stack trace."""

from http import HTTPStatus

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from ivr.errors import FiguresBeingComputed, IvrError, PagesUnavailable
from ivr.usecases.report_window import WindowRefused
from ivr.web.marked import gettext
from ivr.web.refusals import refusal_text
from ivr.web.templates import Page, render, words_of

API = "/api/"
LIVE_HEADER = "X-Ivr-Live"
"""Sent by a page that fetches itself again: nobody is behind it."""


NOT_THERE = gettext("There is nothing at this address, or it is not among what you may see.")
_SENTENCES = {
    HTTPStatus.BAD_REQUEST: gettext("What was sent cannot be read; go back and try again."),
    HTTPStatus.FORBIDDEN: gettext("Your sign-in does not include this page."),
    HTTPStatus.NOT_FOUND: NOT_THERE,
    HTTPStatus.METHOD_NOT_ALLOWED: gettext("This address cannot be used in this way."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext("What was sent is too large."),
}
_TITLES = {
    HTTPStatus.ACCEPTED: gettext("In a moment"),
    HTTPStatus.BAD_REQUEST: gettext("This cannot be answered"),
    HTTPStatus.FORBIDDEN: gettext("Not allowed"),
    HTTPStatus.NOT_FOUND: gettext("Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: gettext("Not possible"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext("Too large"),
    HTTPStatus.TOO_MANY_REQUESTS: gettext("Too many requests"),
    HTTPStatus.INTERNAL_SERVER_ERROR: gettext("Something went wrong"),
    HTTPStatus.SERVICE_UNAVAILABLE: gettext("Not available just now"),
}
_AGAIN_SECONDS = "5"
_COMPUTED = gettext("So many calls take a while to count: the figures are still being computed.")
_FAULT = gettext("Something went wrong here; it is written in the service's log. Please try again.")
_UNAVAILABLE = gettext("The figures cannot be reached just now; the reason is in the service's log.")

_log = structlog.get_logger(__name__)


def problem(request: web.Request, status: HTTPStatus, sentence: str) -> web.Response:
    """Return a plain page that says ``sentence``, or JSON where a script asked."""
    if is_for_machine(request):
        return web.json_response({"error": sentence}, status=status)
    words = words_of(request)
    title = _TITLES.get(status)
    return render(
        request,
        "problem.html",
        status=status,
        title=status.phrase if title is None else words.gettext(title),
        sentence=refusal_text(words, sentence),
    )


def is_for_machine(request: web.Request) -> bool:
    """Say whether a script asked, so that an answer for people would not be understood."""
    return request.path.startswith((API, "/events")) or is_live_update(request)


def is_live_update(request: web.Request) -> bool:
    """Say whether an open page fetches itself again."""
    return LIVE_HEADER in request.headers


@web.middleware
async def tell_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals into one sentence, and faults into an apology and a log line."""
    response = await _answer(request, handler)
    if isinstance(response, Page):
        try:
            await response.fill()
        except Exception:  # noqa: BLE001 - a page whose template fails
            response = _fault(request)
            if isinstance(response, Page):
                await response.fill()
    return response


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
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
    except PagesUnavailable as refusal:
        is_coming = isinstance(refusal, FiguresBeingComputed)
        return _in_a_moment(request) if is_coming else problem(request, HTTPStatus.SERVICE_UNAVAILABLE, str(refusal))
    except IvrError as refusal:
        # Its sentence is for the administrator: it may name places on this machine.
        _log.error("request_refused", method=request.method, route=_route_of(request), reason=str(refusal))
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, _UNAVAILABLE)
    except Exception:  # noqa: BLE001 - whatever a handler raises becomes a plain page
        return _fault(request)


def _in_a_moment(request: web.Request) -> web.Response:
    """Return a page that asks for itself again, or for a script the refusal of an answer that is not there yet."""
    is_page = not is_for_machine(request)
    response = problem(request, HTTPStatus.ACCEPTED if is_page else HTTPStatus.SERVICE_UNAVAILABLE, _COMPUTED)
    response.headers["Retry-After"] = _AGAIN_SECONDS
    if is_page and request.method == hdrs.METH_GET:
        response.headers["Refresh"] = _AGAIN_SECONDS
    return response


def _fault(request: web.Request) -> web.Response:
    _log.exception("request_failed", method=request.method, route=_route_of(request))
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, _FAULT)


def _route_of(request: web.Request) -> str | None:
    """Return the address as it is declared: a path itself may hold a person's name."""
    resource = request.match_info.route.resource
    return None if resource is None else resource.canonical
