"""People, where they sit and in which team."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table

from ivr.store.column_types import NAME, UtcDateTime
from ivr.store.tables.parts import metadata

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
