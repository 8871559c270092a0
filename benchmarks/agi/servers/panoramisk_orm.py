"""panoramisk's FastAGI application as it is usually written: an ORM session and a commit for each rating, and a log.

SQLite takes one writer at a time, so one thread of its own does the commits: that is as fast as a pool, whose threads
wait for each other, and faster than aiosqlite. The database is as durable as ours: write-ahead log, FULL.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from panoramisk.fast_agi import Request
from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.agi.servers import panoramisk_fast_agi
from benchmarks.agi.servers.seven import AFTER_THE_KEY, UNTIL_THE_KEY

log = logging.getLogger(__name__)


class Base(DeclarativeBase):
    """The model's base."""


class Rating(Base):
    """One rating."""

    __tablename__ = "ratings"
    id: Mapped[int] = mapped_column(primary_key=True)
    uniqueid: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str]
    category: Mapped[int]
    press_ms: Mapped[int]
    rated_at: Mapped[datetime]


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[int]:
    """Serve on a free port of loopback; ``folder`` takes the database and the log."""
    logging.basicConfig(filename=folder / "log.jsonl", level=logging.INFO, format="%(message)s")
    # One line a session, as the other side has: not its own of the request as well.
    logging.getLogger("panoramisk.fast_agi").setLevel(logging.WARNING)
    engine = create_engine(f"sqlite:///{folder / 'ratings.db'}")

    @event.listens_for(engine, "connect")
    def prepare(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")

    Base.metadata.create_all(engine)

    def commit(uniqueid: str, key: str) -> None:
        with Session(engine) as session:
            session.add(
                Rating(uniqueid=uniqueid, key=key, category=int(key), press_ms=9500, rated_at=datetime.now(UTC))
            )
            session.commit()

    async def rate(request: Request) -> None:
        for line in UNTIL_THE_KEY:
            reply = await request.send_command(line)
        key = chr(int(reply["result"][0]))
        uniqueid = request.headers["agi_uniqueid"]
        await asyncio.get_running_loop().run_in_executor(writer, commit, uniqueid, key)
        for line in AFTER_THE_KEY:
            await request.send_command(line)
        log.info(json.dumps({"event": "question_ended", "call_id": uniqueid, "outcome": "rated", "key": key}))

    with ThreadPoolExecutor(max_workers=1) as writer:
        async with panoramisk_fast_agi.serving(rate) as port:
            yield port
    engine.dispose()
