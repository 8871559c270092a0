"""What pages need: who ended a call and how far it was heard, which days have changed, and where excluded calls are.

All cells are taken away: what they share has other contents now. A ledger that has calls is tallied anew afterwards,
in steps, by the command that rebuilds tallies at any time; until then figures are counted from the rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    "pbx",
    "uniqueid",
    "ended_at",
    "caller",
    "team",
    "agent",
    "queue",
    "site",
    "segment",
    "language",
    "wait_seconds",
    "layout",
    "layout_version",
    "allocation",
    "delay_seconds",
    "selection_probability",
    "outcome",
    "category",
    "options_heard",
    "press_ms",
    "confirm_key",
    "followup",
    "followup_category",
    "asked_seconds",
    "ended_by",
)
WATCHED = ("state", "import_id", "test", "excluded", *COLUMNS)
IS_COUNTED = "{row}.state = 'closed' AND NOT {row}.test AND NOT {row}.excluded"
# The cells of an import that is not complete are thrown away with it, all together.
IS_COMPLETE = "(OLD.import_id IS NULL OR EXISTS (SELECT 1 FROM imports WHERE id = OLD.import_id AND complete))"
# What an import has counted shows from the moment on that it is complete.
COMPLETED = (
    "UPDATE tally_state SET revision = revision + 1; "
    "UPDATE tally_days SET revision = (SELECT revision FROM tally_state) "
    "WHERE book = (SELECT book FROM tally_state) AND import_id = NEW.id;"
)


def upgrade() -> None:
    op.create_table(
        "tally_days",
        sa.Column("book", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("import_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("day", NAME, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("book", "import_id", "day", name=op.f("pk_tally_days")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_calls_excluded"),
        "calls",
        ["ended_at"],
        unique=False,
        sqlite_where=sa.text("excluded = 1"),
        postgresql_where=sa.text("excluded"),
    )
    op.add_column("tally_changes", sa.Column("ended_by", NAME))
    op.add_column("tally_results", sa.Column("ended_by", NAME))
    op.add_column("tally_results", sa.Column("options_heard", sa.Integer()))
    _empty("daily_tallies", "press_tallies", "period_tallies", "group_tallies", "tally_results", "tally_changes")
    op.execute(
        # Where nothing was ever counted the revision stays 0: there is nothing to fit.
        "UPDATE tally_state SET revision = CASE WHEN revision = 0 THEN 0 ELSE revision + 1 END, "
        "book = CASE WHEN EXISTS (SELECT 1 FROM calls WHERE state = 'closed') THEN NULL ELSE COALESCE(book, 1) END, "
        "building = NULL, building_zone = NULL, scanned_pbx = NULL, scanned_uniqueid = NULL"
    )
    if op.get_context().dialect.name == "sqlite":
        _watch_on_sqlite()
    else:
        _watch_on_postgresql()


def _empty(*tables: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"TRUNCATE {', '.join(tables)}")
        return
    for table in tables:
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - own names


def _watch_on_sqlite() -> None:
    before, after = _values("OLD"), _values("NEW")
    note = f"INSERT INTO tally_changes (sign, import_id, {', '.join(COLUMNS)})"
    was, is_now = IS_COUNTED.format(row="OLD"), IS_COUNTED.format(row="NEW")
    for name in ("calls_added", "calls_changed", "calls_removed", "imports_completed"):
        op.execute(f"DROP TRIGGER {name}")
    op.execute(
        f"CREATE TRIGGER calls_added AFTER INSERT ON calls WHEN {is_now} AND NEW.import_id IS NULL "  # noqa: S608 - no text from outside
        f"BEGIN {note} VALUES (1, {after}); END"
    )
    op.execute(
        f"CREATE TRIGGER calls_changed AFTER UPDATE OF {', '.join(WATCHED)} ON calls "
        f"WHEN (OLD.state = 'closed' OR NEW.state = 'closed') AND {_differ('IS NOT')} "
        f"BEGIN {note} SELECT -1, {before} WHERE {was}; {note} SELECT 1, {after} WHERE {is_now}; END"
    )
    op.execute(
        f"CREATE TRIGGER calls_removed AFTER DELETE ON calls WHEN {was} "
        f"BEGIN {note} SELECT -1, {before} WHERE {IS_COMPLETE}; END"
    )
    op.execute(f"CREATE TRIGGER imports_completed AFTER UPDATE OF complete ON imports BEGIN {COMPLETED} END")


def _watch_on_postgresql() -> None:
    before, after = _values("OLD"), _values("NEW")
    note = f"INSERT INTO tally_changes (sign, import_id, {', '.join(COLUMNS)})"
    was, is_now = IS_COUNTED.format(row="OLD"), IS_COUNTED.format(row="NEW")
    bodies = {
        "calls_added": f"{note} VALUES (1, {after});",
        "calls_changed": f"IF {was} THEN {note} VALUES (-1, {before}); END IF; "
        f"IF {is_now} THEN {note} VALUES (1, {after}); END IF;",
        "calls_removed": f"IF {IS_COMPLETE} THEN {note} VALUES (-1, {before}); END IF;",
        "imports_completed": COMPLETED,
    }
    for name, body in bodies.items():
        op.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} RETURN NULL; END$$"
        )
    # The others fire as they did; this one by the columns that it watches.
    op.execute("DROP TRIGGER calls_changed ON calls")
    op.execute(
        f"CREATE TRIGGER calls_changed AFTER UPDATE OF {', '.join(WATCHED)} ON calls FOR EACH ROW "
        f"WHEN ((OLD.state = 'closed' OR NEW.state = 'closed') AND {_differ('IS DISTINCT FROM')}) "
        "EXECUTE FUNCTION calls_changed()"
    )


def _values(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in ("import_id", *COLUMNS))


def _differ(comparison: str) -> str:
    before, after = (", ".join(f"{row}.{name}" for name in WATCHED) for row in ("OLD", "NEW"))
    return f"({before}) {comparison} ({after})"
