"""Accounts: the people who may sign in, their roles and their sessions, as the use cases need them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """What a user may do. Operators set layouts and users; supervisors see teams; agents see their own figures."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in; ``person`` is the agent whose own figures an agent may see."""

    name: str
    roles: frozenset[Role]
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user with the argon2id hash of the password; the password itself is never kept."""

    user: User
    password_hash: str


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. Only the SHA-256 of its token is stored; ``csrf_token`` is expected in every form."""

    token_hash: str
    user: User
    csrf_token: str
    opened_at: datetime
    expires_at: datetime


class Accounts(Protocol):
    """Where users and sessions are kept."""

    async def add_user(self, credentials: Credentials) -> None:
        """Store a new user; raises UserRefused where the name is taken."""

    async def replace_password(self, name: str, password_hash: str) -> None:
        """Store a new hash for ``name``."""

    async def find_credentials(self, name: str) -> Credentials | None:
        """Return the user of that name, or None."""

    async def open_session(self, session: Session) -> None:
        """Store a session."""

    async def find_session(self, token_hash: str, now: datetime) -> Session | None:
        """Return the session if there is one that has not expired at ``now``."""

    async def close_session(self, token_hash: str) -> None:
        """End a session; ending one that is not there changes nothing."""

    async def purge_sessions(self, now: datetime) -> None:
        """Drop what has expired."""
