"""The gate: every route needs a session or a token with one of its rights, and every form its session's token.

A new route is closed until somebody opens it on purpose; a new form is refused until it carries the token.
"""

from hmac import compare_digest
from http import HTTPStatus
from math import ceil
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from ivr.domain.access import Role
from ivr.usecases.accounts import Session, Step
from ivr.usecases.make_token import find_token
from ivr.usecases.sign_in import hash_token
from ivr.web.client_address import client_address
from ivr.web.foreign_requests import is_foreign, is_reading
from ivr.web.forms import CSRF_FIELD, read_form
from ivr.web.own_paths import SIGN_IN_PATH, sign_in_path
from ivr.web.ports import PORTS, SESSION
from ivr.web.problems import API, NOT_THERE, is_for_machine, is_live_update, problem
from ivr.web.request_limits import LIMITS, SIGNED_IN, STRANGERS, Rate
from ivr.web.routes import DECLARED, Route
from ivr.web.security import STATIC_PREFIX, cookie_name

SESSION_COOKIE = "ivr_session"
CSRF_HEADER = "X-CSRF-Token"
STEP_PATHS = {
    Step.CODE: f"{SIGN_IN_PATH}/code",
    Step.PASSWORD: "/account/password",
    Step.SET_UP: "/account/authenticator",
}
"""Where an unfinished sign-in goes on."""

_log = structlog.get_logger(__name__)

_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
_WALL = "/wallboard"


@web.middleware
async def require_session(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request through that is open or has the right; send anybody else to the sign-in, or tell why not."""
    if is_foreign(request):
        return problem(request, HTTPStatus.FORBIDDEN, "This form was sent from another site; nothing was changed.")
    if _is_static(request) or request.path in _PROBES:
        return await handler(request)
    refusal = await _refusal(request)
    return await handler(request) if refusal is None else refusal


async def _refusal(request: web.Request) -> web.Response | None:
    """Note whose session it is, and return why the request may not go on; None where it may."""
    route = _declared(request)
    session = await _present_session(request, route)
    hasty = _refused_for_haste(request, session)
    if hasty is not None:
        return hasty
    if session is not None:
        request[SESSION] = session
    if route is not None and route.is_open:
        return None
    if session is None:
        return _ask_to_sign_in(request)
    refused = _refused(request, route, session)
    return await _refused_form(request, session) if refused is None else refused


def session_token(request: web.Request) -> str | None:
    """Return the token that the browser sent."""
    return request.cookies.get(cookie_name(request, SESSION_COOKIE)) or None


async def find_session(request: web.Request, *, is_activity: bool = True) -> Session | None:
    """Return the live session of a browser; ``is_activity``: a person is behind the request."""
    token = session_token(request)
    if token is None:
        return None
    ports = request.app[PORTS]
    return await ports.sign_in.sessions.find(hash_token(token), ports.clock(), is_activity=is_activity)


async def _present_session(request: web.Request, route: Route | None) -> Session | None:
    """Return what the request carries: on the API a token if there is one, else the browser's session."""
    given = request.headers.get("Authorization")
    if given is not None and request.path.startswith(API):
        scheme, _, secret = given.partition(" ")
        if scheme.lower() != "bearer":
            return None
        return await find_token(request.app[PORTS].sign_in, secret.strip())
    is_unattended = is_live_update(request) or (route is not None and route.path == "/events")
    session = await find_session(request, is_activity=not is_unattended)
    if session is not None and is_unattended and request.path == _WALL and session.user.roles == {Role.VIEWER}:
        # Nobody sits at the wall; its screen must not be signed out for standing idle.
        session = await find_session(request)
    return session


def _refused_for_haste(request: web.Request, session: Session | None) -> web.Response | None:
    """Refuse a request where there were too many of them."""
    key, rate = _counted_under(request, session)
    wait = ceil(request.app[LIMITS].wait_seconds(key, rate, request.app[PORTS].clock()))
    if wait == 0:
        return None
    response = problem(
        request, HTTPStatus.TOO_MANY_REQUESTS, "Too many requests from here; please wait a moment and try again."
    )
    response.headers["Retry-After"] = str(wait)
    return response


def _counted_under(request: web.Request, session: Session | None) -> tuple[str, Rate]:
    if session is None:
        return f"address {client_address(request)}", STRANGERS
    return f"session {session.api_token or session.token_hash}", SIGNED_IN


def _ask_to_sign_in(request: web.Request) -> web.Response:
    if is_for_machine(request):
        response = problem(request, HTTPStatus.UNAUTHORIZED, "Sign in first.")
        if request.path.startswith(API):
            response.headers["WWW-Authenticate"] = 'Bearer realm="ivr"'
        return response
    raise web.HTTPSeeOther(sign_in_path(request.path_qs if is_reading(request) else _sent_from(request)))


def _sent_from(request: web.Request) -> str | None:
    """Return the own page that a form was sent from: what was typed is lost, but not where."""
    try:
        page = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return None
    if page.netloc != request.host:
        return None
    return f"{page.path}?{page.query}" if page.query else page.path


def _refused(request: web.Request, route: Route | None, session: Session) -> web.Response | None:
    """Refuse what is not open to ``session``: by its step, and by its rights."""
    steps = frozenset[Step]() if route is None else route.steps
    if session.step is not None:
        return None if session.step in steps else _to_step(request, session.step)
    if route is None:
        # Either the router refuses by itself, or somebody has given it an address that nobody declared.
        return None if request.match_info.http_exception is not None else _not_there(request)
    if route.rights & session.user.rights:
        return None
    if route.steps and not route.rights:  # a page that only an unfinished sign-in has
        raise web.HTTPSeeOther("/")
    _log.warning("access_refused", user=session.user.name, token=session.api_token, path=request.path)
    if session.api_token is not None:
        return problem(request, HTTPStatus.FORBIDDEN, "This API token does not include this; make one that does.")
    return problem(request, HTTPStatus.FORBIDDEN, "Your sign-in does not include this page.")


def _not_there(request: web.Request) -> web.Response:
    return problem(request, HTTPStatus.NOT_FOUND, NOT_THERE)


def _to_step(request: web.Request, step: Step) -> web.Response:
    if is_for_machine(request):
        return problem(request, HTTPStatus.UNAUTHORIZED, "The sign-in is not finished yet.")
    raise web.HTTPSeeOther(sign_in_path(request.path_qs if is_reading(request) else None, path=STEP_PATHS[step]))


def _declared(request: web.Request) -> Route | None:
    """Return the route as it is declared; None where there is no such address, or it is not used in this way."""
    resource = request.match_info.route.resource
    if resource is None:
        return None
    method = "GET" if request.method == "HEAD" else request.method
    return request.app[DECLARED].get((method, resource.canonical))


def _is_static(request: web.Request) -> bool:
    resource = request.match_info.route.resource
    return resource is not None and resource.canonical == STATIC_PREFIX


async def _refused_form(request: web.Request, session: Session) -> web.Response | None:
    """Refuse what would change something and does not carry the session's token; a script's own token stands in."""
    if is_reading(request) or session.api_token is not None or await _has_token(request, session):
        return None
    return problem(request, HTTPStatus.FORBIDDEN, "This form is not from this session; reload the page and try again.")


async def _has_token(request: web.Request, session: Session) -> bool:
    sent = request.headers.get(CSRF_HEADER)
    if sent is None:
        sent = (await read_form(request)).get(CSRF_FIELD, "")
    return compare_digest(sent.encode(errors="surrogateescape"), session.csrf_token.encode())
