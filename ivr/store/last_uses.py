"""Notes of last uses, written beside what waits for an answer: once a minute for each, and none is ever waited for."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Update

from ivr.errors import DatabaseRefused
from ivr.store.writer import Writer

NOTED_EVERY = timedelta(minutes=1)

_log = structlog.get_logger(__name__)


class LastUses:
    """Writes that something was used, unless it was noted within the last minute or is being noted."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._notes: dict[str, asyncio.Task[None]] = {}

    def note(self, key: str, noted_at: datetime | None, now: datetime, statement: Update) -> None:
        """Run ``statement`` later if ``key`` was last noted at ``noted_at``, long enough ago."""
        if key in self._notes or (noted_at is not None and now - noted_at < NOTED_EVERY):
            return
        task = asyncio.get_running_loop().create_task(self._write(statement))
        self._notes[key] = task
        task.add_done_callback(lambda _: self._notes.pop(key, None))

    async def settled(self) -> None:
        """Wait until what is under way is written."""
        await asyncio.gather(*self._notes.values())

    async def _write(self, statement: Update) -> None:
        def work(connection: Connection) -> None:
            connection.execute(statement)

        try:
            await self._writer.write(work)
        except DatabaseRefused as fault:
            _log.warning("last_use_not_noted", reason=str(fault))
