"""Adds a person who may sign in."""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from ivr.errors import UserRefused
from ivr.usecases.accounts import Accounts, Credentials, Role, User
from ivr.usecases.sign_in import LONGEST_PASSWORD, Passwords, normal_name

SHORTEST_PASSWORD = 12

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_GENERATED_BYTES = 15


@dataclass(frozen=True, slots=True)
class AddedUser:
    """A new user; ``generated_password`` is set where none was given, and is shown once."""

    user: User
    generated_password: str | None


async def add_user(
    name: str,
    *,
    roles: Collection[Role],
    person: str | None,
    password: str | None,
    accounts: Accounts,
    passwords: Passwords,
) -> AddedUser:
    """Store a new user, with a generated password where ``password`` is None.

    ``person`` is the agent's key whose figures a user with the role agent sees.

    Raises:
        UserRefused: for a name, password or roles that will not do, and for a name that is taken.
    """
    stored_name = normal_name(name)
    _check_name(stored_name, name)
    _check_roles(roles, person)
    chosen = secrets.token_urlsafe(_GENERATED_BYTES) if password is None else password
    _check_password(chosen)
    user = User(stored_name, frozenset(roles), person)
    await accounts.add_user(Credentials(user, await passwords.hash(chosen)))
    return AddedUser(user, chosen if password is None else None)


def _check_name(stored_name: str, written: str) -> None:
    if _NAME.fullmatch(stored_name) is None:
        raise UserRefused(
            f"the user name {written!r} will not do; write 1 to 64 of a-z, 0-9 and . _ @ + -, "
            "beginning with a letter or digit"
        )


def _check_roles(roles: Collection[Role], person: str | None) -> None:
    if not roles:
        raise UserRefused(f"the user has no role; give one of {', '.join(Role)}")
    if set(roles) == {Role.AGENT} and not person:
        raise UserRefused("the role agent shows one person's figures; say whose, by the agent's key")


def _check_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise UserRefused(
            f"the password is shorter than {SHORTEST_PASSWORD} characters; "
            "take a longer one, or leave it out to have one made"
        )
    if len(password) > LONGEST_PASSWORD:
        raise UserRefused(f"the password is longer than {LONGEST_PASSWORD} characters; take a shorter one")
