"""What was decided: allocations, experiments, layouts, who is not asked and whose number is kept."""

from sqlalchemy import Boolean, CheckConstraint, Column, Double, ForeignKeyConstraint, Index, Table

from ivr.store.column_types import NAME, UtcDateTime
from ivr.store.tables.parts import ROW_ID, metadata, probability

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
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
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
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
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
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
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
    probability("probability"),
    Index(None, "expires_at"),
)
