"""The callers: a ledger that knows many, and candidates of whom most are known."""

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, insert

from ivr.domain.asking_rules import AskingRules, Caps, QueueRules, Throttle
from ivr.domain.calls import CallId
from ivr.domain.eligibility import Candidate, Sampling
from ivr.domain.outcomes import Outcome
from ivr.store.database import Database
from ivr.store.tables import calls, do_not_ask

DAYS, AGENTS, QUEUES = 400, 200, 10
CAP = 10_000_000
"""High enough never to decline: what is measured is that it is looked at."""
RULES = AskingRules(
    queues={"*": QueueRules(Sampling(0.5), 10.0, Caps(CAP, CAP))},
    agents={"*": Caps(CAP, CAP)},
    throttle=Throttle(1, 30),
)


def caller_of(number: int) -> str:
    """Return the hash of the known caller of that number."""
    return f"h1:{hashlib.sha256(str(number).encode()).hexdigest()}"


def fill(database: Database, callers: int, now: datetime) -> None:
    """Store a call of each known caller, and the word of 2 in 100 of them."""
    # The seed of the calls and of nothing secret.
    drawn = random.Random(7)

    def rows() -> Iterator[dict[str, object]]:
        for number in range(callers):
            at = now - timedelta(days=DAYS * drawn.random())
            declined = Outcome.NOT_SELECTED.value if drawn.random() < 0.3 else None
            yield {
                "pbx": "past",
                "uniqueid": f"{int(at.timestamp())}.{number}",
                "state": "closed",
                "caller": caller_of(number),
                "entered_at": at,
                "entry_agent": f"agent-{number % AGENTS}",
                "entry_queue": f"queue-{number % QUEUES}",
                "entry_selection_probability": 0.5,
                "entry_declined": declined,
                "ended_at": at,
                "outcome": declined or Outcome.NO_KEY.value,
            }

    with database.engine.connect().execution_options(writes=True) as connection:
        # Built at the end, in their order; a million callers in no order take minutes otherwise.
        for index in calls.indexes:
            index.drop(connection)
        coming = rows()
        while batch := list(islice(coming, 10_000)):
            connection.execute(insert(calls), batch)
        words = [
            {"caller": caller_of(number), "at": now, "is_refusal": True, "source": "keypad"}
            for number in range(0, callers, 50)
        ]
        connection.execute(insert(do_not_ask), words)
        for index in calls.indexes:
            index.create(connection)
        connection.commit()
        settle(database.dialect, connection)


def settle(dialect: str, connection: Connection) -> None:
    """Have the disk done with the filling before anything is measured."""
    if dialect == "postgresql":
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    else:
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]


def candidates(count: int, callers: int, now: datetime, run: str) -> list[Candidate]:
    """Return callers at the rating entry, nine in ten of them known."""
    drawn = random.Random(11)
    return [
        Candidate(
            CallId(run, f"{int(now.timestamp())}.{number}"),
            now,
            caller_of(drawn.randrange(callers) if drawn.random() < 0.9 else -number - 1),
            f"queue-{number % QUEUES}",
            f"agent-{number % AGENTS}",
            talk_seconds=60.0,
        )
        for number in range(count)
    ]
