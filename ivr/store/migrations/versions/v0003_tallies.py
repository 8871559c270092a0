"""Tallies and fits; triggers that note what changes of counted calls; slimmer indexes of imported calls.

The tallies of a ledger that has calls already are not built here: that takes as long as it takes, so it is done in
steps afterwards, by the same command that rebuilds them at any time.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TALLIED: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("pbx", NAME),
    ("uniqueid", NAME),
    ("ended_at", MOMENT),
    ("caller", NAME),
    ("team", NAME),
    ("agent", NAME),
    ("queue", NAME),
    ("site", NAME),
    ("segment", NAME),
    ("language", NAME),
    ("wait_seconds", sa.Double()),
    ("layout", NAME),
    ("layout_version", NAME),
    ("allocation", NAME),
    ("delay_seconds", sa.Double()),
    ("selection_probability", sa.Double()),
    ("outcome", NAME),
    ("category", sa.Integer()),
    ("options_heard", sa.Integer()),
    ("press_ms", sa.Integer()),
    ("confirm_key", NAME),
    ("followup", NAME),
    ("followup_category", sa.Integer()),
    ("asked_seconds", sa.Double()),
)
COLUMNS = tuple(name for name, _ in TALLIED)
WATCHED = ("state", "import_id", "test", "excluded", *COLUMNS)
IS_COUNTED = "{row}.state = 'closed' AND NOT {row}.test AND NOT {row}.excluded"
# The cells of an import that is not complete are thrown away with it, all together.
IS_COMPLETE = "(OLD.import_id IS NULL OR EXISTS (SELECT 1 FROM imports WHERE id = OLD.import_id AND complete))"


def upgrade() -> None:
    _make_shared()
    _make_cells()
    op.create_table(
        "fits",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("first_month", NAME),
        sa.Column("last_month", NAME),
        sa.Column("basis", NAME, nullable=False),
        sa.Column("computed_at", MOMENT, nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("handled", sa.BigInteger()),
        sa.Column("figures", NAME, nullable=False),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_fits_seconds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fits")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_fits_first_month_last_month_id"), "fits", ["first_month", "last_month", "id"])
    _make_state()
    _slim_indexes()
    if op.get_context().dialect.name == "sqlite":
        _slim_legs()
        _watch_on_sqlite()
    else:
        _watch_on_postgresql()


def _make_shared() -> None:
    shared: dict[str, tuple[sa.Column[Any], ...]] = {
        "tally_contacts": (
            sa.Column("period", NAME, nullable=False),
            sa.Column("site", NAME),
            sa.Column("queue", NAME),
            sa.Column("segment", NAME),
            sa.Column("language", NAME),
            sa.Column("wait_bin", sa.Integer()),
            sa.Column("layout", NAME),
            sa.Column("layout_version", NAME),
            sa.Column("allocation", NAME),
            sa.Column("delay_seconds", sa.Double()),
            sa.Column("selection_probability", sa.Double()),
        ),
        "tally_places": (
            sa.Column("team", NAME),
            sa.Column("site", NAME),
            sa.Column("queue", NAME),
            sa.Column("language", NAME),
            sa.Column("layout", NAME),
            sa.Column("layout_version", NAME),
            sa.Column("allocation", NAME),
        ),
        "tally_hearings": (
            sa.Column("layout", NAME),
            sa.Column("layout_version", NAME),
            sa.Column("outcome", NAME),
            sa.Column("options_heard", sa.Integer()),
            sa.Column("latency_bin", sa.Integer()),
        ),
        "tally_results": (
            sa.Column("outcome", NAME),
            sa.Column("category", sa.Integer()),
            sa.Column("followup", NAME),
            sa.Column("followup_category", sa.Integer()),
            sa.Column("confirm_key", NAME),
        ),
    }
    for table, columns in shared.items():
        op.create_table(
            table,
            sa.Column("id", ROW_ID, autoincrement=False, nullable=False),
            *columns,
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )


def _make_cells() -> None:
    sums = ("asked", "asked_ms", "asked_ms_squared", "first_us", "last_us")
    cells: dict[str, tuple[dict[str, sa.types.TypeEngine[Any]], tuple[str, ...]]] = {
        "daily_tallies": ({"day": NAME, "place": ROW_ID, "agent": NAME, "result": ROW_ID}, ("calls", *sums)),
        "press_tallies": ({"day": NAME, "hearing": ROW_ID}, ("calls",)),
        "period_tallies": ({"contact": ROW_ID, "agent": NAME, "result": ROW_ID}, ("calls",)),
        "group_tallies": ({"contact": ROW_ID, "replicate_group": sa.Integer(), "result": ROW_ID}, ("calls",)),
    }
    for table, (keys, counts) in cells.items():
        op.create_table(
            table,
            sa.Column("book", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("import_id", ROW_ID, autoincrement=False, nullable=False),
            *(sa.Column(name, kind, autoincrement=False, nullable=False) for name, kind in keys.items()),
            *(sa.Column(name, sa.BigInteger(), nullable=False) for name in counts),
            sa.PrimaryKeyConstraint("book", "import_id", *keys, name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )


def _make_state() -> None:
    op.create_table(
        "tally_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("book", sa.Integer()),
        sa.Column("zone", NAME, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("built_at", MOMENT),
        sa.Column("building", sa.Integer()),
        sa.Column("building_zone", NAME),
        sa.Column("scanned_pbx", NAME),
        sa.Column("scanned_uniqueid", NAME),
        sa.CheckConstraint("id = 1", name=op.f("ck_tally_state_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_state")),
    )
    op.create_table(
        "tally_changes",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.Column("import_id", ROW_ID),
        *(sa.Column(name, kind, nullable=name not in {"pbx", "uniqueid"}) for name, kind in TALLIED),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_changes")),
    )
    op.execute(
        "INSERT INTO tally_state (id, book, zone, revision) SELECT 1, "
        "CASE WHEN EXISTS (SELECT 1 FROM calls WHERE state = 'closed') THEN NULL ELSE 1 END, 'UTC', 0"
    )


def _slim_indexes() -> None:
    partial = {
        "caller": "import_id IS NULL AND caller IS NOT NULL",
        "entered_at": "entered_at IS NOT NULL",
        "import_id": "import_id IS NOT NULL",
    }
    for column, condition in partial.items():
        name = op.f(f"ix_calls_{column}")
        op.drop_index(name, "calls")
        op.create_index(
            name,
            "calls",
            [column],
            unique=False,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )


def _slim_legs() -> None:
    """Keep legs in one tree, not in a table and an index over its whole key."""
    op.rename_table("legs", "legs_before")
    ends = " OR ".join(f"ended_by = '{end}'" for end in ("agent", "caller", "transfer", "unknown"))
    op.create_table(
        "legs",
        sa.Column("pbx", NAME, nullable=False),
        sa.Column("uniqueid", NAME, nullable=False),
        sa.Column("leg", NAME, nullable=False),
        sa.Column("agent", NAME),
        sa.Column("interface", NAME),
        sa.Column("queue", NAME),
        sa.Column("connected_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by", NAME),
        sa.Column("wait_seconds", sa.Double()),
        sa.Column("talk_seconds", sa.Double()),
        sa.CheckConstraint(ends, name=op.f("ck_legs_ended_by")),
        sa.ForeignKeyConstraint(
            ["pbx", "uniqueid"], ["calls.pbx", "calls.uniqueid"], name=op.f("fk_legs_calls"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pbx", "uniqueid", "leg", name=op.f("pk_legs")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO legs SELECT * FROM legs_before")
    op.drop_table("legs_before")


def _watch_on_sqlite() -> None:
    before, after = _values("OLD"), _values("NEW")
    note = f"INSERT INTO tally_changes (sign, import_id, {', '.join(COLUMNS)})"
    was, is_now = IS_COUNTED.format(row="OLD"), IS_COUNTED.format(row="NEW")
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
    op.execute(
        "CREATE TRIGGER imports_completed AFTER UPDATE OF complete ON imports "
        "BEGIN UPDATE tally_state SET revision = revision + 1; END"
    )


def _watch_on_postgresql() -> None:
    before, after = _values("OLD"), _values("NEW")
    note = f"INSERT INTO tally_changes (sign, import_id, {', '.join(COLUMNS)})"
    was, is_now = IS_COUNTED.format(row="OLD"), IS_COUNTED.format(row="NEW")
    bodies = {
        "added": f"{note} VALUES (1, {after});",
        "changed": f"IF {was} THEN {note} VALUES (-1, {before}); END IF; "
        f"IF {is_now} THEN {note} VALUES (1, {after}); END IF;",
        "removed": f"IF {IS_COMPLETE} THEN {note} VALUES (-1, {before}); END IF;",
    }
    for name, body in bodies.items():
        op.execute(
            f"CREATE FUNCTION calls_{name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} RETURN NULL; END$$"
        )
    fires = {
        "added": f"INSERT ON calls FOR EACH ROW WHEN ({is_now} AND NEW.import_id IS NULL)",
        "changed": f"UPDATE OF {', '.join(WATCHED)} ON calls FOR EACH ROW "
        f"WHEN ((OLD.state = 'closed' OR NEW.state = 'closed') AND {_differ('IS DISTINCT FROM')})",
        "removed": f"DELETE ON calls FOR EACH ROW WHEN ({was})",
    }
    for name, when in fires.items():
        op.execute(f"CREATE TRIGGER calls_{name} AFTER {when} EXECUTE FUNCTION calls_{name}()")
    op.execute(
        "CREATE FUNCTION imports_completed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN UPDATE tally_state SET revision = revision + 1; RETURN NULL; END$$"
    )
    op.execute(
        "CREATE TRIGGER imports_completed AFTER UPDATE OF complete ON imports "
        "FOR EACH ROW EXECUTE FUNCTION imports_completed()"
    )


def _values(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in ("import_id", *COLUMNS))


def _differ(comparison: str) -> str:
    before, after = (", ".join(f"{row}.{name}" for name in WATCHED) for row in ("OLD", "NEW"))
    return f"({before}) {comparison} ({after})"
