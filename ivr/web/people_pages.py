"""The people who may sign in: the list, and a new one."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right, Role
from ivr.errors import UserRefused
from ivr.usecases.accounts import Account
from ivr.usecases.add_user import AddedUser, add_user
from ivr.web.forms import FormState, read_choices, read_form
from ivr.web.languages import Words
from ivr.web.ports import PORTS, SESSION
from ivr.web.refusals import refusal_text
from ivr.web.role_words import role_may, role_name, role_names
from ivr.web.routes import form, page
from ivr.web.templates import render, words_of

PEOPLE_PATH = "/people"
ADD_PATH = "/add-person"
MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class AccountView:
    """Somebody as a row; ``waits`` is how long the next try at a sign-in has to wait, empty where it need not."""

    name: str
    roles: str
    person: str
    teams: str
    signed_in: str
    is_disabled: bool
    waits: str
    has_totp: bool


async def show_people(request: web.Request) -> web.Response:
    """GET /people: everybody, fifty a page."""
    ports, words = request.app[PORTS].sign_in, words_of(request)
    wanted = request.query.get("name", "").strip().casefold()[:64]
    everybody = [each for each in await ports.accounts.users(ports.clock()) if wanted in each.user.name]
    number = _page_number(request.query.get("page", "1"), len(everybody))
    part = everybody[(number - 1) * MOST_ROWS : number * MOST_ROWS]
    return render(
        request,
        "people.html",
        people=[await account_view(request, each, words) for each in part],
        wanted=wanted,
        all=len(everybody),
        page=number,
        pages=_pages(len(everybody)),
    )


async def show_add(request: web.Request) -> web.Response:
    """GET /add-person: the form."""
    return _add(request, FormState(first="name"))


async def take_add(request: web.Request) -> web.Response:
    """POST /add-person: a new user, whose first password is shown once."""
    posted, chosen = await read_form(request), await read_choices(request, "role")
    words = words_of(request)
    typed = {**{name: posted.get(name, "") for name in ("name", "person", "teams")}, **dict.fromkeys(chosen, "on")}
    roles = {role for role in Role if role.value in chosen}
    person = typed["person"].strip() or None
    faults: dict[str, str] = {}
    if not typed["name"].strip():
        faults["name"] = words.gettext("Write the name that the user signs in with.")
    if not roles:
        faults["role"] = words.gettext("Choose at least one role.")
    if roles == {Role.AGENT} and person is None:
        faults["person"] = words.gettext("Write whose figures the agent sees: the agent's key in the call centre.")
    teams = teams_of(typed["teams"])
    if teams and Role.SUPERVISOR not in roles:
        faults["teams"] = words.gettext("Only a supervisor leads a team; choose that role, or leave this empty.")
    if faults:
        return _add(request, FormState(typed, faults))
    try:
        added = await add_user(
            request.app[PORTS].sign_in,
            typed["name"],
            roles=roles,
            person=person,
            teams=teams,
            who=request[SESSION].user.name,
        )
    except UserRefused as refusal:
        return _add(request, FormState(typed, {"name": refusal_text(words, refusal)}))
    return _add(request, FormState(), added=added)


def teams_of(text: str) -> tuple[str, ...]:
    """Return the teams that somebody wrote with commas between them."""
    return tuple(dict.fromkeys(team for part in text.split(",") if (team := part.strip())))


async def account_view(request: web.Request, account: Account, words: Words) -> AccountView:
    """Put an account into words."""
    ports = request.app[PORTS].sign_in
    wait = await ports.tries.waits(account.user.name, ports.clock())
    signed_in = account.signed_in_at
    return AccountView(
        name=account.user.name,
        roles=role_names(account.user.roles, words),
        person=account.user.person or "",
        teams=", ".join(sorted(account.user.leads)),
        signed_in=words.gettext("never") if signed_in is None else words.moment(signed_in),
        is_disabled=account.disabled_at is not None,
        waits=words.seconds(wait) if wait > 0 else "",
        has_totp=account.has_totp,
    )


def role_choices(chosen: Mapping[str, str], words: Words) -> list[tuple[str, str, bool]]:
    """Return the roles as boxes: each with what it may do."""
    return [(role.value, f"{role_name(role, words)}: {role_may(role, words)}", role.value in chosen) for role in Role]


def _add(request: web.Request, state: FormState, *, added: AddedUser | None = None) -> web.Response:
    return render(
        request,
        "person_add.html",
        status=HTTPStatus.BAD_REQUEST if state.faults else HTTPStatus.OK,
        form=state,
        roles=role_choices(state.typed, words_of(request)),
        added=added,
    )


def _pages(number: int) -> int:
    return max(1, -(-number // MOST_ROWS))


def _page_number(text: str, number: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise web.HTTPNotFound
    page_number = int(text)
    if not 1 <= page_number <= _pages(number):
        raise web.HTTPNotFound
    return page_number


ROUTES = (
    page(PEOPLE_PATH, show_people, Right.ACCOUNTS),
    page(ADD_PATH, show_add, Right.ACCOUNTS),
    form(ADD_PATH, take_add, Right.ACCOUNTS),
)
