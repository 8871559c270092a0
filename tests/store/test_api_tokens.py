from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.access import Right
from ivr.errors import UserRefused
from ivr.store.accounts import SqlAccounts
from ivr.store.api_tokens import SqlApiTokens
from ivr.store.database import Database
from ivr.store.writer import Writer
from ivr.usecases.accounts import Credentials, Role, User
from ivr.usecases.api_tokens import ApiToken

from .samples import START

ANN = User("ann", frozenset({Role.SUPERVISOR}), None, frozenset({"north"}))
TOKEN = ApiToken(
    "id-1",
    "ann",
    "board",
    frozenset({Right.FIGURES, Right.SYSTEM}),
    START,
    "shell:root",
    START + timedelta(days=7),
)


@pytest.fixture
async def accounts(database: Database, writer: Writer) -> SqlAccounts:
    accounts = SqlAccounts(database, writer)
    await accounts.add_user(Credentials(ANN, "argon2"), START)
    return accounts


@pytest.fixture
def tokens(accounts: SqlAccounts, database: Database, writer: Writer) -> SqlApiTokens:
    return SqlApiTokens(database, writer)


async def test_a_token_opens_what_both_it_and_its_user_may(tokens: SqlApiTokens, accounts: SqlAccounts) -> None:
    await tokens.add(TOKEN, "hash")
    found = await tokens.find("hash", START)
    assert found is not None
    assert (found.user.name, found.user.rights, found.user.leads) == ("ann", {Right.FIGURES}, {"north"})
    assert (found.api_token, found.step) == ("id-1", None)
    await accounts.replace_roles("ann", {Role.OPS}, None)
    found = await tokens.find("hash", START)
    assert found is not None
    assert found.user.rights == {Right.SYSTEM}


async def test_a_token_ends(tokens: SqlApiTokens, accounts: SqlAccounts) -> None:
    await tokens.add(TOKEN, "hash")
    assert await tokens.find("other", START) is None
    assert await tokens.find("hash", TOKEN.expires_at) is None
    await accounts.disable("ann", START)
    assert await tokens.find("hash", START) is None
    await accounts.disable("ann", None)
    assert await tokens.find("hash", START) is not None
    assert await tokens.revoke("id-1", user="bob") is None
    revoked = await tokens.revoke("id-1", user="ann")
    assert revoked is not None
    assert revoked.name == "board"
    assert await tokens.find("hash", START) is None
    assert await tokens.revoke("id-1") is None


async def test_the_last_use_is_noted_once_a_minute(tokens: SqlApiTokens) -> None:
    await tokens.add(TOKEN, "hash")
    for seconds in (10, 69, 70, 80):
        await tokens.find("hash", START + timedelta(seconds=seconds))
        await tokens.settled()
    (listed,) = await tokens.of_user("ann")
    assert listed == replace(TOKEN, used_at=START + timedelta(seconds=70))


async def test_tokens_are_listed_and_purged(tokens: SqlApiTokens) -> None:
    await tokens.add(TOKEN, "hash")
    newer = replace(TOKEN, id="id-2", made_at=START + timedelta(days=1), expires_at=START + timedelta(days=9))
    await tokens.add(newer, "hash-2")
    assert [each.id for each in await tokens.of_user()] == ["id-2", "id-1"]
    assert await tokens.of_user("bob") == []
    assert await tokens.purge(START + timedelta(days=7)) == 1
    assert await tokens.of_user() == [newer]


async def test_nobodys_token_is_refused(tokens: SqlApiTokens) -> None:
    with pytest.raises(UserRefused, match='no user "bob"'):
        await tokens.add(replace(TOKEN, user="bob"), "hash")
