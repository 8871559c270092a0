"""The directory: who sits at an interface and in which team a person is, at a moment."""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, or_, select

from ivr.store.database import Database
from ivr.store.tables import interfaces, memberships


class SqlDirectory:
    """Implements :class:`ivr.usecases.ports.Directory`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def person_at(self, interface: str, at: datetime) -> str | None:
        """Return the person's key, or None where nobody is entered for ``interface``."""
        statement = select(interfaces.c.person).where(interfaces.c.interface == interface, *_valid(interfaces, at))
        return await self._database.read(lambda connection: connection.execute(statement).scalar())

    async def team_of(self, person: str, at: datetime) -> str | None:
        """Return the team's key, or None."""
        statement = select(memberships.c.team).where(memberships.c.person == person, *_valid(memberships, at))
        return await self._database.read(lambda connection: connection.execute(statement).scalar())


def _valid(table: Table, at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.starts_at <= at, or_(table.c.ends_at.is_(None), table.c.ends_at > at)
