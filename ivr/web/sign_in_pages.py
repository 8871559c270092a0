"""Sign-in and sign-out.

Before there is a session the form is protected by a signed double submit: the cookie holds a random value, the form
its keyed hash. Another site can neither read the cookie nor make up the hash, so it cannot sign anybody in here.
"""

import hmac
import secrets
from hashlib import sha256
from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right
from ivr.usecases.accounts import Step
from ivr.usecases.sign_in import Refused, SignedIn, enter_code, sign_in, sign_out
from ivr.web.client_address import origin_of
from ivr.web.forms import CSRF_FIELD, FormState, read_form
from ivr.web.own_paths import SIGN_IN_PATH, own_path, sign_in_path
from ivr.web.ports import PORTS, SESSION
from ivr.web.routes import form, open_form, open_page, page
from ivr.web.security import cookie_name, drop_cookie, set_cookie
from ivr.web.sessions import SESSION_COOKIE, STEP_PATHS, find_session
from ivr.web.templates import render, words_of

FORM_COOKIE = "ivr_form"

_FORM_SECONDS = 3600


async def show_sign_in(request: web.Request) -> web.Response:
    """GET /sign-in: the form."""
    if SESSION in request:
        raise web.HTTPSeeOther(own_path(request.query.get("next")) or "/")
    return _form(request, HTTPStatus.OK, back=request.query.get("next"))


async def take_sign_in(request: web.Request) -> web.Response:
    """POST /sign-in: a session under a new token, or the form again with what was wrong."""
    posted = await read_form(request)
    name, back = posted.get("name", ""), posted.get("next")
    gettext = words_of(request).gettext
    if not _is_own_form(request, posted.get(CSRF_FIELD, "")):
        fault = gettext("This form is too old or not from here; please sign in once more.")
        return _form(request, HTTPStatus.FORBIDDEN, name=name, fault=fault, back=back)
    ports = request.app[PORTS].sign_in
    answer = await sign_in(ports, name, posted.get("password", ""), origin_of(request))
    if isinstance(answer, Refused):
        fault = wait_sentence(request, answer) or gettext("The name and the password do not belong together.")
        return told_to_wait(answer, _form(request, _status_of(answer), name=name, fault=fault, back=back))
    former = await find_session(request)
    if former is not None:
        await sign_out(ports, former)
    response = signed_in(request, answer, back)
    drop_cookie(request, response, FORM_COOKIE)
    return response


async def show_code(request: web.Request) -> web.Response:
    """GET /sign-in/code: the second step."""
    return _code_form(request, HTTPStatus.OK, back=request.query.get("next"))


async def take_code(request: web.Request) -> web.Response:
    """POST /sign-in/code: the session is open, or the form again with what was wrong."""
    posted = await read_form(request)
    back = posted.get("next")
    answer = await enter_code(request.app[PORTS].sign_in, request[SESSION], posted.get("code", ""), origin_of(request))
    if isinstance(answer, Refused):
        fault = wait_sentence(request, answer) or words_of(request).gettext(
            "This code is wrong, too old or already used. Enter the one that the app shows now."
        )
        return told_to_wait(answer, _code_form(request, _status_of(answer), fault=fault, back=back))
    return signed_in(request, answer, back)


async def take_sign_out(request: web.Request) -> web.Response:
    """POST /sign-out: the session ends, in every tab."""
    await sign_out(request.app[PORTS].sign_in, request[SESSION])
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": SIGN_IN_PATH})
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    drop_cookie(request, response, SESSION_COOKIE)
    return response


def signed_in(request: web.Request, answer: SignedIn, back: str | None) -> web.Response:
    """Hand the browser its new session and send it ``back``, or on to what its sign-in still lacks."""
    step, wanted = answer.session.step, own_path(back)
    location = wanted or "/" if step is None else sign_in_path(wanted, path=STEP_PATHS[step])
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
    carry_session(request, response, answer)
    return response


def carry_session(request: web.Request, response: web.StreamResponse, answer: SignedIn) -> None:
    """Have the browser keep the session's token for as long as the session can last."""
    left = answer.session.expires_at - request.app[PORTS].clock()
    set_cookie(request, response, SESSION_COOKIE, answer.token, max_age_seconds=max(1, int(left.total_seconds())))


def wait_sentence(request: web.Request, refused: Refused) -> str | None:
    """Return in words how long to wait; None where another try may follow at once."""
    if refused.wait_seconds == 0:
        return None
    words = words_of(request)
    return words.gettext(
        "Too many failed tries. Please wait %(time)s, then try again.", time=words.seconds(refused.wait_seconds)
    )


def told_to_wait(refused: Refused, response: web.Response) -> web.Response:
    """Add to ``response`` when the next try may follow."""
    if refused.wait_seconds > 0:
        response.headers["Retry-After"] = str(refused.wait_seconds)
    return response


def _status_of(refused: Refused) -> HTTPStatus:
    return HTTPStatus.TOO_MANY_REQUESTS if refused.wait_seconds > 0 else HTTPStatus.FORBIDDEN


def _form(
    request: web.Request, status: HTTPStatus, *, name: str = "", fault: str | None = None, back: str | None
) -> web.Response:
    nonce = request.cookies.get(cookie_name(request, FORM_COOKIE)) or secrets.token_urlsafe(24)
    response = render(
        request,
        "sign_in.html",
        status=status,
        form=FormState({"name": name}, {} if fault is None else {"password": fault}, "name"),
        back=own_path(back),
        csrf_token=_signed(request, nonce),
    )
    set_cookie(request, response, FORM_COOKIE, nonce, max_age_seconds=_FORM_SECONDS, same_site="Strict")
    return response


def _code_form(request: web.Request, status: HTTPStatus, *, fault: str | None = None, back: str | None) -> web.Response:
    state = FormState(faults={} if fault is None else {"code": fault}, first="code")
    return render(request, "sign_in_code.html", status=status, form=state, back=own_path(back))


def _is_own_form(request: web.Request, token: str) -> bool:
    nonce = request.cookies.get(cookie_name(request, FORM_COOKIE))
    if not nonce:
        return False
    sent = token.encode(errors="surrogateescape")
    return hmac.compare_digest(sent, _signed(request, nonce).encode())


def _signed(request: web.Request, nonce: str) -> str:
    return hmac.new(request.app[PORTS].form_key, nonce.encode(errors="surrogateescape"), sha256).hexdigest()


_CODE_PATH = STEP_PATHS[Step.CODE]
ROUTES = (
    open_page(SIGN_IN_PATH, show_sign_in),
    open_form(SIGN_IN_PATH, take_sign_in),
    page(_CODE_PATH, show_code, steps=frozenset({Step.CODE})),
    form(_CODE_PATH, take_code, steps=frozenset({Step.CODE})),
    form("/sign-out", take_sign_out, Right.OWN_ACCOUNT, steps=frozenset(Step)),
)
