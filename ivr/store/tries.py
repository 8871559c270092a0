"""Failed tries at signing in, in the database: shared by all that serve it, and kept over a restart."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, text, update

from ivr.store.database import Database
from ivr.store.tables import sign_in_tries
from ivr.store.upserts import insert_or_replace
from ivr.store.writer import Writer
from ivr.usecases.tries import (
    FORGOTTEN_AFTER,
    Failures,
    Limit,
    Turn,
    code_key,
    limit_of,
    name_key,
    pair_key,
    turn_of,
    wait_seconds,
)

_LOCK = 0x49565203  # beside the lock of experiments' decisions


class SqlTries:
    """Implements :class:`ivr.usecases.tries.Tries`; every method raises DatabaseRefused."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def begin(self, limits: Mapping[str, Limit], now: datetime) -> Turn:
        """Return whether a try may go on; it then counts as failed from now on."""
        known = select(sign_in_tries).where(sign_in_tries.c.subject.in_(sorted(limits)))
        store = insert_or_replace(sign_in_tries, self._database.dialect, ("failures", "latest_at"))

        def work(connection: Connection) -> Turn:
            if connection.dialect.name == "postgresql":
                # SQLite's writers take turns anyhow.
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            failures = {row.subject: Failures(row.failures, row.latest_at) for row in connection.execute(known)}
            turn, counted = turn_of(limits, failures, now)
            if counted:
                connection.execute(
                    store,
                    [
                        {"subject": key, "failures": each.number, "latest_at": each.latest_at}
                        for key, each in sorted(counted.items())
                    ],
                )
            return turn

        return await self._writer.write(work)

    async def succeeded(self, limits: Iterable[str], forget: str) -> None:
        """Take one failure of each of ``limits`` back, as the try was none, and forget all those of ``forget``."""
        taken_back = (
            update(sign_in_tries)
            .where(sign_in_tries.c.subject.in_(sorted(limits)), sign_in_tries.c.failures > 0)
            .values(failures=sign_in_tries.c.failures - 1)
        )

        def work(connection: Connection) -> None:
            connection.execute(delete(sign_in_tries).where(sign_in_tries.c.subject == forget))
            connection.execute(taken_back)

        await self._writer.write(work)

    async def waits(self, name: str, now: datetime) -> float:
        """Return for how many seconds ``name`` still has to wait somewhere; 0 where nowhere."""
        statement = select(sign_in_tries).where(_of(name))

        def query(connection: Connection) -> float:
            return max(
                (
                    wait_seconds(Failures(row.failures, row.latest_at), limit_of(row.subject), now)
                    for row in connection.execute(statement)
                ),
                default=0.0,
            )

        return await self._database.read_report(query)

    async def unlock(self, name: str) -> int:
        """Forget every failure that makes ``name`` wait; return how many there were."""
        theirs = _of(name)
        counted = select(func.coalesce(func.sum(sign_in_tries.c.failures), 0)).where(theirs)

        def work(connection: Connection) -> int:
            failures: int = connection.execute(counted).scalar_one()
            connection.execute(delete(sign_in_tries).where(theirs))
            return failures

        return await self._writer.write(work)

    async def purge(self, now: datetime) -> int:
        """Drop what is forgotten at ``now``."""
        over: ColumnElement[bool] = sign_in_tries.c.latest_at < now - FORGOTTEN_AFTER

        def work(connection: Connection) -> int:
            return connection.execute(delete(sign_in_tries).where(over)).rowcount

        return await self._writer.write(work)


def _of(name: str) -> ColumnElement[bool]:
    """Return whether a row makes ``name`` wait, wherever; names hold no blanks."""
    return or_(
        sign_in_tries.c.subject.in_([name_key(name), code_key(name)]),
        sign_in_tries.c.subject.startswith(pair_key(name, ""), autoescape=True),
    )
