"""The names of people, as the directory has them."""

from collections.abc import Mapping

from sqlalchemy import select

from ivr.store.database import Database
from ivr.store.tables import people


class SqlPersonNames:
    """Implements :class:`ivr.usecases.ports.PersonNames`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def names(self) -> Mapping[str, str]:
        """Return everybody's name by key."""
        rows = await self._database.read_report(
            lambda connection: connection.execute(select(people.c.person, people.c.name)).all()
        )
        return {row.person: row.name for row in rows}
