"""The second step: an authenticator app is set up or removed, and recovery codes are made."""

from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right
from ivr.errors import PasswordRefused, UserRefused
from ivr.usecases.accounts import Step
from ivr.usecases.second_step import confirm_totp, new_recovery_codes, pending_totp, remove_totp
from ivr.usecases.second_steps import RecoveryCodes
from ivr.usecases.sign_in import Refused
from ivr.web.account_pages import ACCOUNT_PATH, own_account
from ivr.web.forms import FormState, read_form
from ivr.web.notices import done
from ivr.web.own_paths import own_path
from ivr.web.ports import PORTS, SESSION
from ivr.web.qr_codes import qr_code
from ivr.web.refusals import refusal_text
from ivr.web.routes import form, page
from ivr.web.sessions import STEP_PATHS
from ivr.web.sign_in_pages import carry_session, told_to_wait, wait_sentence
from ivr.web.templates import render, words_of

_PATH = STEP_PATHS[Step.SET_UP]
_CODES_PATH = f"{_PATH}/codes"
_OFF_PATH = f"{_PATH}/off"


async def show_set_up(request: web.Request) -> web.Response:
    """GET /account/authenticator: the secret for the app, or that one is set up."""
    if (await own_account(request)).has_totp:
        raise web.HTTPSeeOther(ACCOUNT_PATH)
    return await _set_up(request, None, back=request.query.get("next"))


async def take_set_up(request: web.Request) -> web.Response:
    """POST /account/authenticator: the app has shown its first code; recovery codes, once."""
    posted, words = await read_form(request), words_of(request)
    back = posted.get("next")
    try:
        answer = await confirm_totp(
            request.app[PORTS].sign_in, request[SESSION], posted.get("code", ""), posted.get("password")
        )
    except PasswordRefused as refusal:
        return await _set_up(request, refusal_text(words, refusal), back=back, field="password")
    except UserRefused as refusal:
        return await _set_up(request, refusal_text(words, refusal), back=back)
    if isinstance(answer, Refused):
        fault = wait_sentence(request, answer) or words.gettext(
            "This is not the code that the app shows. Check that the clock of the phone is right, and enter the next."
        )
        return told_to_wait(answer, await _set_up(request, fault, back=back))
    request[SESSION] = answer.signed_in.session  # the page's forms belong to the new one
    response = _codes(request, answer.recovery, onward=own_path(back))
    carry_session(request, response, answer.signed_in)
    return response


async def show_new_codes(request: web.Request) -> web.Response:
    """GET /account/authenticator/codes: asks for the password."""
    return _ask(request, _CODES_PATH, None)


async def take_new_codes(request: web.Request) -> web.Response:
    """POST /account/authenticator/codes: other recovery codes, once."""
    password = (await read_form(request)).get("password", "")
    try:
        codes = await new_recovery_codes(request.app[PORTS].sign_in, request[SESSION], password)
    except UserRefused as refusal:
        return _ask(request, _CODES_PATH, refusal_text(words_of(request), refusal))
    return _codes(request, codes, onward=None)


async def show_off(request: web.Request) -> web.Response:
    """GET /account/authenticator/off: asks for the password."""
    return _ask(request, _OFF_PATH, None)


async def take_off(request: web.Request) -> web.Response:
    """POST /account/authenticator/off: the app is forgotten."""
    password = (await read_form(request)).get("password", "")
    try:
        answer = await remove_totp(request.app[PORTS].sign_in, request[SESSION], password)
    except UserRefused as refusal:
        return _ask(request, _OFF_PATH, refusal_text(words_of(request), refusal))
    location = done(ACCOUNT_PATH, "authenticator-off").location
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": str(location)})
    carry_session(request, response, answer)
    return response


async def _set_up(request: web.Request, fault: str | None, *, back: str | None, field: str = "code") -> web.Response:
    new = await pending_totp(request.app[PORTS].sign_in, request[SESSION])
    return render(
        request,
        "account_authenticator.html",
        status=HTTPStatus.OK if fault is None else HTTPStatus.BAD_REQUEST,
        form=FormState(faults={} if fault is None else {field: fault}, first="code"),
        back=own_path(back),
        qr=qr_code(new.address),
        secret=[new.secret[place : place + 4] for place in range(0, len(new.secret), 4)],
        is_step=request[SESSION].step is Step.SET_UP,
    )


def _codes(request: web.Request, codes: RecoveryCodes, *, onward: str | None) -> web.Response:
    return render(request, "account_codes.html", codes=codes.codes, onward=onward or ACCOUNT_PATH)


def _ask(request: web.Request, path: str, fault: str | None) -> web.Response:
    return render(
        request,
        "account_password_asked.html",
        status=HTTPStatus.OK if fault is None else HTTPStatus.BAD_REQUEST,
        form=FormState(faults={} if fault is None else {"password": fault}, first="password"),
        path=path,
        is_off=path == _OFF_PATH,
    )


_STEPS = frozenset({Step.SET_UP})
ROUTES = (
    page(_PATH, show_set_up, Right.OWN_ACCOUNT, steps=_STEPS),
    form(_PATH, take_set_up, Right.OWN_ACCOUNT, steps=_STEPS),
    page(_CODES_PATH, show_new_codes, Right.OWN_ACCOUNT),
    form(_CODES_PATH, take_new_codes, Right.OWN_ACCOUNT),
    page(_OFF_PATH, show_off, Right.OWN_ACCOUNT),
    form(_OFF_PATH, take_off, Right.OWN_ACCOUNT),
)
