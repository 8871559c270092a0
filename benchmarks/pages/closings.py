"""Closes calls of today at a steady pace through the ledger, as the service does, until it is ended: a process beside.

.venv/bin/python -m benchmarks.pages.closings DATABASE-URL CALLS-A-SECOND
"""

import asyncio
import sys
import time
from datetime import UTC, datetime
from itertools import count

from ivr.domain.calls import CallId, EndedBy, HandledCall
from ivr.domain.outcomes import Outcome
from ivr.store.database import open_database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer

AGENTS = 1_000


async def close_calls(url: str, pace: float) -> None:
    """Close calls of all agents in turn."""
    database, begun = open_database(url), time.time()
    async with Writer(database) as writer:
        ledger = SqlLedger(database, writer)
        for number in count():
            await asyncio.sleep(max(0.0, begun + number / pace - time.time()))
            await ledger.close(
                HandledCall(
                    CallId("bench-live", f"{begun:.0f}.{number}"),
                    datetime.now(UTC),
                    Outcome.RATED,
                    agent=f"agent-{number * 7 % AGENTS + 1:04}",
                    queue="billing",
                    site="east",
                    language="en",
                    layout="sequential-123",
                    category=number % 3,
                    key=str(number % 3 + 1),
                    ended_by=EndedBy.AGENT,
                    asked_seconds=9.5,
                )
            )


if __name__ == "__main__":
    asyncio.run(close_calls(sys.argv[1], float(sys.argv[2])))
