"""The fifth migration on a ledger with users: an operator is of operations and an administrator afterwards."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, text

import ivr.store.migrations
from ivr.store.accounts import SqlAccounts
from ivr.store.database import open_database, upgrade
from ivr.store.sessions import SqlSessions
from ivr.store.writer import Writer
from ivr.usecases.accounts import Credentials, Role, User

from .samples import START

_FORMER = (
    """INSERT INTO users (name, password_hash, person) VALUES ('olga', 'h1', NULL), ('sam', 'h2', NULL),
    ('ana', 'h3', 'a')""",
    """INSERT INTO user_roles ("user", role) VALUES ('olga', 'operator'), ('sam', 'operator'), ('sam', 'supervisor'),
    ('ana', 'agent')""",
    """INSERT INTO sessions (token_hash, "user", csrf_token, opened_at, expires_at)
    VALUES ('hash', 'olga', 'c', '2026-03-01 09:00:00', '2099-03-01 09:00:00')""",
)


async def test_operators_keep_what_they_could_do(url: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(ivr.store.migrations.__file__).parent))
        command.upgrade(config, "0004")
        for statement in _FORMER:
            connection.execute(text(statement))
    engine.dispose()
    upgrade(url)
    database = open_database(url)
    async with Writer(database) as writer:
        accounts = SqlAccounts(database, writer)
        found = [await accounts.find_credentials(name, START) for name in ("olga", "sam", "ana")]
        assert found == [
            Credentials(User("olga", frozenset({Role.OPS, Role.ADMIN})), "h1"),
            Credentials(User("sam", frozenset({Role.OPS, Role.ADMIN, Role.SUPERVISOR})), "h2"),
            Credentials(User("ana", frozenset({Role.AGENT}), "a"), "h3"),
        ]
        assert await SqlSessions(database, writer).find("hash", START) is None
    with database.engine.connect() as connection:
        roles = connection.execute(text("SELECT role FROM roles ORDER BY role")).scalars().all()
        assert roles == sorted(Role)
        assert "audit_log" in inspect(connection).get_table_names()
    database.close()
