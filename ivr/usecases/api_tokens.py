"""API tokens as the use cases need them: keys for scripts, each with rights of its own and an end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ivr.domain.access import Right
from ivr.usecases.accounts import Session

TOKEN_PREFIX = "ivr_"  # noqa: S105 - what every token begins with
LONGEST_DAYS = 366
TOKEN_SCOPES = tuple(right for right in Right if right not in {Right.OWN_ACCOUNT, Right.ACCOUNTS})
"""What a token may be given: it never signs anybody in or out and changes no account."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as lists show it; of the token itself only a hash is stored."""

    id: str
    user: str
    name: str
    scope: frozenset[Right]
    made_at: datetime
    made_by: str
    expires_at: datetime
    used_at: datetime | None = None


class ApiTokens(Protocol):
    """Where tokens are kept."""

    async def add(self, token: ApiToken, token_hash: str) -> None:
        """Store a token; raises UserRefused where there is no such user."""

    async def find(self, token_hash: str, now: datetime) -> Session | None:
        """Return what a live token opens: a session whose user has the token's rights and no more."""

    async def of_user(self, name: str | None = None) -> Sequence[ApiToken]:
        """Return the tokens of ``name`` (None: of all), the newest first."""

    async def revoke(self, token_id: str, *, user: str | None = None) -> ApiToken | None:
        """Drop a token, of ``user`` where one is named, and return it; None where there is none."""

    async def purge(self, now: datetime) -> int:
        """Drop what has expired; return how many."""
