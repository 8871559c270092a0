"""API tokens in the database: the hash of each, with what it may do and until when."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ivr.domain.access import Right
from ivr.errors import UserRefused
from ivr.store.database import Database
from ivr.store.last_uses import LastUses
from ivr.store.tables import api_tokens, users
from ivr.store.user_rows import read_user
from ivr.store.writer import Writer
from ivr.usecases.accounts import Session
from ivr.usecases.api_tokens import ApiToken


class SqlApiTokens:
    """Implements :class:`ivr.usecases.api_tokens.ApiTokens`; every method raises DatabaseRefused."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer
        self._uses = LastUses(writer)

    async def add(self, token: ApiToken, token_hash: str) -> None:
        """Store a token; raises UserRefused where there is no such user."""
        row = {
            "id": token.id,
            "token_hash": token_hash,
            "user": token.user,
            "name": token.name,
            "scope": " ".join(sorted(token.scope)),
            "made_at": token.made_at,
            "made_by": token.made_by,
            "expires_at": token.expires_at,
        }

        def work(connection: Connection) -> None:
            try:
                connection.execute(insert(api_tokens), row)
            except IntegrityError as error:
                raise UserRefused(f'there is no user "{token.user}"; add one with `ivr user add`') from error

        await self._writer.write(work)

    async def find(self, token_hash: str, now: datetime) -> Session | None:
        """Return what a live token opens: a session whose user has the token's rights and no more."""
        statement = (
            select(api_tokens, users.c.person)
            .join(users, users.c.name == api_tokens.c.user)
            .where(
                api_tokens.c.token_hash == token_hash,
                api_tokens.c.expires_at > now,
                users.c.disabled_at.is_(None),
            )
        )

        def query(connection: Connection) -> Session | None:
            row = connection.execute(statement).one_or_none()
            if row is None:
                return None
            user = read_user(connection, row.user, row.person, now, _scope(row.scope))
            # No form is ever sent with a token; a value that nobody knows fits none.
            unknown = secrets.token_urlsafe(32)
            return Session(
                token_hash, user, unknown, row.made_at, row.expires_at, seen_at=row.used_at, api_token=row.id
            )

        found = await self._database.read_report(query)
        if found is not None:
            used = update(api_tokens).where(api_tokens.c.token_hash == token_hash).values(used_at=now)
            self._uses.note(token_hash, found.seen_at, now, used)
        return found

    async def of_user(self, name: str | None = None) -> Sequence[ApiToken]:
        """Return the tokens of ``name`` (None: of all), the newest first."""
        statement = select(api_tokens).order_by(api_tokens.c.made_at.desc(), api_tokens.c.id)
        if name is not None:
            statement = statement.where(api_tokens.c.user == name)
        return await self._database.read_report(
            lambda connection: [_token(row) for row in connection.execute(statement)]
        )

    async def revoke(self, token_id: str, *, user: str | None = None) -> ApiToken | None:
        """Drop a token, of ``user`` where one is named, and return it; None where there is none."""
        condition = api_tokens.c.id == token_id
        wanted = condition if user is None else condition & (api_tokens.c.user == user)

        def work(connection: Connection) -> ApiToken | None:
            row = connection.execute(select(api_tokens).where(wanted)).one_or_none()
            if row is None:
                return None
            connection.execute(delete(api_tokens).where(wanted))
            return _token(row)

        return await self._writer.write(work)

    async def purge(self, now: datetime) -> int:
        """Drop what has expired; return how many."""
        statement = delete(api_tokens).where(api_tokens.c.expires_at <= now)

        def work(connection: Connection) -> int:
            return connection.execute(statement).rowcount

        return await self._writer.write(work)

    async def settled(self) -> None:
        """Wait until every use that was noted is written."""
        await self._uses.settled()


def _token(row: Row[*tuple[Any, ...]]) -> ApiToken:
    return ApiToken(
        row.id, row.user, row.name, _scope(row.scope), row.made_at, row.made_by, row.expires_at, row.used_at
    )


def _scope(text: str) -> frozenset[Right]:
    """Return the rights in ``text``; one that this program does not know any more is none."""
    return frozenset(Right(word) for word in text.split() if word in set(Right))
