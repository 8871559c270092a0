"""Sign-in and sign-out.

Before there is a session the form is protected by a signed double submit: the cookie holds a random value, the form
its keyed hash. Another site can neither read the cookie nor make up the hash, so it cannot sign anybody in here.
"""

import hmac
import secrets
from hashlib import sha256
from http import HTTPStatus
from math import ceil

import structlog
from aiohttp import web

from ivr.usecases.sign_in import SESSION_HOURS, normal_name, sign_in, sign_out
from ivr.web.forms import read_form
from ivr.web.ports import PORTS, THROTTLE
from ivr.web.security import cookie_name, drop_cookie, set_cookie
from ivr.web.sessions import CSRF_FIELD, SESSION_COOKIE, SIGN_IN_PATH, find_session, session_token
from ivr.web.templates import render

FORM_COOKIE = "ivr_form"

_FORM_SECONDS = 3600
_REFUSED = "The name and the password do not belong together."
_STALE = "This form is too old or not from here; please sign in once more."

_log = structlog.get_logger(__name__)


async def show_sign_in(request: web.Request) -> web.Response:
    """GET: the form."""
    if await find_session(request) is not None:
        raise web.HTTPSeeOther("/")
    return _form(request, HTTPStatus.OK)


async def take_sign_in(request: web.Request) -> web.Response:
    """POST: a session under a new token, or the form again with one sentence."""
    form = await read_form(request)
    name, password = form.get("name", ""), form.get("password", "")
    if not _is_own_form(request, form.get(CSRF_FIELD, "")):
        return _form(request, HTTPStatus.FORBIDDEN, _STALE)
    ports, throttle = request.app[PORTS], request.app[THROTTLE]
    key, address = normal_name(name)[:64], request.remote or "unknown"
    now = ports.clock()
    wait_seconds = ceil(throttle.wait_seconds(key, address, now))
    if wait_seconds > 0:
        _log.warning("sign_in_throttled", user=key, address=address)
        sentence = f"Too many failed tries; please wait {wait_seconds} s and try again."
        response = _form(request, HTTPStatus.TOO_MANY_REQUESTS, sentence)
        response.headers["Retry-After"] = str(wait_seconds)
        return response
    throttle.count_try(key, address, now)
    signed_in = await sign_in(name, password, accounts=ports.accounts, passwords=ports.passwords, clock=ports.clock)
    if signed_in is None:
        _log.warning("sign_in_refused", user=key, address=address)
        return _form(request, HTTPStatus.FORBIDDEN, _REFUSED)
    throttle.forget(key, address)
    former = session_token(request)
    if former is not None:
        await sign_out(former, accounts=ports.accounts)
    _log.info("signed_in", user=key, address=address)
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
    set_cookie(request, response, SESSION_COOKIE, signed_in.token, max_age_seconds=SESSION_HOURS * 3600)
    drop_cookie(request, response, FORM_COOKIE)
    return response


async def take_sign_out(request: web.Request) -> web.Response:
    """POST: the session ends, in every tab."""
    token = session_token(request)
    if token is not None:
        await sign_out(token, accounts=request.app[PORTS].accounts)
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": SIGN_IN_PATH})
    drop_cookie(request, response, SESSION_COOKIE)
    return response


def _form(request: web.Request, status: HTTPStatus, sentence: str | None = None) -> web.Response:
    nonce = request.cookies.get(cookie_name(request, FORM_COOKIE)) or secrets.token_urlsafe(24)
    response = render("sign_in.html", status=status, sentence=sentence, csrf_token=_signed(request, nonce))
    set_cookie(request, response, FORM_COOKIE, nonce, max_age_seconds=_FORM_SECONDS)
    return response


def _is_own_form(request: web.Request, token: str) -> bool:
    nonce = request.cookies.get(cookie_name(request, FORM_COOKIE))
    if not nonce:
        return False
    return hmac.compare_digest(token.encode(), _signed(request, nonce).encode())


def _signed(request: web.Request, nonce: str) -> str:
    return hmac.new(request.app[PORTS].form_key, nonce.encode(errors="surrogateescape"), sha256).hexdigest()
