"""The change of one's own password, and the choice of a first one."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right
from ivr.errors import UserRefused
from ivr.usecases.accounts import Step
from ivr.usecases.change_password import change_password
from ivr.usecases.check_password import check_password
from ivr.usecases.sign_in import SignedIn
from ivr.web.account_pages import ACCOUNT_PATH
from ivr.web.forms import FormState, read_form
from ivr.web.notices import done
from ivr.web.own_paths import own_path
from ivr.web.ports import PORTS, SESSION
from ivr.web.refusals import refusal_text
from ivr.web.routes import form, page
from ivr.web.sessions import STEP_PATHS
from ivr.web.sign_in_pages import carry_session, signed_in
from ivr.web.templates import render, words_of

_PATH = STEP_PATHS[Step.PASSWORD]


async def show_password(request: web.Request) -> web.Response:
    """GET /account/password: the form."""
    return _form(request, {}, back=request.query.get("next"))


async def take_password(request: web.Request) -> web.Response:
    """POST /account/password: the new password counts, and every other browser is signed out."""
    posted, session = await read_form(request), request[SESSION]
    old, new, back = posted.get("old", ""), posted.get("new", ""), posted.get("next")
    words = words_of(request)
    try:
        check_password(new, session.user.name)
    except UserRefused as refusal:
        return _form(request, {"new": refusal_text(words, refusal)}, back=back)
    if new == old:
        return _form(request, {"new": words.gettext("This is the old password; choose another.")}, back=back)
    if new != posted.get("again", ""):
        fault = words.gettext("This is not the same as the new password above.")
        return _form(request, {"again": fault}, back=back)
    try:
        answer = await change_password(request.app[PORTS].sign_in, session, old, new)
    except UserRefused as refusal:
        return _form(request, {"old": refusal_text(words, refusal)}, back=back)
    return _changed(request, answer, back) if session.step is None else signed_in(request, answer, back)


def _changed(request: web.Request, answer: SignedIn, back: str | None) -> web.Response:
    if own_path(back) is not None or answer.session.step is not None:
        return signed_in(request, answer, back)
    location = done(ACCOUNT_PATH, "password").location
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": str(location)})
    carry_session(request, response, answer)
    return response


def _form(request: web.Request, faults: Mapping[str, str], *, back: str | None) -> web.Response:
    return render(
        request,
        "account_password.html",
        status=HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK,
        form=FormState(faults=faults, first="old"),
        back=own_path(back),
        is_first=request[SESSION].step is Step.PASSWORD,
    )


_STEPS = frozenset({Step.PASSWORD})
ROUTES = (
    page(_PATH, show_password, Right.OWN_ACCOUNT, steps=_STEPS),
    form(_PATH, take_password, Right.OWN_ACCOUNT, steps=_STEPS),
)
