"""Adds a person who may sign in."""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from ivr.domain.audit_chain import AuditEvent
from ivr.errors import UserRefused
from ivr.usecases.accounts import Credentials, Role, User
from ivr.usecases.audit import SYSTEM
from ivr.usecases.check_password import check_password
from ivr.usecases.sign_in import normal_name
from ivr.usecases.sign_in_ports import SignInPorts

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_GENERATED_BYTES = 15


@dataclass(frozen=True, slots=True)
class AddedUser:
    """A new user; ``generated_password`` is set where none was given, and is shown once."""

    user: User
    generated_password: str | None


async def add_user(
    ports: SignInPorts,
    name: str,
    *,
    roles: Collection[Role],
    person: str | None = None,
    teams: Collection[str] = (),
    password: str | None = None,
    who: str = SYSTEM,
) -> AddedUser:
    """Store a new user, with a generated password, to be replaced within a week, where ``password`` is None.

    ``person`` is the agent's key whose figures a user with the role agent sees, ``teams`` are those that a supervisor
    leads from now on; ``who`` adds the user.

    Raises:
        UserRefused: for a name, password or roles that will not do, and for a name that is taken.
    """
    stored_name = normal_name(name)
    _check_name(stored_name, name)
    check_roles(roles, person)
    if teams and Role.SUPERVISOR not in roles:
        raise UserRefused("a team is led by a supervisor; give the role supervisor, or leave the team out")
    chosen = new_password() if password is None else password
    check_password(chosen, stored_name)
    now = ports.clock()
    if await ports.accounts.find_credentials(stored_name, now) is not None:
        raise UserRefused(f'the user "{stored_name}" is there already; choose another name')
    user = User(stored_name, frozenset(roles), person, frozenset(teams))
    credentials = Credentials(user, await ports.passwords.hash(chosen), is_first_password=password is None)
    await ports.audit.note(
        AuditEvent.USER_ADDED, who, stored_name, roles=sorted(roles), person=person, teams=sorted(teams)
    )
    await ports.accounts.add_user(credentials, now)
    return AddedUser(user, chosen if password is None else None)


def new_password() -> str:
    """Return a password that nobody guesses."""
    return secrets.token_urlsafe(_GENERATED_BYTES)


def check_roles(roles: Collection[Role], person: str | None) -> None:
    """Raise UserRefused where the roles make no sense."""
    if not roles:
        raise UserRefused(f"the user has no role; give one of {', '.join(Role)}")
    if set(roles) == {Role.AGENT} and not person:
        raise UserRefused("the role agent shows one person's figures; say whose, by the agent's key")


def _check_name(stored_name: str, written: str) -> None:
    if _NAME.fullmatch(stored_name) is None:
        raise UserRefused(
            f"the user name {written!r} will not do; write 1 to 64 of a-z, 0-9 and . _ @ + -, "
            "beginning with a letter or digit"
        )
