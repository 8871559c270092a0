"""Adding users: names, passwords, roles and teams."""

import json

import pytest

from ivr.errors import UserRefused
from ivr.usecases.accounts import Role
from ivr.usecases.add_user import AddedUser, add_user
from ivr.usecases.sign_in import SignedIn, sign_in
from ivr.usecases.sign_in_ports import SignInPorts
from ivr.web.passwords import Argon2Passwords
from tests.memory_ports import NOON
from tests.memory_sign_in import memory_sign_in
from tests.plain_passwords import PlainPasswords


@pytest.fixture
def ports() -> SignInPorts:
    return memory_sign_in(lambda: NOON, passwords=PlainPasswords())


async def _add(ports: SignInPorts, name: str = "sam", **given: object) -> AddedUser:
    return await add_user(ports, name, **{"roles": (Role.SUPERVISOR,), **given})


async def test_a_generated_password_opens_the_door() -> None:
    ports = memory_sign_in(lambda: NOON, passwords=Argon2Passwords())
    added = await _add(ports, "Sam")
    assert added.user.name == "sam"
    assert added.generated_password is not None
    assert len(added.generated_password) >= 12
    found = await ports.accounts.find_credentials("sam", NOON)
    assert found is not None
    assert found.is_first_password
    assert added.generated_password not in found.password_hash
    signed_in = await sign_in(ports, "SAM", added.generated_password)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.session.user == added.user


async def test_a_given_password_is_not_told_again(ports: SignInPorts) -> None:
    assert (await _add(ports, password="twelve chars")).generated_password is None


async def test_a_supervisor_leads_from_now_on(ports: SignInPorts) -> None:
    await _add(ports, teams=["south", "north"], who="shell:root")
    found = await ports.accounts.find_credentials("sam", NOON)
    assert found is not None
    assert found.user.leads == {"north", "south"}
    (entry,) = ports.audit.log
    assert (entry.event, entry.who, entry.subject) == ("user_added", "shell:root", "sam")
    assert json.loads(entry.detail) == {"person": None, "roles": ["supervisor"], "teams": ["north", "south"]}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "the user name '' will not do"),
        ({"name": "a b"}, "the user name 'a b' will not do"),
        ({"name": "x" * 65}, "will not do"),
        ({"password": "eleven char"}, "shorter than 12 characters"),
        ({"password": "x" * 1025}, "longer than 1024 characters"),
        ({"password": "password1234"}, "among those that are guessed first; take four words"),
        ({"roles": ()}, "give one of viewer, agent, supervisor, ops, admin"),
        ({"roles": (Role.AGENT,)}, "say whose, by the agent's key"),
        ({"roles": (Role.OPS,), "teams": ("north",)}, "a team is led by a supervisor"),
    ],
)
async def test_what_will_not_do_is_refused_and_nothing_is_stored(
    ports: SignInPorts, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UserRefused, match=sentence):
        await _add(ports, **changes)
    assert await ports.accounts.users(NOON) == []
    assert ports.audit.log == []


async def test_a_taken_name_is_refused(ports: SignInPorts) -> None:
    await _add(ports)
    with pytest.raises(UserRefused, match="is there already"):
        await _add(ports, "SAM")
