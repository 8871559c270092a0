"""Adding users: names, passwords and roles."""

import pytest

from ivr.errors import UserRefused
from ivr.usecases.accounts import Role
from ivr.usecases.add_user import add_user
from ivr.usecases.sign_in import sign_in
from ivr.web.passwords import Argon2Passwords
from tests.memory_ports import NOON, MemoryAccounts


async def _add(accounts, name="sam", *, roles=(Role.SUPERVISOR,), person=None, password=None):
    return await add_user(
        name, roles=roles, person=person, password=password, accounts=accounts, passwords=Argon2Passwords()
    )


async def test_a_generated_password_opens_the_door():
    accounts = MemoryAccounts()
    added = await _add(accounts, "Sam")
    assert added.user.name == "sam"
    assert added.generated_password is not None
    assert len(added.generated_password) >= 12
    assert added.generated_password not in accounts.users["sam"].password_hash
    signed_in = await sign_in(
        "SAM", added.generated_password, accounts=accounts, passwords=Argon2Passwords(), clock=lambda: NOON
    )
    assert signed_in is not None
    assert signed_in.session.user == added.user


async def test_a_given_password_is_not_told_again():
    assert (await _add(MemoryAccounts(), password="twelve chars")).generated_password is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "the user name '' will not do"),
        ({"name": "a b"}, "the user name 'a b' will not do"),
        ({"name": "x" * 65}, "will not do"),
        ({"password": "eleven char"}, "shorter than 12 characters"),
        ({"password": "x" * 1025}, "longer than 1024 characters"),
        ({"roles": ()}, "give one of operator, supervisor, agent"),
        ({"roles": (Role.AGENT,)}, "say whose, by the agent's key"),
    ],
)
async def test_what_will_not_do_is_refused_and_nothing_is_stored(changes, sentence):
    accounts = MemoryAccounts()
    with pytest.raises(UserRefused, match=sentence):
        await _add(accounts, **changes)
    assert not accounts.users


async def test_a_taken_name_is_refused():
    accounts = MemoryAccounts()
    await _add(accounts)
    with pytest.raises(UserRefused, match="already there"):
        await _add(accounts, "SAM")
