import asyncio
import json
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ivr.domain.audit_chain import BEGINNING, AuditEvent, ChainCheck, Damage, hash_of
from ivr.store.audit_log import SqlAuditLog
from ivr.store.database import Database, open_database
from ivr.store.writer import Writer

from .samples import START


@pytest.fixture
def log(database: Database, writer: Writer) -> SqlAuditLog:
    return SqlAuditLog(database, writer, lambda: START)


def tamper(database: Database, *statements: str) -> None:
    """Change the log as somebody can who has the database."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for trigger in ("keep_update", "keep_delete", "keep_row"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS audit_log_{trigger}"))
        else:
            connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))


async def filled(log: SqlAuditLog, entries: int = 5) -> list[str]:
    return [(await log.note(AuditEvent.SIGNED_IN, f"user{number}")).hash for number in range(1, entries + 1)]


async def test_entries_are_kept_in_a_chain(log: SqlAuditLog) -> None:
    first = await log.note(AuditEvent.EXPORTED, "ann", "calls", rows=3, of=["a", "b"])
    second = await log.note(AuditEvent.SIGNED_OUT, "ann")
    assert (first.number, first.previous, second.number, second.previous) == (1, BEGINNING, 2, first.hash)
    assert json.loads(first.detail) == {"of": ["a", "b"], "rows": 3}
    assert await log.entries(limit=10) == [second, first]
    assert await log.check(heads=[first.hash, "nobody's"]) == ChainCheck(2, second.hash, found=frozenset({first.hash}))


async def test_an_empty_log_holds(log: SqlAuditLog) -> None:
    assert await log.check() == ChainCheck(0, BEGINNING)


async def test_entries_are_chosen(log: SqlAuditLog) -> None:
    for who, subject in (("ann", "ana"), ("bob", "ana"), ("ann", "bea")):
        await log.note(AuditEvent.PERSON_VIEWED, who, subject)
    await log.note(AuditEvent.SIGNED_OUT, "ann")

    async def numbers(**filters: object) -> list[int]:
        return [each.number for each in await log.entries(**{"limit": 10, **filters})]

    assert await numbers() == [4, 3, 2, 1]
    assert await numbers(limit=2) == [4, 3]
    assert await numbers(before=3) == [2, 1]
    assert await numbers(who="ann") == [4, 3, 1]
    assert await numbers(subject="ana", event="person_viewed") == [2, 1]
    assert await numbers(since=START, until=START + timedelta(seconds=1)) == [4, 3, 2, 1]
    assert await numbers(until=START) == []
    assert await numbers(since=START + timedelta(seconds=1)) == []


async def test_the_database_itself_refuses_changes(log: SqlAuditLog, database: Database) -> None:
    await filled(log)
    for statement in (
        "UPDATE audit_log SET who = 'bob'",
        "DELETE FROM audit_log WHERE id = 5",
        "INSERT OR REPLACE INTO audit_log SELECT * FROM audit_log"
        if database.dialect == "sqlite"
        else "TRUNCATE audit_log",
    ):
        with pytest.raises(DBAPIError, match="only ever added to"), database.engine.begin() as connection:
            connection.execute(text(statement))
    assert (await log.check()).entries == 5


async def test_a_changed_entry_is_told(log: SqlAuditLog, database: Database) -> None:
    heads = await filled(log)
    tamper(database, "UPDATE audit_log SET who = 'somebody else' WHERE id = 3")
    assert await log.check(heads=heads) == ChainCheck(2, heads[1], Damage.CHANGED, 3, frozenset(heads[:2]))


async def test_an_entry_that_was_changed_with_its_hash_is_told(log: SqlAuditLog, database: Database) -> None:
    heads = await filled(log)
    made = hash_of(3, START, "mallory", "signed_in", None, "{}", heads[1])
    tamper(database, f"UPDATE audit_log SET who = 'mallory', hash = '{made}' WHERE id = 3")
    assert await log.check(heads=heads) == ChainCheck(2, heads[1], Damage.CHANGED, 3, frozenset(heads[:2]))


@pytest.mark.parametrize("gone", [1, 3])
async def test_a_missing_entry_is_told(log: SqlAuditLog, database: Database, gone: int) -> None:
    await filled(log)
    tamper(database, f"DELETE FROM audit_log WHERE id = {gone}")
    check = await log.check()
    assert (check.entries, check.damage, check.damaged) == (gone - 1, Damage.MISSING, gone)


@pytest.mark.parametrize("has_fitting_hash", [True, False])
async def test_an_inserted_entry_is_told(log: SqlAuditLog, database: Database, has_fitting_hash: bool) -> None:
    heads = await filled(log)
    made = hash_of(3, START, "mallory", "signed_in", None, "{}", heads[1]) if has_fitting_hash else "f" * 64
    tamper(
        database,
        "UPDATE audit_log SET id = -id WHERE id >= 3",
        "UPDATE audit_log SET id = 1 - id WHERE id < 0",
        "INSERT INTO audit_log (id, at, who, event, detail, previous, hash) "
        f"SELECT 3, at, 'mallory', event, detail, '{heads[1]}', '{made}' FROM audit_log WHERE id = 1",
    )
    assert await log.check() == ChainCheck(2, heads[1], Damage.INSERTED, 3)


async def test_a_cut_off_end_is_seen_from_a_head_that_was_noted(log: SqlAuditLog, database: Database) -> None:
    heads = await filled(log)
    tamper(database, "DELETE FROM audit_log WHERE id > 3")
    check = await log.check(heads=[heads[4]])
    assert (check.entries, check.damage, check.found) == (3, None, frozenset())
    assert (await log.check(heads=[heads[1]])).found == {heads[1]}


async def test_two_programs_write_one_chain(log: SqlAuditLog, url: str) -> None:
    other_database = open_database(url)
    async with Writer(other_database) as other_writer:
        other = SqlAuditLog(other_database, other_writer, lambda: START)
        await asyncio.gather(
            *((log, other)[number % 2].note(AuditEvent.SIGNED_IN, str(number)) for number in range(60))
        )
    other_database.close()
    entries = await log.entries(limit=100)
    assert {each.who for each in entries} == {str(number) for number in range(60)}
    assert (await log.check()).entries == 60


async def test_more_entries_than_are_read_at_once_hold(log: SqlAuditLog) -> None:
    await asyncio.gather(*(log.note(AuditEvent.SIGNED_IN, "ann") for _ in range(2001)))
    check = await log.check()
    assert (check.entries, check.damage) == (2001, None)


async def test_the_head_leaves_the_database(database: Database, writer: Writer) -> None:
    log = SqlAuditLog(database, writer, lambda: START, writes_lines=True)
    with structlog.testing.capture_logs() as lines:
        entry = await log.note(AuditEvent.SIGNED_IN, "ann", address="192.0.2.7")
    assert lines == [
        {
            "event": "audit",
            "log_level": "info",
            "number": 1,
            "audited": "signed_in",
            "who": "ann",
            "subject": None,
            "head": entry.hash,
        }
    ]
