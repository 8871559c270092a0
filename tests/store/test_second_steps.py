import asyncio

import pytest

from ivr.store.accounts import SqlAccounts
from ivr.store.database import Database
from ivr.store.second_steps import SqlSecondSteps
from ivr.store.writer import Writer
from ivr.usecases.accounts import Credentials, Role, User
from ivr.usecases.second_steps import Totp

from .samples import START


@pytest.fixture
async def accounts(database: Database, writer: Writer) -> SqlAccounts:
    accounts = SqlAccounts(database, writer)
    await accounts.add_user(Credentials(User("ann", frozenset({Role.ADMIN})), "argon2"), START)
    return accounts


@pytest.fixture
def steps(accounts: SqlAccounts, database: Database, writer: Writer) -> SqlSecondSteps:
    return SqlSecondSteps(database, writer)


async def test_an_app_counts_once_it_is_confirmed(steps: SqlSecondSteps, accounts: SqlAccounts) -> None:
    assert await steps.totp_of("ann") is None
    await steps.begin_totp("ann", "first")
    await steps.begin_totp("ann", "second")
    assert await steps.totp_of("ann") == Totp("second", None, 0)
    found = await accounts.find_credentials("ann", START)
    assert found is not None
    assert not found.has_totp
    assert await steps.confirm_totp("ann", "first", 7, START, ["a"]) is False
    assert await steps.confirm_totp("ann", "second", 7, START, ["a", "b"]) is True
    assert await steps.totp_of("ann") == Totp("second", START, 7)
    found = await accounts.find_credentials("ann", START)
    assert found is not None
    assert found.has_totp
    await steps.begin_totp("ann", "third")
    assert await steps.totp_of("ann") == Totp("second", START, 7)


async def test_a_time_step_is_used_once_and_none_before_it(steps: SqlSecondSteps) -> None:
    await steps.begin_totp("ann", "sealed")
    await steps.confirm_totp("ann", "sealed", 7, START, [])
    assert await asyncio.gather(*(steps.use_step("ann", step) for step in (7, 8, 8, 6, 9))) == [
        False,
        True,
        False,
        False,
        True,
    ]
    assert await steps.use_step("bob", 100) is False


async def test_a_recovery_code_is_used_once(steps: SqlSecondSteps) -> None:
    await steps.replace_recovery_codes("ann", ["a", "b"])
    assert await asyncio.gather(*(steps.use_recovery_code("ann", "a") for _ in range(3))) == [True, False, False]
    assert await steps.recovery_codes_left("ann") == 1
    await steps.replace_recovery_codes("ann", ["c"])
    assert await steps.use_recovery_code("ann", "b") is False
    assert await steps.use_recovery_code("bob", "c") is False


async def test_what_is_dropped_is_gone(steps: SqlSecondSteps) -> None:
    await steps.begin_totp("ann", "sealed")
    await steps.confirm_totp("ann", "sealed", 7, START, ["a"])
    assert await steps.drop_totp("ann") is True
    assert await steps.totp_of("ann") is None
    assert await steps.recovery_codes_left("ann") == 0
    assert await steps.drop_totp("ann") is False
