"""Five roles in the place of three, teams that are led, second steps, API tokens, failed tries and the audit log.

Whoever was an operator is one of operations and an administrator now. Everybody has to sign in anew.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FORMER = "operator"
IN_ITS_PLACE = ("ops", "admin")


def upgrade() -> None:
    _name_roles_anew()
    op.add_column("users", sa.Column("is_first_password", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("users", sa.Column("password_changed_at", MOMENT))
    op.add_column("users", sa.Column("disabled_at", MOMENT))
    op.add_column("users", sa.Column("signed_in_at", MOMENT))
    _make_sessions_anew()
    _of_user(
        "leaderships",
        ("team", "starts_at"),
        sa.Column("team", NAME, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_leaderships_span")),
    )
    _of_user(
        "totps",
        (),
        sa.Column("sealed", NAME, nullable=False),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
    )
    _of_user("recovery_codes", ("code_hash",), sa.Column("code_hash", NAME, nullable=False))
    _make_tokens()
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", NAME, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("latest_at", MOMENT, nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_sign_in_tries_failures")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_tries")),
    )
    op.create_index(op.f("ix_sign_in_tries_latest_at"), "sign_in_tries", ["latest_at"])
    _make_log()


def _name_roles_anew() -> None:
    roles = sa.table("roles", sa.column("role"))
    user_roles = sa.table("user_roles", sa.column("user"), sa.column("role"))
    op.bulk_insert(roles, [{"role": "viewer"}, *({"role": role} for role in IN_ITS_PLACE)])
    for role in IN_ITS_PLACE:
        former = sa.select(user_roles.c.user, sa.literal(role)).where(user_roles.c.role == FORMER)
        op.execute(user_roles.insert().from_select(["user", "role"], former))
    op.execute(user_roles.delete().where(user_roles.c.role == FORMER))
    op.execute(roles.delete().where(roles.c.role == FORMER))


def _make_sessions_anew() -> None:
    op.drop_table("sessions")
    op.create_table(
        "sessions",
        sa.Column("token_hash", NAME, nullable=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("user", NAME, nullable=False),
        sa.Column("csrf_token", NAME, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("address", NAME),
        sa.Column("browser", NAME),
        sa.Column("step", NAME),
        _user_key("sessions"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])
    op.create_index(op.f("ix_sessions_user"), "sessions", ["user"])


def _make_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", NAME, nullable=False),
        sa.Column("token_hash", NAME, nullable=False),
        sa.Column("user", NAME, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("scope", NAME, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", NAME, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        _user_key("api_tokens"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
    )
    op.create_index(op.f("ix_api_tokens_token_hash"), "api_tokens", ["token_hash"], unique=True)
    op.create_index(op.f("ix_api_tokens_user"), "api_tokens", ["user"])


def _make_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", NAME, nullable=False),
        sa.Column("event", NAME, nullable=False),
        sa.Column("subject", NAME),
        sa.Column("detail", NAME, nullable=False),
        sa.Column("previous", NAME, nullable=False),
        sa.Column("hash", NAME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_who_id"), "audit_log", ["who", "id"])
    op.create_index(op.f("ix_audit_log_event_id"), "audit_log", ["event", "id"])
    op.create_index(op.f("ix_audit_log_subject_id"), "audit_log", ["subject", "id"])
    refusal = "audit_log is only ever added to"
    if op.get_context().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_log_keep_{change.lower()} BEFORE {change} ON audit_log "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        # INSERT OR REPLACE removes the row that is there without firing a trigger of deletes.
        op.execute(
            "CREATE TRIGGER audit_log_keep_row BEFORE INSERT ON audit_log WHEN EXISTS "
            "(SELECT 1 FROM audit_log WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'audit_log is only ever added to'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION audit_log_keep() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{refusal}'; END$$"
    )
    op.execute(
        "CREATE TRIGGER audit_log_keep BEFORE UPDATE OR DELETE ON audit_log "
        "FOR EACH ROW EXECUTE FUNCTION audit_log_keep()"
    )
    op.execute(
        "CREATE TRIGGER audit_log_keep_all BEFORE TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_keep()"
    )


def _of_user(table: str, also_key: tuple[str, ...], *parts: sa.Column[Any] | sa.CheckConstraint) -> None:
    op.create_table(
        table,
        sa.Column("user", NAME, nullable=False),
        *parts,
        _user_key(table),
        sa.PrimaryKeyConstraint("user", *also_key, name=op.f(f"pk_{table}")),
    )


def _user_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f(f"fk_{table}_users"), ondelete="CASCADE")
