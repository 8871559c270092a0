"""The gate: every route needs a session unless it is listed here, and every form needs its session's token.

A new route is closed until somebody opens it on purpose; a new form is refused until it carries the token.
"""

from hmac import compare_digest
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from ivr.usecases.accounts import Session
from ivr.usecases.sign_in import hash_token
from ivr.web.forms import read_form
from ivr.web.ports import PORTS, SESSION
from ivr.web.problems import is_for_machine, problem
from ivr.web.security import STATIC_PREFIX, cookie_name

SESSION_COOKIE = "ivr_session"
SIGN_IN_PATH = "/sign-in"
OPEN_ROUTES = frozenset({SIGN_IN_PATH, "/healthz", "/readyz", "/metrics", STATIC_PREFIX})
"""What needs no session: the sign-in with its own form check, the probes, and files without figures."""

CSRF_FIELD = "csrf_token"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@web.middleware
async def require_session(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request through that is open or carries a session; send anybody else to the sign-in."""
    resource = request.match_info.route.resource
    if resource is not None and resource.canonical in OPEN_ROUTES:
        return await handler(request)
    session = await find_session(request)
    if session is None:
        if is_for_machine(request):
            return problem(request, HTTPStatus.UNAUTHORIZED, "Sign in first.")
        raise web.HTTPSeeOther(SIGN_IN_PATH)
    if request.method not in _READING and not await _has_token(request, session):
        return problem(
            request, HTTPStatus.FORBIDDEN, "This form is not from this session; reload the page and try again."
        )
    request[SESSION] = session
    return await handler(request)


def session_token(request: web.Request) -> str | None:
    """Return the token that the browser sent."""
    return request.cookies.get(cookie_name(request, SESSION_COOKIE)) or None


async def find_session(request: web.Request) -> Session | None:
    """Return the live session of a request."""
    token = session_token(request)
    if token is None:
        return None
    ports = request.app[PORTS]
    return await ports.accounts.find_session(hash_token(token), ports.clock())


async def _has_token(request: web.Request, session: Session) -> bool:
    sent = (await read_form(request)).get(CSRF_FIELD, "")
    return compare_digest(sent.encode(), session.csrf_token.encode())
