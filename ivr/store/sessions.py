"""Sessions in the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update

from ivr.store.database import Database
from ivr.store.last_uses import LastUses
from ivr.store.tables import sessions, users
from ivr.store.user_rows import read_user
from ivr.store.writer import Writer
from ivr.usecases.accounts import IDLE, Origin, Session, Step, User


class SqlSessions:
    """Implements :class:`ivr.usecases.accounts.Sessions`; every method raises DatabaseRefused.

    A session that nobody has used for ``idle`` is over.
    """

    def __init__(self, database: Database, writer: Writer, *, idle: timedelta = IDLE) -> None:
        self._database = database
        self._writer = writer
        self._idle = idle
        self._uses = LastUses(writer)

    async def open(self, session: Session) -> None:
        """Store a session."""
        row = {
            "token_hash": session.token_hash,
            "id": session.id,
            "user": session.user.name,
            "csrf_token": session.csrf_token,
            "opened_at": session.opened_at,
            "expires_at": session.expires_at,
            "seen_at": session.seen_at or session.opened_at,
            "address": session.origin.address,
            "browser": session.origin.browser,
            "step": session.step,
        }

        def work(connection: Connection) -> None:
            connection.execute(insert(sessions), row)

        await self._writer.write(work)

    async def find(self, token_hash: str, now: datetime, *, is_activity: bool = True) -> Session | None:
        """Return the session unless it has expired, stood idle too long, or its user may not sign in.

        ``is_activity`` notes the use once a minute, beside what waits for the answer.
        """
        statement = (
            select(sessions, users.c.person, users.c.is_first_password)
            .join(users, users.c.name == sessions.c.user)
            .where(sessions.c.token_hash == token_hash, self._is_live(now), users.c.disabled_at.is_(None))
        )

        def query(connection: Connection) -> Session | None:
            row = connection.execute(statement).one_or_none()
            return None if row is None else _session(row, read_user(connection, row.user, row.person, now))

        found = await self._database.read_report(query)
        if found is not None and is_activity:
            seen = update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=now)
            self._uses.note(token_hash, found.seen_at, now, seen)
        return found

    async def of_user(self, name: str, now: datetime) -> Sequence[Session]:
        """Return the live sessions of ``name``, the one used last first."""
        statement = (
            select(sessions, users.c.person, users.c.is_first_password)
            .join(users, users.c.name == sessions.c.user)
            .where(sessions.c.user == name, self._is_live(now))
            .order_by(sessions.c.seen_at.desc(), sessions.c.opened_at.desc(), sessions.c.id)
        )

        def query(connection: Connection) -> list[Session]:
            rows = connection.execute(statement).all()
            user = read_user(connection, name, rows[0].person, now) if rows else None
            return [_session(row, user) for row in rows if user is not None]

        return await self._database.read_report(query)

    async def end(self, token_hash: str) -> None:
        """End a session; ending one that is not there changes nothing."""
        await self._delete(sessions.c.token_hash == token_hash)

    async def end_one(self, name: str, session_id: str) -> bool:
        """End a session of ``name`` by its id; False where there is none."""
        return await self._delete(and_(sessions.c.user == name, sessions.c.id == session_id)) > 0

    async def end_all(self, name: str, *, but: str | None = None) -> int:
        """End the sessions of ``name``, except that with the token hash ``but``; return how many."""
        theirs = sessions.c.user == name
        return await self._delete(theirs if but is None else and_(theirs, sessions.c.token_hash != but))

    async def purge(self, now: datetime) -> int:
        """Drop what has expired or stood idle too long; return how many sessions."""
        return await self._delete(~self._is_live(now))

    async def settled(self) -> None:
        """Wait until every use that was noted is written."""
        await self._uses.settled()

    def _is_live(self, now: datetime) -> ColumnElement[bool]:
        return and_(sessions.c.expires_at > now, sessions.c.seen_at > now - self._idle)

    async def _delete(self, condition: ColumnElement[bool]) -> int:
        statement = delete(sessions).where(condition)

        def work(connection: Connection) -> int:
            return connection.execute(statement).rowcount

        return await self._writer.write(work)


def _session(row: Row[*tuple[Any, ...]], user: User) -> Session:
    return Session(
        token_hash=row.token_hash,
        user=user,
        csrf_token=row.csrf_token,
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        id=row.id,
        seen_at=row.seen_at,
        origin=Origin(row.address, row.browser),
        step=None if row.step is None else Step(row.step),
        has_first_password=row.is_first_password,
    )
