"""Contested ratings and what was decided about them; both are only ever added to, and triggers refuse a change."""

from sqlalchemy import Column, ForeignKey, Index, Table

from ivr.domain.contests import Verdict
from ivr.store.column_types import NAME, UtcDateTime
from ivr.store.tables.parts import ROW_ID, metadata, one_of

# A call's rating is contested once. No foreign key: a call may be erased, what was said about it stays.
contests = Table(
    "contests",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("pbx", NAME, nullable=False),
    Column("uniqueid", NAME, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", NAME, nullable=False),
    Column("person", NAME),
    Column("reason", NAME, nullable=False),
    Index(None, "pbx", "uniqueid", unique=True),
)

# The last decision of a contest holds; it has set `calls.excluded` in its own transaction.
contest_decisions = Table(
    "contest_decisions",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("contest", ROW_ID, ForeignKey("contests.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", NAME, nullable=False),
    Column("person", NAME),
    Column("verdict", NAME, nullable=False),
    Column("reason", NAME, nullable=False),
    one_of("verdict", Verdict),
    Index(None, "contest", "id"),
)
