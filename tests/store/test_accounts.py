from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.errors import UserRefused
from ivr.store.accounts import SqlAccounts
from ivr.store.database import Database
from ivr.store.sessions import SqlSessions
from ivr.store.writer import Writer
from ivr.usecases.accounts import Account, Credentials, Leadership, Role, Session, User

from .samples import START, plain_row

ANN = User("ann", frozenset({Role.AGENT, Role.SUPERVISOR}), "person-ann", frozenset({"north"}))
LATER = START + timedelta(days=1)


@pytest.fixture
async def accounts(database: Database, writer: Writer) -> SqlAccounts:
    accounts = SqlAccounts(database, writer)
    await accounts.add_user(Credentials(ANN, "argon2"), START)
    return accounts


async def test_a_user_is_found_with_roles_teams_and_hash(accounts: SqlAccounts) -> None:
    assert await accounts.find_credentials("ann", START) == Credentials(ANN, "argon2", password_changed_at=START)
    assert await accounts.find_credentials("bob", START) is None


async def test_a_name_is_taken_once(accounts: SqlAccounts) -> None:
    with pytest.raises(UserRefused, match='"ann" is there already; choose another name'):
        await accounts.add_user(Credentials(User("ann", frozenset({Role.ADMIN})), "other"), START)
    assert await accounts.find_credentials("ann", START) == Credentials(ANN, "argon2", password_changed_at=START)


async def test_a_password_is_replaced(accounts: SqlAccounts) -> None:
    await accounts.replace_password("ann", "newer", LATER, is_first=True)
    assert await accounts.find_credentials("ann", START) == Credentials(
        ANN, "newer", is_first_password=True, password_changed_at=LATER
    )
    await accounts.replace_password("ann", "chosen", LATER)
    await accounts.rehash("ann", "dearer")
    assert await accounts.find_credentials("ann", START) == Credentials(ANN, "dearer", password_changed_at=LATER)


async def test_whoever_is_not_there_is_not_changed(accounts: SqlAccounts) -> None:
    for change in (
        accounts.rehash("bob", "x"),
        accounts.replace_password("bob", "x", START),
        accounts.disable("bob", START),
        accounts.replace_roles("bob", {Role.ADMIN}, None),
        accounts.note_sign_in("bob", START),
        accounts.lead("bob", Leadership("north", START)),
    ):
        with pytest.raises(UserRefused, match='no user "bob"; add one'):
            await change


async def test_roles_are_given_in_the_place_of_others(accounts: SqlAccounts) -> None:
    await accounts.replace_roles("ann", {Role.OPS, Role.ADMIN}, None)
    found = await accounts.find_credentials("ann", START)
    assert found is not None
    assert found.user == User("ann", frozenset({Role.OPS, Role.ADMIN}), None, frozenset({"north"}))


async def test_teams_are_led_for_a_time(accounts: SqlAccounts) -> None:
    await accounts.lead("ann", Leadership("south", START + timedelta(hours=1), START + timedelta(hours=3)))
    await accounts.lead("ann", Leadership("north", START, START + timedelta(hours=2)))

    async def leads(hours: int) -> frozenset[str]:
        found = await accounts.find_credentials("ann", START + timedelta(hours=hours))
        assert found is not None
        return found.user.leads

    assert [await leads(hours) for hours in range(4)] == [{"north"}, {"north", "south"}, {"south"}, frozenset()]


async def test_everybody_is_listed_with_what_is_live(accounts: SqlAccounts, database: Database, writer: Writer) -> None:
    await accounts.add_user(Credentials(User("bob", frozenset({Role.VIEWER})), "x", is_first_password=True), LATER)
    await accounts.disable("bob", LATER)
    sessions = SqlSessions(database, writer)
    for number in range(2):
        await sessions.open(Session(f"h{number}", ANN, "c", START, START + timedelta(hours=number + 1), id=str(number)))
    await accounts.note_sign_in("ann", START)
    now = START + timedelta(minutes=10)
    ann, bob = await accounts.users(now)
    assert ann == Account(ANN, None, False, START, (Leadership("north", START),), 2, 0, START)
    assert (bob.user.name, bob.disabled_at, bob.signed_in_at, bob.live_sessions) == ("bob", LATER, None, 0)
    idle = await accounts.find_account("ann", START + timedelta(minutes=31))
    assert idle == replace(ann, live_sessions=0)


async def test_teams_are_known_from_people_and_from_calls(accounts: SqlAccounts, ledger) -> None:
    assert await accounts.known_teams() == []
    await ledger.close(replace(plain_row(1), team="north"))
    assert await accounts.known_teams() == ["north"]
