"""Tallies: what cells share, the cells, the changes that are not in them yet; and the fits made from them.

Where a text, a number or both may be missing, a cell's key could not be unique: to both databases no NULL is like
another. So whatever several cells share has a row and a number of its own, made from its content; the agent, the only
text that stands in a cell, is empty where there is none. ``book`` tells a set of tallies that is in use from one that
is being built beside it; ``import_id`` is 0 for live calls and those of imports that were merged into them.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, Double, Index, Integer, Table

from ivr.store.column_types import NAME, UtcDateTime
from ivr.store.tables.parts import ROW_ID, metadata

# Which book is in use (none in a ledger of before, until one is built), and how far a new one has come.
tally_state = Table(
    "tally_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("book", Integer),
    Column("zone", NAME, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("built_at", UtcDateTime),
    Column("building", Integer),
    Column("building_zone", NAME),
    Column("scanned_pbx", NAME),
    Column("scanned_uniqueid", NAME),
    CheckConstraint("id = 1", name="one"),
)

# Written by triggers: what a counted call was (sign -1) and is now (sign 1), until it is taken into the cells.
tally_changes = Table(
    "tally_changes",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("sign", Integer, nullable=False),
    Column("import_id", ROW_ID),
    Column("pbx", NAME, nullable=False),
    Column("uniqueid", NAME, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("caller", NAME),
    Column("team", NAME),
    Column("agent", NAME),
    Column("queue", NAME),
    Column("site", NAME),
    Column("segment", NAME),
    Column("language", NAME),
    Column("wait_seconds", Double),
    Column("layout", NAME),
    Column("layout_version", NAME),
    Column("allocation", NAME),
    Column("delay_seconds", Double),
    Column("selection_probability", Double),
    Column("outcome", NAME),
    Column("category", Integer),
    Column("options_heard", Integer),
    Column("press_ms", Integer),
    Column("confirm_key", NAME),
    Column("followup", NAME),
    Column("followup_category", Integer),
    Column("asked_seconds", Double),
    Column("ended_by", NAME),
)


def _number(name: str) -> Column[int]:
    return Column(name, ROW_ID, primary_key=True, autoincrement=False)


def _in_a_book() -> tuple[Column[int], Column[int]]:
    return Column("book", Integer, primary_key=True, autoincrement=False), _number("import_id")


def _sum(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


tally_contacts = Table(
    "tally_contacts",
    metadata,
    _number("id"),
    Column("period", NAME, nullable=False),
    Column("site", NAME),
    Column("queue", NAME),
    Column("segment", NAME),
    Column("language", NAME),
    Column("wait_bin", Integer),
    Column("layout", NAME),
    Column("layout_version", NAME),
    Column("allocation", NAME),
    Column("delay_seconds", Double),
    Column("selection_probability", Double),
)

tally_places = Table(
    "tally_places",
    metadata,
    _number("id"),
    Column("team", NAME),
    Column("site", NAME),
    Column("queue", NAME),
    Column("language", NAME),
    Column("layout", NAME),
    Column("layout_version", NAME),
    Column("allocation", NAME),
)

tally_hearings = Table(
    "tally_hearings",
    metadata,
    _number("id"),
    Column("layout", NAME),
    Column("layout_version", NAME),
    Column("outcome", NAME),
    Column("options_heard", Integer),
    Column("latency_bin", Integer),
)

tally_results = Table(
    "tally_results",
    metadata,
    _number("id"),
    Column("outcome", NAME),
    Column("category", Integer),
    Column("followup", NAME),
    Column("followup_category", Integer),
    Column("confirm_key", NAME),
    # Of daily cells alone.
    Column("ended_by", NAME),
    Column("options_heard", Integer),
)

daily_tallies = Table(
    "daily_tallies",
    metadata,
    *_in_a_book(),
    Column("day", NAME, primary_key=True),
    _number("place"),
    Column("agent", NAME, primary_key=True),
    _number("result"),
    _sum("calls"),
    _sum("asked"),
    _sum("asked_ms"),
    _sum("asked_ms_squared"),
    Column("first_us", BigInteger, nullable=False),
    Column("last_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

press_tallies = Table(
    "press_tallies",
    metadata,
    *_in_a_book(),
    Column("day", NAME, primary_key=True),
    _number("hearing"),
    _sum("calls"),
    sqlite_with_rowid=False,
)

period_tallies = Table(
    "period_tallies",
    metadata,
    *_in_a_book(),
    _number("contact"),
    Column("agent", NAME, primary_key=True),
    _number("result"),
    _sum("calls"),
    sqlite_with_rowid=False,
)

group_tallies = Table(
    "group_tallies",
    metadata,
    *_in_a_book(),
    _number("contact"),
    Column("replicate_group", Integer, primary_key=True, autoincrement=False),
    _number("result"),
    _sum("calls"),
    sqlite_with_rowid=False,
)

# At which revision of the tallies the daily cells and the presses of a day changed last; 0 where they are those of an
# import that is not complete, which nobody sees.
tally_days = Table(
    "tally_days",
    metadata,
    *_in_a_book(),
    Column("day", NAME, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# A fit of whole months: what it was made from, and FittedFigures as JSON. Empty months: open at that end.
fits = Table(
    "fits",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("first_month", NAME),
    Column("last_month", NAME),
    Column("basis", NAME, nullable=False),
    Column("computed_at", UtcDateTime, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("handled", BigInteger),
    Column("figures", NAME, nullable=False),
    Index(None, "first_month", "last_month", "id"),
    CheckConstraint("seconds >= 0", name="seconds"),
    sqlite_autoincrement=True,
)
