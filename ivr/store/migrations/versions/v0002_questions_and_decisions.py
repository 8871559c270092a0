"""Several questions a call, comments, invitations, decisions about layouts and experiments, and who is not asked.

What is only ever added to has triggers that refuse a change, so that a log of decisions stays one.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPENDED = ("experiment_decisions", "layout_versions", "layout_decisions", "do_not_ask")


def upgrade() -> None:
    op.add_column("calls", sa.Column("entry_declined_by", NAME))
    op.add_column("calls", sa.Column("asked_seconds", sa.Double()))
    op.add_column(
        "exposures", sa.Column("confirm_probability", sa.Double(), server_default=sa.text("0"), nullable=False)
    )
    # Empty where nothing was left to chance. SQLite can only do it by making the table anew.
    with op.batch_alter_table("exposures") as exposures:
        exposures.alter_column("experiment", existing_type=NAME, nullable=True)
    op.add_column("answers", sa.Column("version", NAME))
    op.add_column("presses", sa.Column("question", NAME))
    op.create_index(op.f("ix_calls_entered_at"), "calls", ["entered_at"], unique=False)
    op.create_index(
        "ix_calls_asked",
        "calls",
        ["caller", "entered_at"],
        unique=False,
        sqlite_where=sa.text("entered_at IS NOT NULL AND entry_declined IS NULL AND test = 0"),
        postgresql_where=sa.text("entered_at IS NOT NULL AND entry_declined IS NULL AND NOT test"),
    )
    _under_a_call(
        "comments",
        sa.Column("question", NAME, nullable=False),
        sa.Column("file", NAME, nullable=False),
        sa.Column("format", NAME, nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("keep_until", MOMENT, nullable=False),
        sa.Column("deleted_at", MOMENT),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_comments_seconds")),
        also_key=("question",),
    )
    op.create_index(op.f("ix_comments_keep_until"), "comments", ["keep_until"], unique=False)
    _under_a_call(
        "invitations",
        sa.Column("invited_at", MOMENT, nullable=False),
        sa.Column("experiment", NAME, nullable=False),
        sa.Column("stratum", NAME, nullable=False),
        sa.Column("invitation", NAME, nullable=False),
        sa.Column("invitation_probability", sa.Double(), nullable=False),
        sa.Column("script", NAME, nullable=False),
        sa.Column("script_probability", sa.Double(), nullable=False),
        sa.Column("consent_key", NAME),
        sa.Column("consent", sa.Boolean()),
        _probability("invitations", "invitation_probability"),
        _probability("invitations", "script_probability"),
    )
    op.create_table(
        "experiment_decisions",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("experiment", NAME, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", NAME, nullable=False),
        sa.Column("decision", NAME, nullable=False),
        sa.Column("reason", NAME),
        sa.Column("definition", NAME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment_decisions")),
    )
    op.create_index(
        op.f("ix_experiment_decisions_experiment_id"), "experiment_decisions", ["experiment", "id"], unique=False
    )
    op.create_table(
        "layout_versions",
        sa.Column("layout", NAME, nullable=False),
        sa.Column("version", NAME, nullable=False),
        sa.Column("language", NAME, nullable=False),
        sa.Column("definition", NAME, nullable=False),
        sa.Column("recordings", NAME, nullable=False),
        sa.Column("leads", NAME),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("layout", "version", name=op.f("pk_layout_versions")),
    )
    op.create_table(
        "layout_decisions",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("layout", NAME, nullable=False),
        sa.Column("version", NAME, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", NAME, nullable=False),
        sa.Column("decision", NAME, nullable=False),
        sa.Column("reason", NAME),
        sa.ForeignKeyConstraint(
            ["layout", "version"],
            ["layout_versions.layout", "layout_versions.version"],
            name=op.f("fk_layout_decisions_layout_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layout_decisions")),
    )
    op.create_index(
        op.f("ix_layout_decisions_layout_version_id"), "layout_decisions", ["layout", "version", "id"], unique=False
    )
    op.create_table(
        "do_not_ask",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("caller", NAME, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("is_refusal", sa.Boolean(), nullable=False),
        sa.Column("source", NAME, nullable=False),
        sa.Column("who", NAME),
        sa.Column("pbx", NAME),
        sa.Column("uniqueid", NAME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_do_not_ask")),
    )
    op.create_index(op.f("ix_do_not_ask_caller_id"), "do_not_ask", ["caller", "id"], unique=False)
    op.create_table(
        "sealed_numbers",
        sa.Column("pbx", NAME, nullable=False),
        sa.Column("uniqueid", NAME, nullable=False),
        sa.Column("purpose", NAME, nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("sealed", NAME, nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT),
        sa.Column("opened_by", NAME),
        _probability("sealed_numbers", "probability"),
        sa.PrimaryKeyConstraint("pbx", "uniqueid", name=op.f("pk_sealed_numbers")),
    )
    op.create_index(op.f("ix_sealed_numbers_expires_at"), "sealed_numbers", ["expires_at"], unique=False)
    for table in APPENDED:
        _refuse_changes(table)


def _under_a_call(table: str, *parts: sa.Column[Any] | sa.CheckConstraint, also_key: tuple[str, ...] = ()) -> None:
    op.create_table(
        table,
        sa.Column("pbx", NAME, nullable=False),
        sa.Column("uniqueid", NAME, nullable=False),
        *parts,
        sa.ForeignKeyConstraint(
            ["pbx", "uniqueid"],
            ["calls.pbx", "calls.uniqueid"],
            name=op.f(f"fk_{table}_calls"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pbx", "uniqueid", *also_key, name=op.f(f"pk_{table}")),
    )


def _probability(table: str, column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} BETWEEN 0 AND 1", name=op.f(f"ck_{table}_{column}"))


def _refuse_changes(table: str) -> None:
    if op.get_context().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_keep_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )
        _refuse_replacing(table)
        return
    op.execute(
        f"CREATE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{table} is only ever added to'; END$$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_keep()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_keep()"
    )


def _refuse_replacing(table: str) -> None:
    """Refuse SQLite's INSERT OR REPLACE, which removes the row that is there without firing a trigger of deletes."""
    op.execute(
        f"CREATE TRIGGER {table}_keep_row BEFORE INSERT ON {table} WHEN EXISTS "  # noqa: S608 - no text from outside
        f"(SELECT 1 FROM {table} WHERE rowid = NEW.rowid) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
    )
    if table == "layout_versions":
        # Noting a version that is there already is no fault; it stays as it is, however it is inserted.
        op.execute(
            "CREATE TRIGGER layout_versions_keep_version BEFORE INSERT ON layout_versions WHEN EXISTS "
            "(SELECT 1 FROM layout_versions WHERE layout = NEW.layout AND version = NEW.version) "
            "BEGIN SELECT RAISE(IGNORE); END"
        )
