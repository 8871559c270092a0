"""The browsers that somebody is signed in with: the list, and the end of some."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right
from ivr.errors import UserRefused
from ivr.usecases.accounts import Session
from ivr.usecases.keep_sessions import end_other_sessions, end_session
from ivr.usecases.own_password import require_own_password
from ivr.web.browser_names import browser_name
from ivr.web.forms import FormState, read_form
from ivr.web.languages import Words
from ivr.web.notices import done, notice_of
from ivr.web.ports import PORTS, SESSION
from ivr.web.refusals import refusal_text
from ivr.web.routes import form, page
from ivr.web.templates import render, words_of

SESSIONS_PATH = "/account/sessions"
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class SessionView:
    """A signed-in browser as a row; ``is_this``: the one that the page is shown in."""

    id: str
    browser: str
    address: str
    opened: str
    seen: str
    is_this: bool


async def show_sessions(request: web.Request) -> web.Response:
    """GET /account/sessions: the list."""
    return await _page(request, {})


async def take_sessions(request: web.Request) -> web.Response:
    """POST /account/sessions: one other browser is signed out, or all; asks for the password."""
    posted, session, ports = await read_form(request), request[SESSION], request.app[PORTS].sign_in
    chosen = posted.get("session", "")
    if chosen == session.id:
        raise web.HTTPBadRequest
    try:
        await require_own_password(ports, session, posted.get("password", ""))
    except UserRefused as refusal:
        return await _page(request, {"password": refusal_text(words_of(request), refusal)})
    if chosen == OTHERS:
        await end_other_sessions(ports, session)
        raise done(SESSIONS_PATH, "sessions-ended")
    if not await end_session(ports, session, chosen):
        raise web.HTTPNotFound
    raise done(SESSIONS_PATH, "session-ended")


def session_view(each: Session, present: Session, words: Words) -> SessionView:
    """Put a session into words; ``present`` is that of the page."""
    return SessionView(
        id=each.id,
        browser=browser_name(each.origin.browser, words),
        address=each.origin.address or words.gettext("unknown"),
        opened=words.moment(each.opened_at),
        seen=words.moment(each.seen_at or each.opened_at),
        is_this=each.token_hash == present.token_hash,
    )


async def _page(request: web.Request, faults: Mapping[str, str]) -> web.Response:
    ports, session, words = request.app[PORTS].sign_in, request[SESSION], words_of(request)
    sessions = await ports.sessions.of_user(session.user.name, ports.clock())
    return render(
        request,
        "account_sessions.html",
        status=HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK,
        form=FormState(faults=faults),
        sessions=[session_view(each, session, words) for each in sessions],
        others=OTHERS,
        notice=notice_of(request),
    )


ROUTES = (
    page(SESSIONS_PATH, show_sessions, Right.OWN_ACCOUNT),
    form(SESSIONS_PATH, take_sessions, Right.OWN_ACCOUNT),
)
