"""Accounts: users, their roles and their sessions, in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ivr.errors import UserRefused
from ivr.store.database import Database
from ivr.store.tables import sessions, user_roles, users
from ivr.store.writer import Writer
from ivr.usecases.accounts import Credentials, Role, Session, User


class SqlAccounts:
    """Implements :class:`ivr.usecases.accounts.Accounts`."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def add_user(self, credentials: Credentials) -> None:
        """Store a new user; raises UserRefused where the name is taken."""
        user = credentials.user
        row = {"name": user.name, "password_hash": credentials.password_hash, "person": user.person}

        def work(connection: Connection) -> None:
            try:
                connection.execute(insert(users), row)
            except IntegrityError as error:
                raise UserRefused(f'the user "{user.name}" is there already; choose another name') from error
            if user.roles:
                connection.execute(
                    insert(user_roles), [{"user": user.name, "role": role} for role in sorted(user.roles)]
                )

        await self._writer.write(work)

    async def replace_password(self, name: str, password_hash: str) -> None:
        """Store a new hash for ``name``; raises UserRefused where there is no such user."""
        statement = update(users).where(users.c.name == name).values(password_hash=password_hash)

        def work(connection: Connection) -> None:
            if connection.execute(statement).rowcount == 0:
                raise UserRefused(f'there is no user "{name}"; add one with `ivr user add`')

        await self._writer.write(work)

    async def find_credentials(self, name: str) -> Credentials | None:
        """Return the user of that name, or None."""

        def query(connection: Connection) -> Credentials | None:
            row = connection.execute(select(users).where(users.c.name == name)).one_or_none()
            return None if row is None else Credentials(_user(connection, row), row.password_hash)

        return await self._database.read_report(query)

    async def open_session(self, session: Session) -> None:
        """Store a session."""
        row = {
            "token_hash": session.token_hash,
            "user": session.user.name,
            "csrf_token": session.csrf_token,
            "opened_at": session.opened_at,
            "expires_at": session.expires_at,
        }
        await self._writer.write(lambda connection: _run(connection, insert(sessions).values(row)))

    async def find_session(self, token_hash: str, now: datetime) -> Session | None:
        """Return the session if there is one that has not expired at ``now``."""
        statement = (
            select(sessions, users.c.name, users.c.person)
            .join(users, users.c.name == sessions.c.user)
            .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now)
        )

        def query(connection: Connection) -> Session | None:
            row = connection.execute(statement).one_or_none()
            if row is None:
                return None
            user = _user(connection, row)
            return Session(row.token_hash, user, row.csrf_token, row.opened_at, row.expires_at)

        return await self._database.read_report(query)

    async def close_session(self, token_hash: str) -> None:
        """End a session; ending one that is not there changes nothing."""
        statement = delete(sessions).where(sessions.c.token_hash == token_hash)
        await self._writer.write(lambda connection: _run(connection, statement))

    async def purge_sessions(self, now: datetime) -> None:
        """Drop what has expired."""
        statement = delete(sessions).where(sessions.c.expires_at <= now)
        await self._writer.write(lambda connection: _run(connection, statement))

    async def names(self) -> Sequence[str]:
        """Return every user's name, in order."""
        statement = select(users.c.name).order_by(users.c.name)
        return await self._database.read_report(lambda connection: list(connection.execute(statement).scalars()))


def _run(connection: Connection, statement: Executable) -> None:
    connection.execute(statement)


def _user(connection: Connection, row: Row[*tuple[Any, ...]]) -> User:
    statement = select(user_roles.c.role).where(user_roles.c.user == row.name)
    roles = frozenset(Role(role) for role in connection.execute(statement).scalars())
    return User(row.name, roles, row.person)
