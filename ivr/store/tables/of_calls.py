"""Calls and the facts under them, and the files that calls were imported from."""

from sqlalchemy import Boolean, CheckConstraint, Column, Double, ForeignKey, Index, Integer, Table, false, text

from ivr.domain.calls import Attribution, EndedBy
from ivr.domain.outcomes import Outcome
from ivr.store.column_types import NAME, UtcDateTime
from ivr.store.tables.parts import ROW_ID, metadata, not_below, of_call, one_of, probability

# A file's calls are stored a few at a time and become visible together, when `complete` turns true.
imports = Table(
    "imports",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("complete", Boolean, nullable=False, server_default=false()),
)

calls = Table(
    "calls",
    metadata,
    Column("pbx", NAME, primary_key=True),
    Column("uniqueid", NAME, primary_key=True),
    Column("state", NAME, nullable=False, server_default="open"),
    Column("import_id", ROW_ID, ForeignKey("imports.id")),
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
    one_of("state", ("open", "closed", "discarded")),
    one_of("entry_declined", Outcome),
    one_of("outcome", Outcome),
    one_of("attribution", Attribution),
    one_of("ended_by", EndedBy),
    one_of("followup", ("sampled", "answered")),
    not_below("legs", 1),
    not_below("wait_seconds", 0),
    not_below("talk_seconds", 0),
    not_below("delay_seconds", 0),
    not_below("options_heard", 0),
    not_below("category", 0),
    not_below("followup_category", 0),
    probability("entry_selection_probability"),
    probability("layout_probability"),
    probability("delay_probability"),
    probability("selection_probability"),
    probability("confirm_probability"),
    probability("followup_probability"),
    Index(None, "ended_at"),
    Index(None, "agent", "ended_at"),
    # Not of imported calls, where they would cost more than the row and nobody looks.
    Index(
        None,
        "caller",
        sqlite_where=text("import_id IS NULL AND caller IS NOT NULL"),
        postgresql_where=text("import_id IS NULL AND caller IS NOT NULL"),
    ),
    Index(
        None,
        "entered_at",
        sqlite_where=text("entered_at IS NOT NULL"),
        postgresql_where=text("entered_at IS NOT NULL"),
    ),
    Index(
        None,
        "import_id",
        sqlite_where=text("import_id IS NOT NULL"),
        postgresql_where=text("import_id IS NOT NULL"),
    ),
    # What a caller was asked lately; looked up while that caller waits.
    Index(
        "ix_calls_asked",
        "caller",
        "entered_at",
        sqlite_where=text("entered_at IS NOT NULL AND entry_declined IS NULL AND test = 0"),
        postgresql_where=text("entered_at IS NOT NULL AND entry_declined IS NULL AND NOT test"),
    ),
    # The contested ones, which figures are shown with and without.
    Index(
        "ix_calls_excluded",
        "ended_at",
        sqlite_where=text("excluded = 1"),
        postgresql_where=text("excluded"),
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
    *of_call(),
    Column("leg", NAME, primary_key=True),
    Column("agent", NAME),
    Column("interface", NAME),
    Column("queue", NAME),
    Column("connected_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", NAME),
    Column("wait_seconds", Double),
    Column("talk_seconds", Double),
    one_of("ended_by", EndedBy),
    sqlite_with_rowid=False,
)

exposures = Table(
    "exposures",
    metadata,
    *of_call(),
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
    not_below("delay_seconds", 0),
    probability("layout_probability"),
    probability("delay_probability"),
)

answers = Table(
    "answers",
    metadata,
    *of_call(),
    Column("question", NAME, primary_key=True),
    Column("status", NAME, nullable=False),
    Column("options_heard", Integer, nullable=False),
    Column("key", NAME),
    Column("category", Integer),
    Column("press_ms", Integer),
    Column("version", NAME),
    one_of("status", Outcome),
    not_below("options_heard", 0),
    not_below("category", 0),
)

presses = Table(
    "presses",
    metadata,
    *of_call(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", NAME, nullable=False),
    Column("lo_ms", Integer),
    Column("hi_ms", Integer),
    Column("question", NAME),
    not_below("number", 1),
    CheckConstraint("lo_ms <= hi_ms", name="bounds"),
)

comments = Table(
    "comments",
    metadata,
    *of_call(),
    Column("question", NAME, primary_key=True),
    Column("file", NAME, nullable=False),
    Column("format", NAME, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("keep_until", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
    not_below("seconds", 0),
    Index(None, "keep_until"),
)

invitations = Table(
    "invitations",
    metadata,
    *of_call(),
    Column("invited_at", UtcDateTime, nullable=False),
    Column("experiment", NAME, nullable=False),
    Column("stratum", NAME, nullable=False),
    Column("invitation", NAME, nullable=False),
    Column("invitation_probability", Double, nullable=False),
    Column("script", NAME, nullable=False),
    Column("script_probability", Double, nullable=False),
    Column("consent_key", NAME),
    Column("consent", Boolean),
    probability("invitation_probability"),
    probability("script_probability"),
)
