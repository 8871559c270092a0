from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.store.accounts import SqlAccounts
from ivr.store.database import Database
from ivr.store.sessions import SqlSessions
from ivr.store.writer import Writer
from ivr.usecases.accounts import Credentials, Leadership, Origin, Role, Session, Step, User

from .samples import START

ANN = User("ann", frozenset({Role.SUPERVISOR}), "person-ann")
SESSION = Session(
    "hash",
    ANN,
    "csrf",
    START,
    START + timedelta(hours=8),
    id="one",
    seen_at=START,
    origin=Origin("192.0.2.7", "Firefox"),
)


@pytest.fixture
async def accounts(database: Database, writer: Writer) -> SqlAccounts:
    accounts = SqlAccounts(database, writer)
    await accounts.add_user(Credentials(ANN, "argon2"), START)
    return accounts


@pytest.fixture
def sessions(accounts: SqlAccounts, database: Database, writer: Writer) -> SqlSessions:
    return SqlSessions(database, writer, idle=timedelta(minutes=30))


async def test_a_session_lives_until_it_expires_or_is_ended(sessions: SqlSessions) -> None:
    await sessions.open(SESSION)
    assert await sessions.find("hash", START) == SESSION
    assert await sessions.find("other", START) is None
    long_used = replace(SESSION, token_hash="long", id="two", seen_at=SESSION.expires_at)
    await sessions.open(long_used)
    assert await sessions.find("long", SESSION.expires_at - timedelta(seconds=1)) == long_used
    assert await sessions.find("long", SESSION.expires_at) is None
    await sessions.end("hash")
    await sessions.end("hash")
    assert await sessions.find("hash", START) is None


async def test_a_session_that_nobody_uses_ends_and_one_that_is_used_goes_on(sessions: SqlSessions) -> None:
    await sessions.open(SESSION)
    used, idle = START + timedelta(minutes=29), START + timedelta(minutes=30)
    assert await sessions.find("hash", idle) is None
    assert await sessions.find("hash", used, is_activity=False) == SESSION
    assert await sessions.find("hash", idle) is None
    await sessions.find("hash", used)
    await sessions.settled()
    found = await sessions.find("hash", START + timedelta(minutes=58), is_activity=False)
    assert found == replace(SESSION, seen_at=used)


async def test_a_use_is_noted_once_a_minute(sessions: SqlSessions) -> None:
    await sessions.open(SESSION)
    for seconds in (1, 59, 60, 61, 119):
        await sessions.find("hash", START + timedelta(seconds=seconds))
        await sessions.settled()
    found = await sessions.find("hash", START + timedelta(seconds=119), is_activity=False)
    assert found is not None
    assert found.seen_at == START + timedelta(seconds=60)


async def test_a_session_follows_its_user(sessions: SqlSessions, accounts: SqlAccounts) -> None:
    await sessions.open(SESSION)
    await accounts.lead("ann", Leadership("north", START))
    await accounts.replace_roles("ann", {Role.SUPERVISOR, Role.OPS}, "other")
    found = await sessions.find("hash", START)
    assert found is not None
    assert found.user == User("ann", frozenset({Role.SUPERVISOR, Role.OPS}), "other", frozenset({"north"}))
    await accounts.disable("ann", START)
    assert await sessions.find("hash", START) is None


async def test_the_step_that_is_left_to_do_is_kept(sessions: SqlSessions) -> None:
    await sessions.open(replace(SESSION, step=Step.CODE))
    found = await sessions.find("hash", START)
    assert found is not None
    assert found.step is Step.CODE


async def test_ones_own_sessions_are_listed_and_ended(sessions: SqlSessions, accounts: SqlAccounts) -> None:
    await accounts.add_user(Credentials(User("bob", frozenset({Role.VIEWER})), "x"), START)
    await sessions.open(SESSION)
    for number in (2, 3):
        seen = START + timedelta(minutes=number)
        await sessions.open(replace(SESSION, token_hash=f"hash{number}", id=str(number), seen_at=seen))
    await sessions.open(replace(SESSION, token_hash="bobs", id="bobs", user=User("bob", frozenset({Role.VIEWER}))))
    assert [each.id for each in await sessions.of_user("ann", START)] == ["3", "2", "one"]
    assert await sessions.end_one("bob", "2") is False
    assert await sessions.end_one("ann", "2") is True
    assert await sessions.end_all("ann", but="hash") == 1
    assert [each.id for each in await sessions.of_user("ann", START)] == ["one"]
    assert await sessions.end_all("ann") == 1
    assert [each.id for each in await sessions.of_user("bob", START)] == ["bobs"]


async def test_what_is_over_is_purged_and_the_rest_stays(sessions: SqlSessions) -> None:
    later = replace(SESSION, token_hash="later", id="two", seen_at=START + timedelta(minutes=20))
    await sessions.open(SESSION)
    await sessions.open(later)
    assert await sessions.purge(START + timedelta(minutes=31)) == 1
    assert await sessions.find("hash", START) is None
    assert await sessions.find("later", START) == later


async def test_a_full_writer_keeps_nobody_from_the_pages(accounts: SqlAccounts, database: Database) -> None:
    async with Writer(database) as own:
        sessions = SqlSessions(database, own)
        await sessions.open(SESSION)
    assert await sessions.find("hash", START + timedelta(minutes=5)) == SESSION
    await sessions.settled()
