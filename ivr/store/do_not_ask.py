"""The do-not-ask list in the database; a table that is only ever added to."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from ivr.domain.calls import CallId
from ivr.domain.do_not_ask import DoNotAskEntry
from ivr.store.database import Database
from ivr.store.faults import refusal
from ivr.store.tables import do_not_ask
from ivr.store.writer import Writer

_AT_ONCE = 500


class SqlDoNotAsk:
    """Implements :class:`ivr.usecases.keep_do_not_ask.DoNotAskList`; every method raises DatabaseRefused."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def append(self, entries: Iterable[DoNotAskEntry]) -> int:
        """Append those of ``entries`` that say anything new, durably; return how many.

        Many are stored a few at a time, with rests, so that calls are stored in between; appending the same ones
        again after a fault adds what is missing.
        """
        coming, appended = iter(entries), 0
        while batch := list(islice(coming, _AT_ONCE)):
            started = time.perf_counter()
            appended += await self._writer.write(partial(_append, entries=batch))
            if len(batch) == _AT_ONCE:
                await asyncio.sleep(time.perf_counter() - started)
        return appended

    def standing(self) -> Iterator[DoNotAskEntry]:
        """Yield the last word of every caller who is not to be asked, in the order in which they were noted."""
        last = select(func.max(do_not_ask.c.id)).group_by(do_not_ask.c.caller)
        statement = (
            select(do_not_ask).where(do_not_ask.c.id.in_(last), do_not_ask.c.is_refusal).order_by(do_not_ask.c.id)
        )
        try:
            with self._database.engine.connect() as connection:
                for row in connection.execution_options(yield_per=1000).execute(statement):
                    yield _entry(row)
        except SQLAlchemyError as error:
            raise refusal(error, self._database.place) from error


def _append(connection: Connection, entries: Sequence[DoNotAskEntry]) -> int:
    last = _last_words(connection, {entry.caller for entry in entries})
    appended = []
    for entry in entries:
        if entry.changes(last.get(entry.caller)):
            appended.append(entry)
            last[entry.caller] = entry
    if appended:
        connection.execute(insert(do_not_ask), [_row(entry) for entry in appended])
    return len(appended)


def _last_words(connection: Connection, callers: set[str]) -> dict[str, DoNotAskEntry]:
    last = select(func.max(do_not_ask.c.id)).where(do_not_ask.c.caller.in_(callers)).group_by(do_not_ask.c.caller)
    rows = connection.execute(select(do_not_ask).where(do_not_ask.c.id.in_(last)))
    return {row.caller: _entry(row) for row in rows}


def _entry(row: Row[*tuple[Any, ...]]) -> DoNotAskEntry:
    call = None if row.pbx is None else CallId(row.pbx, row.uniqueid)
    return DoNotAskEntry(row.caller, row.at, row.is_refusal, row.source, row.who, call)


def _row(entry: DoNotAskEntry) -> dict[str, Any]:
    return {
        "caller": entry.caller,
        "at": entry.at,
        "is_refusal": entry.is_refusal,
        "source": entry.source,
        "who": entry.who,
        "pbx": None if entry.call is None else entry.call.pbx,
        "uniqueid": None if entry.call is None else entry.call.uniqueid,
    }
