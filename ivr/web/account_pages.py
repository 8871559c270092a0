"""One's own account: who one is here, and the ways to what can be changed."""

from aiohttp import web

from ivr.domain.access import Right
from ivr.errors import UserRefused
from ivr.usecases.accounts import Account
from ivr.web.notices import notice_of
from ivr.web.ports import PORTS, SESSION
from ivr.web.role_words import role_names
from ivr.web.routes import page
from ivr.web.templates import render, words_of

ACCOUNT_PATH = "/account"


async def show_account(request: web.Request) -> web.Response:
    """GET /account: the page."""
    ports, session, words = request.app[PORTS].sign_in, request[SESSION], words_of(request)
    account = await own_account(request)
    sessions = await ports.sessions.of_user(session.user.name, ports.clock())
    return render(
        request,
        "account.html",
        account=account,
        roles=role_names(account.user.roles, words),
        sessions=len(sessions),
        codes_left=await ports.second_steps.recovery_codes_left(session.user.name) if account.has_totp else 0,
        notice=notice_of(request),
    )


async def own_account(request: web.Request) -> Account:
    """Return the account of whoever is signed in; raises UserRefused where it went away this moment."""
    ports, name = request.app[PORTS].sign_in, request[SESSION].user.name
    account = await ports.accounts.find_account(name, ports.clock())
    if account is None:
        raise UserRefused(f'there is no user "{name}" any more; ask an administrator')
    return account


ROUTES = (page(ACCOUNT_PATH, show_account, Right.OWN_ACCOUNT),)
