"""The project's own server with what the service has around it: ledger, metrics, and a log in a file.

A press and an answer are durable (SQLite, write-ahead log, FULL) before the commands that follow the key.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from benchmarks.agi.servers import ours
from benchmarks.agi.servers.seven import AFTER_THE_KEY, DEADLINE_SECONDS, UNTIL_THE_KEY
from ivr.domain.calls import PRIMARY_QUESTION, Answer, CallId, Press
from ivr.domain.outcomes import Outcome
from ivr.observe.labels import Labels
from ivr.observe.logging import set_up_logging
from ivr.observe.metrics import Metrics
from ivr.store.database import open_database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer
from ivr.telephony.agi.request import AgiRequest
from ivr.telephony.agi.server import Handler
from ivr.telephony.agi.session import AgiSession

log = structlog.get_logger(__name__)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[int]:
    """Serve on a free port of loopback; ``folder`` takes the database and the log."""
    metrics = Metrics(Labels(verbs=tuple(sorted(ours.VERBS))))
    database = open_database(f"sqlite:///{folder / 'ratings.db'}")
    with (folder / "log.jsonl").open("w") as lines:
        set_up_logging("info", lines)
        try:
            async with Writer(database, meter=metrics) as writer:
                ledger = SqlLedger(database, writer)
                async with ours.serving(_rate(ledger, metrics), metrics) as port:
                    yield port
        finally:
            database.close()


def _rate(ledger: SqlLedger, metrics: Metrics) -> Handler:
    async def rate(request: AgiRequest, session: AgiSession) -> None:
        for line in UNTIL_THE_KEY:
            reply = await session.command(line, DEADLINE_SECONDS)
        key = chr(reply.result or 0)
        call = CallId("bench", request.uniqueid)
        await ledger.record(
            Press(call, 1, key, 9500, 9500), Answer(call, PRIMARY_QUESTION, Outcome.RATED, 2, key, int(key), 9500)
        )
        for line in AFTER_THE_KEY:
            await session.command(line, DEADLINE_SECONDS)
        metrics.question_ended(Outcome.RATED)
        log.info("question_ended", outcome=Outcome.RATED, key=key)

    return rate
