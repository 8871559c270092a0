"""One person who may sign in: roles, teams, and what an administrator does for them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right, Role
from ivr.errors import UserRefused
from ivr.usecases.accounts import Account, Leadership
from ivr.usecases.keep_users import (
    change_roles,
    disable_user,
    enable_user,
    end_sessions_of,
    lead_team,
    reset_password,
    reset_totp,
    stop_leading,
    unlock_user,
)
from ivr.usecases.make_token import revoke_token
from ivr.usecases.sign_in_ports import SignInPorts
from ivr.web.forms import FormState, read_choices, read_form
from ivr.web.languages import Words
from ivr.web.notices import done, notice_of
from ivr.web.people_pages import account_view, role_choices, teams_of
from ivr.web.ports import PORTS, SESSION
from ivr.web.refusals import refusal_text
from ivr.web.routes import form, page
from ivr.web.templates import render, words_of
from ivr.web.token_pages import token_view

_PATH = "/people/{name}"

_Plain = Callable[[SignInPorts, str, str], Awaitable[object]]
_PLAIN: Mapping[str, tuple[_Plain, str]] = {
    "disable": (disable_user, "disabled"),
    "enable": (enable_user, "enabled"),
    "end-sessions": (end_sessions_of, "user-sessions-ended"),
    "unlock": (unlock_user, "unlocked"),
    "reset-authenticator": (reset_totp, "authenticator-reset"),
}
"""What is done to somebody by one press, and the notice of it."""


@dataclass(frozen=True, slots=True)
class LeadershipView:
    """That somebody leads a team, in words."""

    team: str
    span: str
    is_now: bool


async def show_person(request: web.Request) -> web.Response:
    """GET /people/NAME: the person and the forms."""
    account = await _account(request)
    return await _page(request, account, _state(account))


async def take_person(request: web.Request) -> web.Response:
    """POST /people/NAME: what the pressed button says is done."""
    account, posted = await _account(request), await read_form(request)
    action = posted.get("action", "")
    if action in _PLAIN:
        return await _take_plain(request, account, action)
    taken = _OTHERS.get(action)
    if taken is None:
        raise web.HTTPBadRequest
    return await taken(request, account, posted)


async def _take_plain(request: web.Request, account: Account, action: str) -> web.Response:
    who, name = request[SESSION].user.name, account.user.name
    if action == "disable" and name == who:
        fault = words_of(request).gettext("You cannot disable your own sign-in; another administrator can.")
        return await _page(request, account, FormState(_state(account).typed, {"disable": fault}))
    act, what = _PLAIN[action]
    try:
        await act(request.app[PORTS].sign_in, who, name)
    except UserRefused as refusal:
        return await _refused(request, account, action, refusal)
    raise done(_address(account), what)


async def _take_roles(request: web.Request, account: Account, posted: Mapping[str, str]) -> web.Response:
    chosen, words = await read_choices(request, "role"), words_of(request)
    who = request[SESSION].user.name
    typed = {"person": posted.get("person", ""), **dict.fromkeys(chosen, "on")}
    roles = {role for role in Role if role.value in chosen}
    if who == account.user.name and Role.ADMIN not in roles:
        fault = words.gettext("You cannot take the administrator's role from yourself; another administrator can.")
        return await _page(request, account, FormState(typed, {"role": fault}))
    try:
        await change_roles(request.app[PORTS].sign_in, who, account.user.name, roles, typed["person"].strip() or None)
    except UserRefused as refusal:
        return await _page(request, account, FormState(typed, {"role": refusal_text(words, refusal)}))
    raise done(_address(account), "roles")


async def _take_lead(request: web.Request, account: Account, posted: Mapping[str, str]) -> web.Response:
    ports, words, typed = request.app[PORTS].sign_in, words_of(request), posted.get("team", "")
    teams = teams_of(typed)
    state = _state(account)
    if not teams or not typed.isprintable():
        fault = words.gettext("Write the team's name as the calls have it.")
        return await _page(request, account, FormState({**state.typed, "team": typed}, {"team": fault}))
    try:
        for team in teams:
            await lead_team(ports, request[SESSION].user.name, account.user.name, Leadership(team, ports.clock()))
    except UserRefused as refusal:
        fault = refusal_text(words, refusal)
        return await _page(request, account, FormState({**state.typed, "team": typed}, {"team": fault}))
    raise done(_address(account), "team")


async def _take_stop_leading(request: web.Request, account: Account, posted: Mapping[str, str]) -> web.Response:
    who = request[SESSION].user.name
    try:
        await stop_leading(request.app[PORTS].sign_in, who, account.user.name, posted.get("team", ""))
    except UserRefused as refusal:
        return await _refused(request, account, "team", refusal)
    raise done(_address(account), "team")


async def _take_reset_password(
    request: web.Request,
    account: Account,
    posted: Mapping[str, str],  # noqa: ARG001 - as every action has it
) -> web.Response:
    password = await reset_password(request.app[PORTS].sign_in, request[SESSION].user.name, account.user.name)
    return await _page(request, account, _state(account), password=password)


async def _take_revoke(request: web.Request, account: Account, posted: Mapping[str, str]) -> web.Response:
    name = account.user.name
    try:
        await revoke_token(request.app[PORTS].sign_in, request[SESSION].user.name, posted.get("token", ""), user=name)
    except UserRefused as refusal:
        raise web.HTTPNotFound from refusal
    raise done(_address(account), "token-revoked")


_OTHERS: Mapping[str, Callable[[web.Request, Account, Mapping[str, str]], Awaitable[web.Response]]] = {
    "roles": _take_roles,
    "lead": _take_lead,
    "stop-leading": _take_stop_leading,
    "reset-password": _take_reset_password,
    "revoke": _take_revoke,
}


async def _account(request: web.Request) -> Account:
    ports, name = request.app[PORTS].sign_in, request.match_info["name"]
    account = await ports.accounts.find_account(name, ports.clock()) if name.isprintable() else None
    if account is None:
        raise web.HTTPNotFound
    return account


async def _refused(request: web.Request, account: Account, place: str, refusal: UserRefused) -> web.Response:
    fault = refusal_text(words_of(request), refusal)
    return await _page(request, account, FormState(_state(account).typed, {place: fault}))


def _state(account: Account) -> FormState:
    """Return the form of the roles as they are."""
    held = {role.value: "on" for role in account.user.roles}
    return FormState({"person": account.user.person or "", **held})


async def _page(
    request: web.Request, account: Account, state: FormState, *, password: str | None = None
) -> web.Response:
    ports, words = request.app[PORTS].sign_in, words_of(request)
    now = ports.clock()
    tokens = await ports.tokens.of_user(account.user.name)
    return render(
        request,
        "person.html",
        status=HTTPStatus.BAD_REQUEST if state.faults else HTTPStatus.OK,
        person=await account_view(request, account, words),
        form=state,
        roles=role_choices(state.typed, words),
        is_supervisor=Role.SUPERVISOR in account.user.roles,
        leaderships=[_leadership(each, account, words) for each in account.leaderships],
        teams=sorted(await ports.accounts.known_teams())[:200],
        sessions=len(await ports.sessions.of_user(account.user.name, now)),
        tokens=[token_view(each, words, now) for each in tokens],
        password=password,
        notice=notice_of(request),
        is_self=account.user.name == request[SESSION].user.name,
    )


def _leadership(each: Leadership, account: Account, words: Words) -> LeadershipView:
    since = words.moment(each.starts_at)
    if each.ends_at is None:
        return LeadershipView(each.team, words.gettext("since %(time)s", time=since), each.team in account.user.leads)
    span = words.gettext("from %(start)s to %(end)s", start=since, end=words.moment(each.ends_at))
    return LeadershipView(each.team, span, is_now=False)


def _address(account: Account) -> str:
    return f"/people/{account.user.name}"


ROUTES = (
    page(_PATH, show_person, Right.ACCOUNTS),
    form(_PATH, take_person, Right.ACCOUNTS),
)
