"""What signing in and looking after sign-ins needs, joined once by whoever starts the house."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from ivr.domain.access import Role
from ivr.usecases.accounts import Accounts, Sessions
from ivr.usecases.api_tokens import ApiTokens
from ivr.usecases.audit import AuditLog
from ivr.usecases.ports import Clock
from ivr.usecases.second_steps import OneTimeCodes, Safe, SecondSteps
from ivr.usecases.tries import Tries


class Passwords(Protocol):
    """Hashes passwords, beside the event loop."""

    async def hash(self, password: str) -> str:
        """Return the encoded hash of ``password``, with its salt and costs."""

    async def match(self, password_hash: str | None, password: str) -> bool:
        """Say whether ``password`` belongs to the hash; None costs the same work and never matches."""

    def is_outdated(self, password_hash: str) -> bool:
        """Say whether a hash was made at other costs than those of today."""


@dataclass(frozen=True, slots=True)
class SignInRules:
    """``longest``: a session ends so long after the sign-in, used or not. ``totp_roles`` must have the second step."""

    longest: timedelta = timedelta(hours=12)
    totp_roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class SignInPorts:
    """Where users, sessions, second steps, tries, tokens and the audit log are."""

    accounts: Accounts
    sessions: Sessions
    second_steps: SecondSteps
    tokens: ApiTokens
    tries: Tries
    audit: AuditLog
    passwords: Passwords
    codes: OneTimeCodes
    safe: Safe
    clock: Clock
    rules: SignInRules = SignInRules()
