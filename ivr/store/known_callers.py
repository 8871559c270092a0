"""Known callers: what the ledger knows of one while that caller waits, with one statement over two indexes.

The statement has a bound: of the list only the last word is read, and of the calls no more than the throttle
counts to, however often a number has called.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    literal_column,
    not_,
    null,
    select,
    type_coerce,
    union_all,
)

from ivr.domain.asking_rules import CallerPast, Throttle
from ivr.domain.calls import CallId
from ivr.store.column_types import NAME, UtcDateTime
from ivr.store.database import Database
from ivr.store.driver_cursor import driver_cursor
from ivr.store.prepared_read import PreparedRead
from ivr.store.tables import calls, do_not_ask

# Written out, as SQLite's words would have a nameless value there.
_NO_OFFSET: ColumnElement[int] = literal_column("0")
Words = Select[*tuple[Any, ...]]


class SqlKnownCallers:
    """Implements :class:`ivr.usecases.decide_asking.KnownCallers`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._word = PreparedRead(_last_word(), database.dialect)
        self._past = PreparedRead(_last_word_and_calls(), database.dialect)

    async def past_of(self, caller: str, at: datetime, throttle: Throttle | None) -> CallerPast:
        """Return whether ``caller`` refuses, and the calls asked in the span of ``throttle``."""
        return await self._database.read_once(lambda connection: self.read(connection, caller, at, throttle))

    def read(self, connection: Connection, caller: str, at: datetime, throttle: Throttle | None) -> CallerPast:
        """Return what :meth:`past_of` does, from ``connection``."""
        with driver_cursor(connection) as cursor:
            if throttle is None:
                rows = self._word.rows(cursor, caller=caller)
            else:
                # One more than counts, as the call in question may be among them.
                bounds = {"since": throttle.since(at), "at_most": throttle.at_most + 1}
                rows = self._past.rows(cursor, caller=caller, **bounds)
        return CallerPast(
            refuses=any(is_refusal for is_refusal, *_ in rows),
            asked={CallId(pbx, uniqueid): moment for _, pbx, uniqueid, moment in rows if moment is not None},
        )


def _last_word() -> Words:
    last = (
        select(do_not_ask.c.is_refusal)
        .where(do_not_ask.c.caller == bindparam("caller"))
        .order_by(do_not_ask.c.id.desc())
        .limit(literal_column("1"))
        .offset(_NO_OFFSET)
        .subquery("last_word")
    )
    nothing = (type_coerce(null(), NAME), type_coerce(null(), NAME), type_coerce(null(), UtcDateTime))
    return select(last.c.is_refusal, *nothing)


def _last_word_and_calls() -> CompoundSelect[*tuple[Any, ...]]:
    asked = (
        select(calls.c.pbx, calls.c.uniqueid, calls.c.entered_at)
        .where(
            calls.c.caller == bindparam("caller"),
            calls.c.entered_at > bindparam("since"),
            # In the words of the index, which has no other calls.
            calls.c.entered_at.is_not(None),
            calls.c.entry_declined.is_(None),
            not_(calls.c.test),
        )
        .order_by(calls.c.entered_at.desc())
        .limit(bindparam("at_most"))
        .offset(_NO_OFFSET)
        .subquery("asked")
    )
    return union_all(_last_word(), select(null(), asked.c.pbx, asked.c.uniqueid, asked.c.entered_at))
