"""The first schema: calls and the facts under them, people and teams, users and sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
OUTCOMES = (
    "rated",
    "no_key",
    "invalid_keys",
    "opted_out",
    "left_in_intro",
    "left_in_menu",
    "left_before_prompt",
    "caller_left_first",
    "transferred_away",
    "unavailable",
    "not_selected",
    "throttled",
    "do_not_ask",
    "too_short",
    "unknown",
)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _one_of(column: str, *values: str) -> str:
    # Not IN: within a check, SQLite builds the list anew for each row.
    return " OR ".join(f"{column} = '{value}'" for value in values)


def upgrade() -> None:
    op.create_table(
        "allocations",
        sa.Column("experiment", NAME, nullable=False),
        sa.Column("stratum", NAME, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT),
        sa.Column("layouts", NAME, nullable=False),
        sa.Column("delays", NAME, nullable=False),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_allocations_span")),
        sa.PrimaryKeyConstraint("experiment", "stratum", "starts_at", name=op.f("pk_allocations")),
    )
    op.create_table(
        "imports",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("complete", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "people",
        sa.Column("person", NAME, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_people")),
    )
    op.create_table(
        "roles", sa.Column("role", NAME, nullable=False), sa.PrimaryKeyConstraint("role", name=op.f("pk_roles"))
    )
    op.create_table(
        "teams", sa.Column("team", NAME, nullable=False), sa.PrimaryKeyConstraint("team", name=op.f("pk_teams"))
    )
    op.create_table(
        "users",
        sa.Column("name", NAME, nullable=False),
        sa.Column("password_hash", NAME, nullable=False),
        sa.Column("person", NAME),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "calls",
        sa.Column("pbx", NAME, nullable=False),
        sa.Column("uniqueid", NAME, nullable=False),
        sa.Column("state", NAME, server_default="open", nullable=False),
        sa.Column("import_id", ROW_ID),
        sa.Column("linkedid", NAME),
        sa.Column("arrived_at", MOMENT),
        sa.Column("caller", NAME),
        sa.Column("site", NAME),
        sa.Column("segment", NAME),
        sa.Column("language", NAME),
        sa.Column("test", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("entered_at", MOMENT),
        sa.Column("entry_agent", NAME),
        sa.Column("entry_queue", NAME),
        sa.Column("entry_selection_probability", sa.Double()),
        sa.Column("entry_declined", NAME),
        sa.Column("entry_agent_is_named", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("gone_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("outcome", NAME),
        sa.Column("agent", NAME),
        sa.Column("queue", NAME),
        sa.Column("team", NAME),
        sa.Column("legs", sa.Integer()),
        sa.Column("attribution", NAME),
        sa.Column("wait_seconds", sa.Double()),
        sa.Column("talk_seconds", sa.Double()),
        sa.Column("ended_by", NAME),
        sa.Column("experiment", NAME),
        sa.Column("layout", NAME),
        sa.Column("layout_version", NAME),
        sa.Column("layout_probability", sa.Double()),
        sa.Column("allocation", NAME),
        sa.Column("delay_seconds", sa.Double()),
        sa.Column("delay_probability", sa.Double()),
        sa.Column("selection_probability", sa.Double()),
        sa.Column("options_heard", sa.Integer()),
        sa.Column("press_ms", sa.Integer()),
        sa.Column("key", NAME),
        sa.Column("category", sa.Integer()),
        sa.Column("confirm_probability", sa.Double()),
        sa.Column("confirm_key", NAME),
        sa.Column("followup", NAME),
        sa.Column("followup_probability", sa.Double()),
        sa.Column("followup_category", sa.Integer()),
        sa.Column("excluded", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(_one_of("attribution", "certain", "uncertain"), name=op.f("ck_calls_attribution")),
        sa.CheckConstraint(
            _one_of("ended_by", "agent", "caller", "transfer", "unknown"), name=op.f("ck_calls_ended_by")
        ),
        sa.CheckConstraint(
            _one_of("entry_declined", *OUTCOMES),
            name=op.f("ck_calls_entry_declined"),
        ),
        sa.CheckConstraint(_one_of("followup", "sampled", "answered"), name=op.f("ck_calls_followup")),
        sa.CheckConstraint(
            _one_of("outcome", *OUTCOMES),
            name=op.f("ck_calls_outcome"),
        ),
        sa.CheckConstraint(_one_of("state", "open", "closed", "discarded"), name=op.f("ck_calls_state")),
        sa.CheckConstraint("category >= 0", name=op.f("ck_calls_category")),
        sa.CheckConstraint("confirm_probability BETWEEN 0 AND 1", name=op.f("ck_calls_confirm_probability")),
        sa.CheckConstraint("delay_probability BETWEEN 0 AND 1", name=op.f("ck_calls_delay_probability")),
        sa.CheckConstraint("delay_seconds >= 0", name=op.f("ck_calls_delay_seconds")),
        sa.CheckConstraint(
            "entry_selection_probability BETWEEN 0 AND 1", name=op.f("ck_calls_entry_selection_probability")
        ),
        sa.CheckConstraint("followup_category >= 0", name=op.f("ck_calls_followup_category")),
        sa.CheckConstraint("followup_probability BETWEEN 0 AND 1", name=op.f("ck_calls_followup_probability")),
        sa.CheckConstraint("layout_probability BETWEEN 0 AND 1", name=op.f("ck_calls_layout_probability")),
        sa.CheckConstraint("legs >= 1", name=op.f("ck_calls_legs")),
        sa.CheckConstraint("options_heard >= 0", name=op.f("ck_calls_options_heard")),
        sa.CheckConstraint("selection_probability BETWEEN 0 AND 1", name=op.f("ck_calls_selection_probability")),
        sa.CheckConstraint("talk_seconds >= 0", name=op.f("ck_calls_talk_seconds")),
        sa.CheckConstraint("wait_seconds >= 0", name=op.f("ck_calls_wait_seconds")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_calls_imports")),
        sa.PrimaryKeyConstraint("pbx", "uniqueid", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_agent_ended_at"), "calls", ["agent", "ended_at"], unique=False)
    op.create_index(op.f("ix_calls_caller"), "calls", ["caller"], unique=False)
    op.create_index(op.f("ix_calls_ended_at"), "calls", ["ended_at"], unique=False)
    op.create_index(op.f("ix_calls_import_id"), "calls", ["import_id"], unique=False)
    op.create_index(
        "ix_calls_open",
        "calls",
        ["pbx", "uniqueid"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "interfaces",
        sa.Column("interface", NAME, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT),
        sa.Column("person", NAME, nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_interfaces_span")),
        sa.ForeignKeyConstraint(["person"], ["people.person"], name=op.f("fk_interfaces_people")),
        sa.PrimaryKeyConstraint("interface", "starts_at", name=op.f("pk_interfaces")),
    )
    op.create_table(
        "memberships",
        sa.Column("person", NAME, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT),
        sa.Column("team", NAME, nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_memberships_span")),
        sa.ForeignKeyConstraint(["person"], ["people.person"], name=op.f("fk_memberships_people")),
        sa.ForeignKeyConstraint(["team"], ["teams.team"], name=op.f("fk_memberships_teams")),
        sa.PrimaryKeyConstraint("person", "starts_at", name=op.f("pk_memberships")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", NAME, nullable=False),
        sa.Column("user", NAME, nullable=False),
        sa.Column("csrf_token", NAME, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f("fk_sessions_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_table(
        "user_roles",
        sa.Column("user", NAME, nullable=False),
        sa.Column("role", NAME, nullable=False),
        sa.ForeignKeyConstraint(["role"], ["roles.role"], name=op.f("fk_user_roles_roles")),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f("fk_user_roles_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "role", name=op.f("pk_user_roles")),
    )
    op.create_table(
        "answers",
        sa.Column("pbx", NAME, nullable=False),
        sa.Column("uniqueid", NAME, nullable=False),
        sa.Column("question", NAME, nullable=False),
        sa.Column("status", NAME, nullable=False),
        sa.Column("options_heard", sa.Integer(), nullable=False),
        sa.Column("key", NAME),
        sa.Column("category", sa.Integer()),
        sa.Column("press_ms", sa.Integer()),
        sa.CheckConstraint(
            _one_of("status", *OUTCOMES),
            name=op.f("ck_answers_status"),
        ),
        sa.CheckConstraint("category >= 0", name=op.f("ck_answers_category")),
        sa.CheckConstraint("options_heard >= 0", name=op.f("ck_answers_options_heard")),
        sa.ForeignKeyConstraint(
            ["pbx", "uniqueid"], ["calls.pbx", "calls.uniqueid"], name=op.f("fk_answers_calls"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pbx", "uniqueid", "question", name=op.f("pk_answers")),
    )
    op.create_table(
        "exposures",
        sa.Column("pbx", NAME, nullable=False),
        sa.Column("uniqueid", NAME, nullable=False),
        sa.Column("layout_version", NAME, nullable=False),
        sa.Column("exposed_at", MOMENT, nullable=False),
        sa.Column("experiment", NAME, nullable=False),
        sa.Column("stratum", NAME, nullable=False),
        sa.Column("layout", NAME, nullable=False),
        sa.Column("layout_probability", sa.Double(), nullable=False),
        sa.Column("allocation", NAME, nullable=False),
        sa.Column("delay_seconds", sa.Double(), nullable=False),
        sa.Column("delay_probability", sa.Double(), nullable=False),
        sa.CheckConstraint("delay_probability BETWEEN 0 AND 1", name=op.f("ck_exposures_delay_probability")),
        sa.CheckConstraint("delay_seconds >= 0", name=op.f("ck_exposures_delay_seconds")),
        sa.CheckConstraint("layout_probability BETWEEN 0 AND 1", name=op.f("ck_exposures_layout_probability")),
        sa.ForeignKeyConstraint(
            ["pbx", "uniqueid"], ["calls.pbx", "calls.uniqueid"], name=op.f("fk_exposures_calls"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pbx", "uniqueid", "layout_version", "exposed_at", name=op.f("pk_exposures")),
    )
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
        sa.CheckConstraint(
            _one_of("ended_by", "agent", "caller", "transfer", "unknown"), name=op.f("ck_legs_ended_by")
        ),
        sa.ForeignKeyConstraint(
            ["pbx", "uniqueid"], ["calls.pbx", "calls.uniqueid"], name=op.f("fk_legs_calls"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pbx", "uniqueid", "leg", name=op.f("pk_legs")),
    )
    op.create_table(
        "presses",
        sa.Column("pbx", NAME, nullable=False),
        sa.Column("uniqueid", NAME, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("lo_ms", sa.Integer()),
        sa.Column("hi_ms", sa.Integer()),
        sa.CheckConstraint("lo_ms <= hi_ms", name=op.f("ck_presses_bounds")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_presses_number")),
        sa.ForeignKeyConstraint(
            ["pbx", "uniqueid"], ["calls.pbx", "calls.uniqueid"], name=op.f("fk_presses_calls"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pbx", "uniqueid", "number", name=op.f("pk_presses")),
    )
    roles = sa.table("roles", sa.column("role"))
    op.bulk_insert(roles, [{"role": "operator"}, {"role": "supervisor"}, {"role": "agent"}])
