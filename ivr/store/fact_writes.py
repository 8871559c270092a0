"""Writing facts: one statement for each kind, idempotent, in any order.

What a fact settled stays settled: of arrivals and legs only what was NULL is filled, and presses, answers and
exposures never change once stored. The call's own row is made by whichever fact comes first. As the order of
kinds means nothing, the facts of many writes are stored together, each kind with one statement.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, or_

from ivr.domain.calls import (
    Answer,
    AskingEnded,
    CallArrived,
    CallGone,
    Comment,
    Exposure,
    Fact,
    Invited,
    Leg,
    Press,
    RatingEntered,
)
from ivr.store import fact_rows, tables
from ivr.store.bulk_statement import BulkStatement, Row
from ivr.store.driver_cursor import PLACEHOLDERS, driver_batch
from ivr.store.upserts import Insert, insert_or_fill, insert_or_keep, proposed

FactRows = Sequence[tuple[int, Row]]
"""Facts as rows, each with the place of its kind among the kinds."""

# Something that only a handled call has: a channel that was settled as never handled is open again. The call is
# nearly always there, so its key is looked up before a row with every default and check is made for nothing.
_SHOW = """
WITH shown (pbx, uniqueid) AS (VALUES ({mark}, {mark}))
INSERT INTO calls (pbx, uniqueid) SELECT pbx, uniqueid FROM shown WHERE NOT EXISTS (
    SELECT 1 FROM calls
    WHERE calls.pbx = shown.pbx AND calls.uniqueid = shown.uniqueid AND calls.state <> 'discarded'
)
ON CONFLICT (pbx, uniqueid) DO UPDATE SET state = 'open' WHERE calls.state = 'discarded'
"""
_UNSHOWING = (CallArrived, Invited, CallGone)
"""Kinds that a channel has, handled or not."""


class FactWrites:
    """The statements for one kind of database."""

    def __init__(self, dialect: str) -> None:
        kinds: dict[type, tuple[Insert, Sequence[str], Callable[[Any], Row]]] = {
            CallArrived: (_arrive(dialect), fact_rows.ARRIVAL_COLUMNS, fact_rows.arrival_row),
            CallGone: (
                insert_or_fill(tables.calls, dialect, ("gone_at",)),
                fact_rows.DEPARTURE_COLUMNS,
                fact_rows.departure_row,
            ),
            RatingEntered: (_enter(dialect), fact_rows.ENTRY_COLUMNS, fact_rows.entry_row),
            Leg: (_connect(dialect), fact_rows.LEG_COLUMNS, fact_rows.leg_row),
            Exposure: (
                insert_or_keep(tables.exposures, dialect),
                fact_rows.EXPOSURE_COLUMNS,
                fact_rows.exposure_row,
            ),
            Press: (insert_or_keep(tables.presses, dialect), fact_rows.PRESS_COLUMNS, fact_rows.press_row),
            Answer: (insert_or_keep(tables.answers, dialect), fact_rows.ANSWER_COLUMNS, fact_rows.answer_row),
            Comment: (insert_or_keep(tables.comments, dialect), fact_rows.COMMENT_COLUMNS, fact_rows.comment_row),
            AskingEnded: (
                insert_or_fill(tables.calls, dialect, ("asked_seconds",)),
                fact_rows.BURDEN_COLUMNS,
                fact_rows.burden_row,
            ),
            Invited: (
                insert_or_fill(tables.invitations, dialect, ("consent_key", "consent")),
                fact_rows.INVITATION_COLUMNS,
                fact_rows.invitation_row,
            ),
        }
        self._show = BulkStatement(_SHOW.format(mark=PLACEHOLDERS[dialect]), ("TEXT", "TEXT"), 2, dialect)
        self._statements = [BulkStatement.of(insert, columns, dialect) for insert, columns, _ in kinds.values()]
        self._kinds = {
            kind: (place, statement.bound, row_of)
            for place, (statement, (kind, (_, _, row_of))) in enumerate(
                zip(self._statements, kinds.items(), strict=True)
            )
        }
        self._press = self._kinds[Press][0]
        self._showing = frozenset(place for kind, (place, _, _) in self._kinds.items() if kind not in _UNSHOWING)

    def rows_of(self, facts: Iterable[Fact]) -> FactRows:
        """Return ``facts`` as :meth:`store` takes them; raises ValueError for a value that no column takes."""
        rows = []
        for fact in facts:
            place, bound, row_of = self._kinds[type(fact)]
            rows.append((place, bound(row_of(fact))))
        return rows

    def store(self, connection: Connection, writes: Sequence[FactRows]) -> Sequence[None]:
        """Store the facts of many writes; within a kind, one that comes earlier settles what it says."""
        by_kind: list[list[Row]] = [[] for _ in self._statements]
        shown: dict[Row, None] = {}
        for rows in writes:
            for place, row in rows:
                by_kind[place].append(row)
                if place in self._showing:
                    shown[row[:2]] = None
        with driver_batch(connection) as cursor:
            # First, as everything under a call refers to its row.
            self._show.run(cursor, list(shown))
            for statement, rows_of_kind in zip(self._statements, by_kind, strict=True):
                statement.run(cursor, rows_of_kind)
        return [None] * len(writes)

    def write_presses(self, connection: Connection, presses: Sequence[Press]) -> None:
        """Store presses of calls that are there already."""
        with driver_batch(connection) as cursor:
            self._statements[self._press].run(cursor, [fact_rows.press_row(press) for press in presses])


def _arrive(dialect: str) -> Insert:
    calls = tables.calls
    return insert_or_fill(
        calls,
        dialect,
        ("linkedid", "arrived_at", "caller", "site", "segment", "language"),
        {"test": or_(calls.c.test, proposed(calls, "test", dialect))},
    )


def _enter(dialect: str) -> Insert:
    calls = tables.calls

    def only_first(column: str) -> ColumnElement[Any]:
        # Being asked is NULL here, so a plain fill could turn it into a refusal to ask.
        return case((calls.c.entered_at.is_(None), proposed(calls, column, dialect)), else_=calls.c[column])

    return insert_or_fill(
        calls,
        dialect,
        ("entered_at", "entry_agent", "entry_queue"),
        {
            column: only_first(column)
            for column in (
                "entry_selection_probability",
                "entry_declined",
                "entry_agent_is_named",
                "entry_declined_by",
            )
        },
    )


def _connect(dialect: str) -> Insert:
    return insert_or_fill(
        tables.legs,
        dialect,
        ("agent", "interface", "queue", "ended_at", "ended_by", "wait_seconds", "talk_seconds"),
    )
