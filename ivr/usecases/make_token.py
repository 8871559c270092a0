"""Makes, finds and revokes API tokens."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from ivr.domain.access import Right
from ivr.domain.audit_chain import AuditEvent
from ivr.errors import UserRefused
from ivr.usecases.accounts import Session
from ivr.usecases.api_tokens import LONGEST_DAYS, TOKEN_PREFIX, TOKEN_SCOPES, ApiToken
from ivr.usecases.sign_in import hash_token, normal_name
from ivr.usecases.sign_in_ports import SignInPorts

LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token; ``secret`` is what a script sends, and is shown once."""

    token: ApiToken
    secret: str


async def make_token(
    ports: SignInPorts, who: str, user: str, *, name: str, scope: Collection[Right], days: int
) -> MadeToken:
    """Make a token of ``user`` that is good for ``days`` days; what it may do is asked anew at each use.

    Raises UserRefused: no such user, a scope that the user does not have, a span or a name that will not do.
    """
    now = ports.clock()
    account = await ports.accounts.find_account(normal_name(user), now) if user.isprintable() else None
    if account is None:
        raise UserRefused(f'there is no user "{user}"; `ivr user list` shows them')
    _check_scope(scope, account.user.rights, account.user.name)
    if not 1 <= days <= LONGEST_DAYS:
        raise UserRefused(f"a token is good for 1 to {LONGEST_DAYS} days, not {days}; write a number of those")
    title = name.strip()
    if not title or not title.isprintable() or len(title) > LONGEST_NAME:
        raise UserRefused(f"the token needs a name of 1 to {LONGEST_NAME} characters; say what it is for")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        id=secrets.token_hex(8),
        user=account.user.name,
        name=title,
        scope=frozenset(scope),
        made_at=now,
        made_by=who,
        expires_at=now + timedelta(days=days),
    )
    await ports.audit.note(
        AuditEvent.TOKEN_MADE, who, token.user, token=token.id, name=token.name, scope=sorted(scope), days=days
    )
    await ports.tokens.add(token, hash_token(secret))
    return MadeToken(token, secret)


async def find_token(ports: SignInPorts, secret: str) -> Session | None:
    """Return what the token that a script sent opens; None where it is none, or is over."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    return await ports.tokens.find(hash_token(secret), ports.clock())


async def revoke_token(ports: SignInPorts, who: str, token_id: str, *, user: str | None = None) -> ApiToken:
    """End a token, of ``user`` where one is named; raises UserRefused where there is none."""
    token = next((each for each in await ports.tokens.of_user(user) if each.id == token_id), None)
    if token is None:
        raise UserRefused(f'there is no token "{token_id}"; it may have been revoked already')
    await ports.audit.note(AuditEvent.TOKEN_REVOKED, who, token.user, token=token.id, name=token.name)
    await ports.tokens.revoke(token.id)
    return token


async def revoke_tokens(ports: SignInPorts, who: str, user: str) -> None:
    """End every token of ``user``."""
    for token in await ports.tokens.of_user(user):
        await revoke_token(ports, who, token.id, user=user)


def _check_scope(scope: Collection[Right], held: Collection[Right], name: str) -> None:
    able = [right for right in TOKEN_SCOPES if right in held]
    if not scope:
        raise UserRefused(f"the token has no scope; give one of {', '.join(able)}")
    refused = next((right for right in scope if right not in able), None)
    if refused is not None:
        words = f"choose among {', '.join(able)}" if able else "give the user a role first"
        raise UserRefused(f'a token of "{name}" cannot have the scope {refused}; {words}')
