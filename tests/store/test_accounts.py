from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.errors import UserRefused
from ivr.store.accounts import SqlAccounts
from ivr.store.database import Database
from ivr.store.writer import Writer
from ivr.usecases.accounts import Credentials, Role, Session, User

from .samples import START

ANN = User("ann", frozenset({Role.AGENT, Role.SUPERVISOR}), "person-ann")
SESSION = Session("hash", ANN, "csrf", START, START + timedelta(hours=8))


@pytest.fixture
async def accounts(database: Database, writer: Writer) -> SqlAccounts:
    accounts = SqlAccounts(database, writer)
    await accounts.add_user(Credentials(ANN, "argon2"))
    return accounts


async def test_a_user_is_found_with_roles_and_hash(accounts: SqlAccounts) -> None:
    assert await accounts.find_credentials("ann") == Credentials(ANN, "argon2")
    assert await accounts.find_credentials("bob") is None
    assert await accounts.names() == ["ann"]


async def test_a_name_is_taken_once(accounts: SqlAccounts) -> None:
    with pytest.raises(UserRefused, match='"ann" is there already; choose another name'):
        await accounts.add_user(Credentials(User("ann", frozenset({Role.OPERATOR})), "other"))
    assert await accounts.find_credentials("ann") == Credentials(ANN, "argon2")


async def test_a_password_is_replaced(accounts: SqlAccounts) -> None:
    await accounts.replace_password("ann", "newer")
    assert await accounts.find_credentials("ann") == Credentials(ANN, "newer")
    with pytest.raises(UserRefused, match='no user "bob"; add one'):
        await accounts.replace_password("bob", "newer")


async def test_a_session_lives_until_it_expires_or_is_closed(accounts: SqlAccounts) -> None:
    await accounts.open_session(SESSION)
    assert await accounts.find_session("hash", START) == SESSION
    assert await accounts.find_session("hash", SESSION.expires_at) is None
    assert await accounts.find_session("other", START) is None
    await accounts.close_session("hash")
    await accounts.close_session("hash")
    assert await accounts.find_session("hash", START) is None


async def test_expired_sessions_are_purged_and_others_stay(accounts: SqlAccounts) -> None:
    later = replace(SESSION, token_hash="later", expires_at=SESSION.expires_at + timedelta(hours=1))
    await accounts.open_session(SESSION)
    await accounts.open_session(later)
    await accounts.purge_sessions(SESSION.expires_at)
    assert await accounts.find_session("hash", START) is None
    assert await accounts.find_session("later", START) == later
