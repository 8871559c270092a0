"""One's own API tokens: keys for scripts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right
from ivr.errors import PasswordRefused, UserRefused
from ivr.usecases.api_tokens import LONGEST_DAYS, TOKEN_SCOPES, ApiToken
from ivr.usecases.make_token import LONGEST_NAME, MadeToken, make_token, revoke_token
from ivr.usecases.own_password import require_own_password
from ivr.web.forms import FormState, read_choices, read_form
from ivr.web.languages import Words
from ivr.web.notices import done, notice_of
from ivr.web.ports import PORTS, SESSION
from ivr.web.refusals import refusal_text
from ivr.web.role_words import right_name, right_names
from ivr.web.routes import form, page
from ivr.web.templates import render, words_of

TOKENS_PATH = "/account/tokens"
_USUAL_DAYS = "90"


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token as a row."""

    id: str
    name: str
    scope: str
    made: str
    made_by: str
    expires: str
    used: str
    is_over: bool


async def show_tokens(request: web.Request) -> web.Response:
    """GET /account/tokens: those there are, and the form for another."""
    return await _page(request, FormState({"days": _USUAL_DAYS}))


async def take_token(request: web.Request) -> web.Response:
    """POST /account/tokens: a new token, shown once."""
    posted, chosen = await read_form(request), await read_choices(request, "scope")
    name, days = posted.get("name", ""), posted.get("days", "")
    user, words = request[SESSION].user, words_of(request)
    typed = {"name": name, "days": days, **dict.fromkeys(chosen, "on")}
    faults: dict[str, str] = {}
    if not name.strip() or not name.isprintable() or len(name.strip()) > LONGEST_NAME:
        faults["name"] = words.gettext("Say in a few words what the token is for.")
    scope = frozenset(right for right in TOKEN_SCOPES if right.value in chosen and right in user.rights)
    if not scope:
        faults["scope"] = words.gettext("Choose at least one thing that the token is for.")
    if not (days.isascii() and days.isdecimal() and 1 <= int(days[:6]) <= LONGEST_DAYS):
        faults["days"] = words.gettext("Write a number of days from 1 to %(most)s.", most=LONGEST_DAYS)
    if faults:
        return await _page(request, FormState(typed, faults))
    ports = request.app[PORTS].sign_in
    try:
        # A token outlives the session, so a browser left open must not give one.
        await require_own_password(ports, request[SESSION], posted.get("password", ""))
        made = await make_token(ports, user.name, user.name, name=name, scope=scope, days=int(days))
    except PasswordRefused as refusal:
        return await _page(request, FormState(typed, {"password": refusal_text(words, refusal)}))
    except UserRefused as refusal:
        return await _page(request, FormState(typed, {"name": refusal_text(words, refusal)}))
    return await _page(request, FormState({"days": _USUAL_DAYS}), made=made)


async def take_revoke(request: web.Request) -> web.Response:
    """POST /account/tokens/revoke: a token opens nothing any more."""
    posted, name = await read_form(request), request[SESSION].user.name
    try:
        await revoke_token(request.app[PORTS].sign_in, name, posted.get("token", ""), user=name)
    except UserRefused as refusal:
        raise web.HTTPNotFound from refusal
    raise done(TOKENS_PATH, "token-revoked")


async def _page(request: web.Request, state: FormState, *, made: MadeToken | None = None) -> web.Response:
    ports, user, words = request.app[PORTS].sign_in, request[SESSION].user, words_of(request)
    tokens = await ports.tokens.of_user(user.name)
    return render(
        request,
        "account_tokens.html",
        status=HTTPStatus.BAD_REQUEST if state.faults else HTTPStatus.OK,
        form=state,
        scopes=_scopes(user.rights, state.typed, words),
        tokens=[token_view(each, words, ports.clock()) for each in tokens],
        made=made,
        notice=notice_of(request),
        most_days=LONGEST_DAYS,
    )


def _scopes(held: frozenset[Right], typed: Mapping[str, str], words: Words) -> list[tuple[str, str, bool]]:
    return [(right.value, right_name(right, words), right.value in typed) for right in TOKEN_SCOPES if right in held]


def token_view(token: ApiToken, words: Words, now: datetime) -> TokenView:
    """Put a token into words, as of ``now``."""
    return TokenView(
        id=token.id,
        name=token.name,
        scope=right_names(token.scope, words),
        made=words.moment(token.made_at),
        made_by=token.made_by,
        expires=words.moment(token.expires_at),
        used=words.gettext("never") if token.used_at is None else words.moment(token.used_at),
        is_over=token.expires_at <= now,
    )


ROUTES = (
    page(TOKENS_PATH, show_tokens, Right.OWN_ACCOUNT),
    form(TOKENS_PATH, take_token, Right.OWN_ACCOUNT),
    form(f"{TOKENS_PATH}/revoke", take_revoke, Right.OWN_ACCOUNT),
)
