"""The directory: who sits at an interface and in which team a person is, at a moment.

Each answer is read afresh: people are imported by another process, and an answer that was kept would be an old one.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, bindparam, or_, select

from ivr.store.database import Database
from ivr.store.driver_cursor import driver_cursor
from ivr.store.prepared_read import PreparedRead
from ivr.store.tables import interfaces, memberships


class SqlDirectory:
    """Implements :class:`ivr.usecases.ports.Directory`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._person = PreparedRead(_held(interfaces.c.person, interfaces.c.interface), database.dialect)
        self._team = PreparedRead(_held(memberships.c.team, memberships.c.person), database.dialect)

    async def person_at(self, interface: str, at: datetime) -> str | None:
        """Return the person's key, or None where nobody is entered for ``interface``."""
        return await self._holder(self._person, interface, at)

    async def team_of(self, person: str, at: datetime) -> str | None:
        """Return the team's key, or None."""
        return await self._holder(self._team, person, at)

    async def _holder(self, read: PreparedRead, owner: str, at: datetime) -> str | None:
        def query(connection: Connection) -> str | None:
            with driver_cursor(connection) as cursor:
                row = read.first(cursor, owner=owner, at=at)
            return None if row is None else str(row[0])

        return await self._database.read(query)


def _held(holder: Column[str], owner: Column[str]) -> Select[*tuple[Any, ...]]:
    """Select who holds ``owner`` (an interface has a person, a person has a team) at a moment."""
    spans = holder.table.c
    at = bindparam("at", type_=spans.starts_at.type)
    return select(holder).where(
        owner == bindparam("owner"), spans.starts_at <= at, or_(spans.ends_at.is_(None), spans.ends_at > at)
    )
