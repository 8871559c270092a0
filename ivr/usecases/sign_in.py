"""Signs a person in and out: password to session, session to user."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Protocol

from ivr.usecases.accounts import Accounts, Session
from ivr.usecases.ports import Clock

SESSION_HOURS = 12
"""A session ends so long after sign-in, used or not."""

LONGEST_PASSWORD = 1024


class Passwords(Protocol):
    """Hashes passwords, beside the event loop."""

    async def hash(self, password: str) -> str:
        """Return the encoded hash of ``password``, with its salt and costs."""

    async def match(self, password_hash: str | None, password: str) -> bool:
        """Say whether ``password`` belongs to the hash; None costs the same work and never matches."""

    def is_outdated(self, password_hash: str) -> bool:
        """Say whether a hash was made at other costs than those of today."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just been opened; ``token`` goes to the browser and is kept nowhere else."""

    session: Session
    token: str


def hash_token(token: str) -> str:
    """Return the SHA-256 under which a session is stored."""
    return sha256(token.encode(errors="surrogateescape")).hexdigest()


async def sign_in(
    name: str, password: str, *, accounts: Accounts, passwords: Passwords, clock: Clock
) -> SignedIn | None:
    """Open a session under a fresh token; None where name and password do not fit, never saying which."""
    # A name with control characters is nobody's, and some databases fail on one.
    credentials = await accounts.find_credentials(normal_name(name)) if name.isprintable() else None
    known = credentials.password_hash if credentials is not None else None
    matches = await passwords.match(known, password[: LONGEST_PASSWORD + 1])
    if credentials is None or not matches or len(password) > LONGEST_PASSWORD:
        return None
    if passwords.is_outdated(credentials.password_hash):
        await accounts.replace_password(credentials.user.name, await passwords.hash(password))
    now = clock()
    await accounts.purge_sessions(now)
    token = secrets.token_urlsafe(32)
    session = Session(
        token_hash=hash_token(token),
        user=credentials.user,
        csrf_token=secrets.token_urlsafe(32),
        opened_at=now,
        expires_at=now + timedelta(hours=SESSION_HOURS),
    )
    await accounts.open_session(session)
    return SignedIn(session, token)


async def sign_out(token: str, *, accounts: Accounts) -> None:
    """End the session of ``token``."""
    await accounts.close_session(hash_token(token))


def normal_name(name: str) -> str:
    """Return a user's name as it is stored: without blanks around it, in small letters."""
    return name.strip().casefold()
