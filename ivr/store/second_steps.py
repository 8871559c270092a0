"""Second steps in the database: sealed secrets of authenticator apps, and hashes of recovery codes."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Executable, delete, func, insert, select, update

from ivr.store.database import Database
from ivr.store.tables import recovery_codes, totps
from ivr.store.upserts import insert_into
from ivr.store.writer import Writer
from ivr.usecases.second_steps import Totp


class SqlSecondSteps:
    """Implements :class:`ivr.usecases.second_steps.SecondSteps`; every method raises DatabaseRefused."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def totp_of(self, name: str) -> Totp | None:
        """Return what ``name`` has set up or begun to; None where nothing."""
        statement = select(totps).where(totps.c.user == name)

        def query(connection: Connection) -> Totp | None:
            row = connection.execute(statement).one_or_none()
            return None if row is None else Totp(row.sealed, row.confirmed_at, row.last_step)

        return await self._database.read_report(query)

    async def begin_totp(self, name: str, sealed: str) -> None:
        """Keep a secret that is not confirmed yet, in the place of an earlier one like it; a confirmed one stays."""
        statement = insert_into(totps, self._database.dialect).values(user=name, sealed=sealed, last_step=0)
        await self._count(
            statement.on_conflict_do_update(
                index_elements=[totps.c.user],
                set_={"sealed": statement.excluded.sealed},
                where=totps.c.confirmed_at.is_(None),
            )
        )

    async def confirm_totp(self, name: str, sealed: str, step: int, at: datetime, codes: Collection[str]) -> bool:
        """Confirm the secret ``sealed`` and keep the hashes of recovery ``codes``; False where it is not there."""
        statement = (
            update(totps)
            .where(totps.c.user == name, totps.c.sealed == sealed, totps.c.confirmed_at.is_(None))
            .values(confirmed_at=at, last_step=step)
        )

        def work(connection: Connection) -> bool:
            if connection.execute(statement).rowcount == 0:
                return False
            _keep_codes(connection, name, codes)
            return True

        return await self._writer.write(work)

    async def use_step(self, name: str, step: int) -> bool:
        """Note that a code of ``step`` was used; False where that one or a later one was used already."""
        statement = update(totps).where(totps.c.user == name, totps.c.last_step < step).values(last_step=step)
        return await self._count(statement) > 0

    async def drop_totp(self, name: str) -> bool:
        """Forget secret and recovery codes; False where there were none."""

        def work(connection: Connection) -> bool:
            connection.execute(delete(recovery_codes).where(recovery_codes.c.user == name))
            return connection.execute(delete(totps).where(totps.c.user == name)).rowcount > 0

        return await self._writer.write(work)

    async def replace_recovery_codes(self, name: str, hashes: Collection[str]) -> None:
        """Keep these recovery codes and no others."""
        await self._writer.write(lambda connection: _keep_codes(connection, name, hashes))

    async def use_recovery_code(self, name: str, code_hash: str) -> bool:
        """Use a recovery code up; False where there is none like it."""
        statement = delete(recovery_codes).where(recovery_codes.c.user == name, recovery_codes.c.code_hash == code_hash)
        return await self._count(statement) > 0

    async def recovery_codes_left(self, name: str) -> int:
        """Return how many recovery codes are not used."""
        statement = select(func.count()).where(recovery_codes.c.user == name)
        return await self._database.read_report(lambda connection: connection.execute(statement).scalar_one())

    async def _count(self, statement: Executable) -> int:
        def work(connection: Connection) -> int:
            return connection.execute(statement).rowcount

        return await self._writer.write(work)


def _keep_codes(connection: Connection, name: str, hashes: Collection[str]) -> None:
    connection.execute(delete(recovery_codes).where(recovery_codes.c.user == name))
    if hashes:
        connection.execute(insert(recovery_codes), [{"user": name, "code_hash": each} for each in hashes])
