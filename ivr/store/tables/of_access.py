"""Those who sign in: users and their roles, sessions, second steps, API tokens, failed tries, and the audit log."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, false

from ivr.store.column_types import NAME, UtcDateTime
from ivr.store.tables.parts import ROW_ID, metadata, not_below


def _of_user(*, is_key: bool) -> Column[str]:
    """Return the column of the user that a row belongs to and goes with."""
    return Column("user", NAME, ForeignKey("users.name", ondelete="CASCADE"), primary_key=is_key, nullable=False)


# A first password was made for the user, who has to choose another.
users = Table(
    "users",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("password_hash", NAME, nullable=False),
    Column("person", NAME),
    Column("is_first_password", Boolean, server_default=false(), nullable=False),
    Column("password_changed_at", UtcDateTime),
    Column("disabled_at", UtcDateTime),
    Column("signed_in_at", UtcDateTime),
)

roles = Table("roles", metadata, Column("role", NAME, primary_key=True))

user_roles = Table(
    "user_roles",
    metadata,
    _of_user(is_key=True),
    Column("role", NAME, ForeignKey("roles.role"), primary_key=True),
)

# The teams that a supervisor leads, each for a time. Calls name teams that no list of people has, so neither does this.
leaderships = Table(
    "leaderships",
    metadata,
    _of_user(is_key=True),
    Column("team", NAME, primary_key=True),
    Column("starts_at", UtcDateTime, primary_key=True),
    Column("ends_at", UtcDateTime),
    CheckConstraint("ends_at > starts_at", name="span"),
)

# `id` names a session in lists, without telling its token. `step` is what has to be done before anything else.
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", NAME, primary_key=True),
    Column("id", NAME, nullable=False),
    _of_user(is_key=False),
    Column("csrf_token", NAME, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("address", NAME),
    Column("browser", NAME),
    Column("step", NAME),
    Index(None, "expires_at"),
    Index(None, "user"),
)

# An authenticator app's secret, sealed. `last_step` is that of the newest code that was used: none is used twice.
totps = Table(
    "totps",
    metadata,
    _of_user(is_key=True),
    Column("sealed", NAME, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("last_step", BigInteger, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    _of_user(is_key=True),
    Column("code_hash", NAME, primary_key=True),
)

# `scope` holds rights, with blanks between them.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("token_hash", NAME, nullable=False),
    _of_user(is_key=False),
    Column("name", NAME, nullable=False),
    Column("scope", NAME, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", NAME, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index(None, "token_hash", unique=True),
    Index(None, "user"),
)

# Failures by what they are counted under: a name at an address, an address, a name, a user's codes.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("subject", NAME, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("latest_at", UtcDateTime, nullable=False),
    not_below("failures", 0),
    Index(None, "latest_at"),
)

# Only ever added to, in a chain: `hash` is over all the rest and the hash before it.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", NAME, nullable=False),
    Column("event", NAME, nullable=False),
    Column("subject", NAME),
    Column("detail", NAME, nullable=False),
    Column("previous", NAME, nullable=False),
    Column("hash", NAME, nullable=False),
    Index(None, "who", "id"),
    Index(None, "event", "id"),
    Index(None, "subject", "id"),
)
