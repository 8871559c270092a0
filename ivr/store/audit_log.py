"""The audit log in the database: a chain that is only ever added to, which the database itself sees to.

The hash of each new entry, the head, goes into the log as well. Somebody who can write the database can make the whole
chain anew, or cut off its end, but not the lines that have left the machine.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Row, insert, select, text

from ivr.domain.audit_chain import (
    AuditEntry,
    AuditEvent,
    ChainCheck,
    canonical_detail,
    check_chain,
    next_entry,
)
from ivr.store.database import Database
from ivr.store.tables import audit_log
from ivr.store.writer import Writer
from ivr.usecases.audit import Detail
from ivr.usecases.ports import Clock

_LOCK = 0x49565204  # beside the tries' lock
_AT_ONCE = 1000

_log = structlog.get_logger(__name__)


class SqlAuditLog:
    """Implements :class:`ivr.usecases.audit.AuditLog`; every method raises DatabaseRefused.

    ``writes_lines``: whether each entry goes into the log of the program as well.
    """

    def __init__(self, database: Database, writer: Writer, clock: Clock, *, writes_lines: bool = False) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._writes_lines = writes_lines

    async def note(self, event: AuditEvent, who: str, subject: str | None = None, **detail: Detail) -> AuditEntry:
        """Add an entry, durable on return."""
        words = canonical_detail(detail)

        def work(connection: Connection) -> AuditEntry:
            if connection.dialect.name == "postgresql":
                # SQLite's writers take turns anyhow.
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            last = connection.execute(select(audit_log).order_by(audit_log.c.id.desc()).limit(1)).one_or_none()
            entry = next_entry(
                None if last is None else _entry(last),
                at=self._clock(),
                who=who,
                event=event.value,
                subject=subject,
                detail=words,
            )
            connection.execute(insert(audit_log), _row(entry))
            return entry

        entry = await self._writer.write(work)
        if self._writes_lines:
            _log.info("audit", number=entry.number, audited=entry.event, who=who, subject=subject, head=entry.hash)
        return entry

    async def entries(
        self,
        *,
        limit: int,
        before: int | None = None,
        event: str | None = None,
        who: str | None = None,
        subject: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Sequence[AuditEntry]:
        """Return the newest entries first, at most ``limit``; ``before`` is the number that a page goes on from."""
        statement = select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(audit_log.c.id < before)
        if event is not None:
            statement = statement.where(audit_log.c.event == event)
        if who is not None:
            statement = statement.where(audit_log.c.who == who)
        if subject is not None:
            statement = statement.where(audit_log.c.subject == subject)
        if since is not None:
            statement = statement.where(audit_log.c.at >= since)
        if until is not None:
            statement = statement.where(audit_log.c.at < until)
        return await self._database.read_report(
            lambda connection: [_entry(row) for row in connection.execute(statement)]
        )

    async def check(self, *, heads: Iterable[str] = ()) -> ChainCheck:
        """Check the whole chain; ``heads`` are hashes that were noted outside and ought to be in it."""
        wanted = frozenset(heads)
        return await self._database.read_report(lambda connection: check_chain(_all_entries(connection), heads=wanted))


def _all_entries(connection: Connection) -> Iterator[AuditEntry]:
    """Yield every entry, the oldest first, a thousand at a time."""
    after = None
    while True:
        statement = select(audit_log).order_by(audit_log.c.id).limit(_AT_ONCE)
        rows = connection.execute(statement if after is None else statement.where(audit_log.c.id > after)).all()
        yield from map(_entry, rows)
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1].id


def _entry(row: Row[*tuple[Any, ...]]) -> AuditEntry:
    return AuditEntry(row.id, row.at, row.who, row.event, row.subject, row.detail, row.previous, row.hash)


def _row(entry: AuditEntry) -> dict[str, object]:
    return {
        "id": entry.number,
        "at": entry.at,
        "who": entry.who,
        "event": entry.event,
        "subject": entry.subject,
        "detail": entry.detail,
        "previous": entry.previous,
        "hash": entry.hash,
    }
