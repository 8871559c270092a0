"""Sealed numbers in the database: kept until they expire, or until nobody may be called any more."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, tuple_, update

from ivr.domain.calls import CallId
from ivr.domain.outcomes import Outcome
from ivr.store.database import Database
from ivr.store.tables import calls, do_not_ask, sealed_numbers
from ivr.store.upserts import insert_or_keep
from ivr.store.writer import Writer
from ivr.usecases.draw_follow_ups import SealedNumber

_MOST_AT_ONCE = 500


class SqlSealedNumbers:
    """Implements :class:`ivr.usecases.draw_follow_ups.SealedNumbers`; every method raises DatabaseRefused."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def keep(self, number: SealedNumber) -> None:
        """Store ``number``, durably; one that is there for its call stays as it is."""
        row = {
            "pbx": number.call.pbx,
            "uniqueid": number.call.uniqueid,
            "purpose": number.purpose,
            "probability": number.probability,
            "sealed": number.sealed,
            "sealed_at": number.sealed_at,
            "expires_at": number.expires_at,
        }
        insert = insert_or_keep(sealed_numbers, self._database.dialect)

        def work(connection: Connection) -> None:
            connection.execute(insert, row)

        await self._writer.write(work)

    async def kept(self, at: datetime) -> Sequence[SealedNumber]:
        """Return the numbers that may be used at ``at``, the oldest first."""
        statement = (
            select(sealed_numbers)
            .where(~_is_over(at))
            .order_by(sealed_numbers.c.sealed_at, sealed_numbers.c.pbx, sealed_numbers.c.uniqueid)
        )

        def query(connection: Connection) -> list[SealedNumber]:
            return [
                SealedNumber(
                    CallId(row.pbx, row.uniqueid),
                    row.purpose,
                    row.probability,
                    row.sealed,
                    row.sealed_at,
                    row.expires_at,
                )
                for row in connection.execute(statement)
            ]

        return await self._database.read_report(query)

    async def note_opened(self, opened: Collection[CallId], at: datetime, by: str) -> None:
        """Note who had the numbers of the calls opened, and when; durable on return."""
        keys = [(call.pbx, call.uniqueid) for call in opened]

        def work(connection: Connection) -> None:
            for start in range(0, len(keys), _MOST_AT_ONCE):
                these = tuple_(sealed_numbers.c.pbx, sealed_numbers.c.uniqueid).in_(keys[start : start + _MOST_AT_ONCE])
                connection.execute(update(sealed_numbers).where(these).values(opened_at=at, opened_by=by))

        await self._writer.write(work)

    async def purge(self, at: datetime, *, everything: bool = False) -> int:
        """Delete what may not be used any more at ``at``, or all; return how many numbers."""
        statement = delete(sealed_numbers)
        if not everything:
            statement = statement.where(_is_over(at))

        def work(connection: Connection) -> int:
            return connection.execute(statement).rowcount

        return await self._writer.write(work)


def _is_over(at: datetime) -> ColumnElement[bool]:
    """Return whether a number has expired, its call was rated after all, or its caller does not want to be asked."""
    last_word: Any = (
        select(do_not_ask.c.is_refusal)
        .where(do_not_ask.c.caller == calls.c.caller)
        .order_by(do_not_ask.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    settled = (
        select(calls.c.pbx)
        .where(
            and_(calls.c.pbx == sealed_numbers.c.pbx, calls.c.uniqueid == sealed_numbers.c.uniqueid),
            or_(calls.c.outcome == Outcome.RATED.value, last_word),
        )
        .correlate(sealed_numbers)
        .exists()
    )
    return or_(sealed_numbers.c.expires_at <= at, settled)
