"""Contested ratings and the decisions about them, which are only ever added to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "contests",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("pbx", NAME, nullable=False),
        sa.Column("uniqueid", NAME, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", NAME, nullable=False),
        sa.Column("person", NAME),
        sa.Column("reason", NAME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests")),
    )
    op.create_index(op.f("ix_contests_pbx_uniqueid"), "contests", ["pbx", "uniqueid"], unique=True)
    op.create_table(
        "contest_decisions",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("contest", ROW_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", NAME, nullable=False),
        sa.Column("person", NAME),
        sa.Column("verdict", NAME, nullable=False),
        sa.Column("reason", NAME, nullable=False),
        sa.CheckConstraint("verdict = 'exclude' OR verdict = 'keep'", name=op.f("ck_contest_decisions_verdict")),
        sa.ForeignKeyConstraint(["contest"], ["contests.id"], name=op.f("fk_contest_decisions_contests")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_decisions")),
    )
    op.create_index(op.f("ix_contest_decisions_contest_id"), "contest_decisions", ["contest", "id"], unique=False)
    for table in ("contests", "contest_decisions"):
        _refuse_changes(table)


def _refuse_changes(table: str) -> None:
    if op.get_context().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_keep_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )
        # INSERT OR REPLACE removes the row that is there without firing a trigger of deletes.
        op.execute(
            f"CREATE TRIGGER {table}_keep_row BEFORE INSERT ON {table} WHEN EXISTS "  # noqa: S608 - no text from outside
            f"(SELECT 1 FROM {table} WHERE {_same_row(table)}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
        )
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


def _same_row(table: str) -> str:
    same = "rowid = NEW.rowid"
    return f"{same} OR (pbx = NEW.pbx AND uniqueid = NEW.uniqueid)" if table == "contests" else same
