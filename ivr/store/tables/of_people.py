"""People, where they sit and in which team, and those who sign in."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table

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
