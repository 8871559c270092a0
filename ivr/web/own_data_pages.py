"""What is kept about oneself, and for how long."""

from aiohttp import web

from ivr.domain.access import Right, Role
from ivr.usecases.read_kept_calls import KeptCallsQuestion
from ivr.usecases.read_own_data import read_own_data
from ivr.web.audit_words import entry_view
from ivr.web.ports import PORTS, SESSION
from ivr.web.role_words import role_names
from ivr.web.routes import page
from ivr.web.session_pages import session_view
from ivr.web.templates import render, words_of
from ivr.web.token_pages import token_view

MOST_ROWS = 50


async def show_own_data(request: web.Request) -> web.Response:
    """GET /account/data: all that there is about whoever is signed in, the newest entries of the log first."""
    ports, session, words = request.app[PORTS], request[SESSION], words_of(request)
    data = await read_own_data(ports.sign_in, session)
    user = data.account.user
    is_agent = Role.AGENT in user.roles and user.person is not None
    calls = await ports.pages.read(KeptCallsQuestion(user.person or "")) if is_agent else None
    return render(
        request,
        "account_data.html",
        account=data.account,
        roles=role_names(user.roles, words),
        sessions=[session_view(each, session, words) for each in data.sessions[:MOST_ROWS]],
        tokens=[token_view(each, words, ports.clock()) for each in data.tokens[:MOST_ROWS]],
        codes_left=data.recovery_codes_left,
        done=[entry_view(each, words) for each in data.done[:MOST_ROWS]],
        done_in_all=len(data.done),
        about=[entry_view(each, words) for each in data.about[:MOST_ROWS]],
        about_in_all=len(data.about),
        calls=calls,
        session_hours=round(ports.sign_in.rules.longest.total_seconds() / 3600),
    )


ROUTES = (page("/account/data", show_own_data, Right.OWN_ACCOUNT),)
