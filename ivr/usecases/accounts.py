"""Accounts: the people who may sign in, their roles and their sessions, as the use cases need them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from ivr.domain.access import Right, Role, Scope, rights_of, scope_of

__all__ = [
    "IDLE",
    "NOWHERE",
    "Account",
    "Accounts",
    "Credentials",
    "Leadership",
    "Origin",
    "Right",
    "Role",
    "Session",
    "Sessions",
    "Step",
    "User",
]

IDLE = timedelta(minutes=30)
"""A session ends when nobody has used it for so long, unless the settings say otherwise."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in.

    ``person`` is the agent whose own figures an agent may see, ``leads`` are the teams that a supervisor leads now.
    ``granted`` narrows the rights to those of an API token; None where a person has signed in.
    """

    name: str
    roles: frozenset[Role]
    person: str | None = None
    leads: frozenset[str] = frozenset()
    granted: frozenset[Right] | None = None

    @property
    def rights(self) -> frozenset[Right]:
        """What the user may do."""
        held = rights_of(self.roles)
        return held if self.granted is None else held & self.granted

    @property
    def scope(self) -> Scope:
        """Whose calls the user sees; a token without others' figures is one for the own alone."""
        roles = self.roles if Right.FIGURES in self.rights else self.roles & {Role.AGENT}
        return scope_of(roles, leads=self.leads, person=self.person)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user with the argon2id hash of the password; the password itself is never kept.

    ``disabled_at``: since when the user may not sign in. ``has_totp``: a code is asked for after the password.
    ``is_first_password``: it was made for the user, who ought to choose another; ``password_changed_at`` is its age.
    """

    user: User
    password_hash: str
    disabled_at: datetime | None = None
    has_totp: bool = False
    is_first_password: bool = False
    password_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Leadership:
    """That a supervisor leads ``team`` from a moment on, until another or for good."""

    team: str
    starts_at: datetime
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A user as those who look after users see one; ``live_sessions`` and ``live_tokens`` are how many there are."""

    user: User
    disabled_at: datetime | None
    has_totp: bool
    password_changed_at: datetime | None
    leaderships: tuple[Leadership, ...]
    live_sessions: int
    live_tokens: int
    signed_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from; ``browser`` is what it says of itself."""

    address: str | None = None
    browser: str | None = None


NOWHERE = Origin()
"""Where nobody knows."""


class Step(StrEnum):
    """What a signed-in browser has to do before anything else."""

    CODE = "code"
    """Enter the code of the authenticator app: so far only the password was right."""
    PASSWORD = "password"  # noqa: S105 - the name of a step
    """Choose a password: this one was made for the user, and is too old by now."""
    SET_UP = "set_up"
    """Set an authenticator app up: a role of the user must have one."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser, or a request with an API token.

    Only the SHA-256 of its token is stored; ``csrf_token`` is expected in every form. ``id`` names the session in
    lists and tells nothing about the token. ``api_token`` is the id of the API token, None for a browser.
    ``step`` says what has to be done first; nothing else is open until then. ``seen_at`` is None before the first use.
    ``has_first_password``: the user's password was made for the user, so somebody else has seen it.
    """

    token_hash: str
    user: User
    csrf_token: str
    opened_at: datetime
    expires_at: datetime
    id: str = ""
    seen_at: datetime | None = None
    origin: Origin = NOWHERE
    step: Step | None = None
    api_token: str | None = None
    has_first_password: bool = False


class Accounts(Protocol):
    """Where users are kept. What changes somebody raises UserRefused where there is no such user."""

    async def add_user(self, credentials: Credentials, at: datetime) -> None:
        """Store a new user, who leads the teams from ``at`` on; raises UserRefused where the name is taken."""

    async def rehash(self, name: str, password_hash: str) -> None:
        """Store a new hash of the same password."""

    async def replace_password(self, name: str, password_hash: str, at: datetime, *, is_first: bool = False) -> None:
        """Store the hash of a new password; ``is_first``: it was made for the user."""

    async def find_credentials(self, name: str, now: datetime) -> Credentials | None:
        """Return the user of that name with the teams led at ``now``, or None."""

    async def users(self, now: datetime) -> Sequence[Account]:
        """Return everybody, ordered by name."""

    async def find_account(self, name: str, now: datetime) -> Account | None:
        """Return one user, or None."""

    async def replace_roles(self, name: str, roles: Collection[Role], person: str | None) -> None:
        """Give the user these roles and no others."""

    async def disable(self, name: str, at: datetime | None) -> None:
        """Let the user not sign in any more from ``at`` on; None: again."""

    async def lead(self, name: str, leadership: Leadership) -> None:
        """Have the user lead a team; one with the same team and start takes the new end."""

    async def note_sign_in(self, name: str, at: datetime) -> None:
        """Note when the user signed in last."""

    async def known_teams(self) -> Collection[str]:
        """Return the teams that people or calls have belonged to."""


class Sessions(Protocol):
    """Where sessions are kept."""

    async def open(self, session: Session) -> None:
        """Store a session."""

    async def find(self, token_hash: str, now: datetime, *, is_activity: bool = True) -> Session | None:
        """Return the session unless it has expired, stood idle too long, or its user may not sign in.

        ``is_activity``: a person is behind the request, so that the session stands idle from now on; it is noted
        once a minute, beside what waits for the answer.
        """

    async def of_user(self, name: str, now: datetime) -> Sequence[Session]:
        """Return the live sessions of ``name``, the one used last first."""

    async def end(self, token_hash: str) -> None:
        """End a session; ending one that is not there changes nothing."""

    async def end_one(self, name: str, session_id: str) -> bool:
        """End a session of ``name`` by its id; False where there is none."""

    async def end_all(self, name: str, *, but: str | None = None) -> int:
        """End the sessions of ``name``, except that with the token hash ``but``; return how many."""

    async def purge(self, now: datetime) -> int:
        """Drop what has expired; return how many sessions."""
