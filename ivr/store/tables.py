"""The whole schema as SQLAlchemy tables; the migrations build exactly this.

A call's natural key (``pbx``, ``uniqueid``) is carried by every table under it, so a fact can be stored
without looking anything up, in any order. ``calls`` holds what the facts fill and, once ``state`` is
``closed``, the call's one row of the calls file; columns with ``entry_`` are what the rating entry stated.
"""

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    false,
    text,
)

from ivr.domain.calls import Attribution, EndedBy
from ivr.domain.outcomes import Outcome
from ivr.store.column_types import NAME, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
_ROW_ID = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by itself only in an INTEGER


def _one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    # Not IN: within a check, SQLite builds the list anew for each row, which took a third of a row's time.
    return CheckConstraint(" OR ".join(f"{column} = {str(value)!r}" for value in values), name=column)


def _not_below(column: str, least: int) -> CheckConstraint:
    return CheckConstraint(f"{column} >= {least}", name=column)


def _probability(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN 0 AND 1", name=column)


def _of_call() -> tuple[Column[str], Column[str], ForeignKeyConstraint]:
    return (
        Column("pbx", NAME, primary_key=True),
        Column("uniqueid", NAME, primary_key=True),
        ForeignKeyConstraint(["pbx", "uniqueid"], ["calls.pbx", "calls.uniqueid"], ondelete="CASCADE"),
    )


# A file's calls are stored a few at a time and become visible together, when `complete` turns true.
imports = Table(
    "imports",
    metadata,
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("complete", Boolean, nullable=False, server_default=false()),
)

calls = Table(
    "calls",
    metadata,
    Column("pbx", NAME, primary_key=True),
    Column("uniqueid", NAME, primary_key=True),
    Column("state", NAME, nullable=False, server_default="open"),
    Column("import_id", _ROW_ID, ForeignKey("imports.id")),
    # What the call's arrival tells.
    Column("linkedid", NAME),
    Column("arrived_at", UtcDateTime),
    Column("caller", NAME),
    Column("site", NAME),
    Column("segment", NAME),
    Column("language", NAME),
    Column("test", Boolean, nullable=False, server_default=false()),
    # What the rating entry states.
    Column("entered_at", UtcDateTime),
    Column("entry_agent", NAME),
    Column("entry_queue", NAME),
    Column("entry_selection_probability", Double),
    Column("entry_declined", NAME),
    Column("entry_agent_is_named", Boolean, nullable=False, server_default=false()),
    Column("entry_declined_by", NAME),
    Column("gone_at", UtcDateTime),
    # The burden of the questions.
    Column("asked_seconds", Double),
    # The closed row.
    Column("ended_at", UtcDateTime),
    Column("outcome", NAME),
    Column("agent", NAME),
    Column("queue", NAME),
    Column("team", NAME),
    Column("legs", Integer),
    Column("attribution", NAME),
    Column("wait_seconds", Double),
    Column("talk_seconds", Double),
    Column("ended_by", NAME),
    Column("experiment", NAME),
    Column("layout", NAME),
    Column("layout_version", NAME),
    Column("layout_probability", Double),
    Column("allocation", NAME),
    Column("delay_seconds", Double),
    Column("delay_probability", Double),
    Column("selection_probability", Double),
    Column("options_heard", Integer),
    Column("press_ms", Integer),
    Column("key", NAME),
    Column("category", Integer),
    Column("confirm_probability", Double),
    Column("confirm_key", NAME),
    Column("followup", NAME),
    Column("followup_probability", Double),
    Column("followup_category", Integer),
    Column("excluded", Boolean, nullable=False, server_default=false()),
    _one_of("state", ("open", "closed", "discarded")),
    _one_of("entry_declined", Outcome),
    _one_of("outcome", Outcome),
    _one_of("attribution", Attribution),
    _one_of("ended_by", EndedBy),
    _one_of("followup", ("sampled", "answered")),
    _not_below("legs", 1),
    _not_below("wait_seconds", 0),
    _not_below("talk_seconds", 0),
    _not_below("delay_seconds", 0),
    _not_below("options_heard", 0),
    _not_below("category", 0),
    _not_below("followup_category", 0),
    _probability("entry_selection_probability"),
    _probability("layout_probability"),
    _probability("delay_probability"),
    _probability("selection_probability"),
    _probability("confirm_probability"),
    _probability("followup_probability"),
    Index(None, "ended_at"),
    Index(None, "agent", "ended_at"),
    Index(None, "caller"),
    Index(None, "entered_at"),
    Index(None, "import_id"),
    # What a caller was asked lately; looked up while that caller waits.
    Index(
        "ix_calls_asked",
        "caller",
        "entered_at",
        sqlite_where=text("entered_at IS NOT NULL AND entry_declined IS NULL AND test = 0"),
        postgresql_where=text("entered_at IS NOT NULL AND entry_declined IS NULL AND NOT test"),
    ),
    Index(
        "ix_calls_open",
        "pbx",
        "uniqueid",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

legs = Table(
    "legs",
    metadata,
    *_of_call(),
    Column("leg", NAME, primary_key=True),
    Column("agent", NAME),
    Column("interface", NAME),
    Column("queue", NAME),
    Column("connected_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", NAME),
    Column("wait_seconds", Double),
    Column("talk_seconds", Double),
    _one_of("ended_by", EndedBy),
)

exposures = Table(
    "exposures",
    metadata,
    *_of_call(),
    Column("layout_version", NAME, primary_key=True),
    Column("exposed_at", UtcDateTime, primary_key=True),
    Column("experiment", NAME),
    Column("stratum", NAME, nullable=False),
    Column("layout", NAME, nullable=False),
    Column("layout_probability", Double, nullable=False),
    Column("allocation", NAME, nullable=False),
    Column("delay_seconds", Double, nullable=False),
    Column("delay_probability", Double, nullable=False),
    Column("confirm_probability", Double, nullable=False, server_default=text("0")),
    _not_below("delay_seconds", 0),
    _probability("layout_probability"),
    _probability("delay_probability"),
)

answers = Table(
    "answers",
    metadata,
    *_of_call(),
    Column("question", NAME, primary_key=True),
    Column("status", NAME, nullable=False),
    Column("options_heard", Integer, nullable=False),
    Column("key", NAME),
    Column("category", Integer),
    Column("press_ms", Integer),
    Column("version", NAME),
    _one_of("status", Outcome),
    _not_below("options_heard", 0),
    _not_below("category", 0),
)

presses = Table(
    "presses",
    metadata,
    *_of_call(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", NAME, nullable=False),
    Column("lo_ms", Integer),
    Column("hi_ms", Integer),
    Column("question", NAME),
    _not_below("number", 1),
    CheckConstraint("lo_ms <= hi_ms", name="bounds"),
)

comments = Table(
    "comments",
    metadata,
    *_of_call(),
    Column("question", NAME, primary_key=True),
    Column("file", NAME, nullable=False),
    Column("format", NAME, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("keep_until", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
    _not_below("seconds", 0),
    Index(None, "keep_until"),
)

invitations = Table(
    "invitations",
    metadata,
    *_of_call(),
    Column("invited_at", UtcDateTime, nullable=False),
    Column("experiment", NAME, nullable=False),
    Column("stratum", NAME, nullable=False),
    Column("invitation", NAME, nullable=False),
    Column("invitation_probability", Double, nullable=False),
    Column("script", NAME, nullable=False),
    Column("script_probability", Double, nullable=False),
    Column("consent_key", NAME),
    Column("consent", Boolean),
    _probability("invitation_probability"),
    _probability("script_probability"),
)

# What an experiment gave a stratum in a span of time; never changed, only ended. JSON objects: arm to probability.
allocations = Table(
    "allocations",
    metadata,
    Column("experiment", NAME, primary_key=True),
    Column("stratum", NAME, primary_key=True),
    Column("starts_at", UtcDateTime, primary_key=True),
    Column("ends_at", UtcDateTime),
    Column("layouts", NAME, nullable=False),
    Column("delays", NAME, nullable=False),
    CheckConstraint("ends_at >= starts_at", name="span"),
)

# What was decided of an experiment, by whom and why; only ever added to. `definition` is the whole of it as JSON.
experiment_decisions = Table(
    "experiment_decisions",
    metadata,
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("experiment", NAME, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", NAME, nullable=False),
    Column("decision", NAME, nullable=False),
    Column("reason", NAME),
    Column("definition", NAME),
    Index(None, "experiment", "id"),
)

# A layout joined to its audio; immutable, as `version` is a hash over it. `definition` is its file's text.
layout_versions = Table(
    "layout_versions",
    metadata,
    Column("layout", NAME, primary_key=True),
    Column("version", NAME, primary_key=True),
    Column("language", NAME, nullable=False),
    Column("definition", NAME, nullable=False),
    Column("recordings", NAME, nullable=False),
    Column("leads", NAME),
    Column("noted_at", UtcDateTime, nullable=False),
)

# What became of a version: drafted, checked, published, retired, signed; only ever added to.
layout_decisions = Table(
    "layout_decisions",
    metadata,
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("layout", NAME, nullable=False),
    Column("version", NAME, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", NAME, nullable=False),
    Column("decision", NAME, nullable=False),
    Column("reason", NAME),
    ForeignKeyConstraint(["layout", "version"], ["layout_versions.layout", "layout_versions.version"]),
    Index(None, "layout", "version", "id"),
)

# Callers (by their hashes) who said that they do not want to be asked, or that they do again; only ever added to.
do_not_ask = Table(
    "do_not_ask",
    metadata,
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("caller", NAME, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("is_refusal", Boolean, nullable=False),
    Column("source", NAME, nullable=False),
    Column("who", NAME),
    Column("pbx", NAME),
    Column("uniqueid", NAME),
    Index(None, "caller", "id"),
)

# Numbers that must be dialled or written to later: sealed, with an expiry, apart from the hashes. `probability` is
# the chance that the call had of being drawn.
sealed_numbers = Table(
    "sealed_numbers",
    metadata,
    Column("pbx", NAME, primary_key=True),
    Column("uniqueid", NAME, primary_key=True),
    Column("purpose", NAME, nullable=False),
    Column("probability", Double, nullable=False),
    Column("sealed", NAME, nullable=False),
    Column("sealed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("opened_at", UtcDateTime),
    Column("opened_by", NAME),
    _probability("probability"),
    Index(None, "expires_at"),
)

people = Table(
    "people",
    metadata,
    Column("person", NAME, primary_key=True),
    Column("name", NAME, nullable=False),
)

interfaces = Table(
    "interfaces",
    metadata,
    Column("interface", NAME, primary_key=True),
    Column("starts_at", UtcDateTime, primary_key=True),
    Column("ends_at", UtcDateTime),
    Column("person", NAME, ForeignKey("people.person"), nullable=False),
    CheckConstraint("ends_at > starts_at", name="span"),
)

teams = Table("teams", metadata, Column("team", NAME, primary_key=True))

memberships = Table(
    "memberships",
    metadata,
    Column("person", NAME, ForeignKey("people.person"), primary_key=True),
    Column("starts_at", UtcDateTime, primary_key=True),
    Column("ends_at", UtcDateTime),
    Column("team", NAME, ForeignKey("teams.team"), nullable=False),
    CheckConstraint("ends_at > starts_at", name="span"),
)

users = Table(
    "users",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("password_hash", NAME, nullable=False),
    Column("person", NAME),
)

roles = Table("roles", metadata, Column("role", NAME, primary_key=True))

user_roles = Table(
    "user_roles",
    metadata,
    Column("user", NAME, ForeignKey("users.name", ondelete="CASCADE"), primary_key=True),
    Column("role", NAME, ForeignKey("roles.role"), primary_key=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", NAME, primary_key=True),
    Column("user", NAME, ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
    Column("csrf_token", NAME, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "expires_at"),
)
