"""Changing the own password, and what one will do."""

import pytest

from ivr.domain.access import Right
from ivr.errors import UserRefused
from ivr.usecases.accounts import Step
from ivr.usecases.change_password import change_password
from ivr.usecases.make_token import find_token, make_token
from ivr.usecases.sign_in import Refused, sign_in
from ivr.usecases.sign_in_ports import SignInPorts
from tests.usecases.signed_in_people import HOME, PASSWORD, Clock, app_of, events, is_open, people, session_of

NEW = "four lamps under glass"


@pytest.fixture
async def ports() -> SignInPorts:
    return await people(Clock())


async def test_a_new_password_ends_every_other_session(ports: SignInPorts) -> None:
    other, own = await session_of(ports), await session_of(ports)
    renewed = await change_password(ports, own, PASSWORD, NEW)
    assert [await is_open(ports, each) for each in (other, own, renewed.session)] == [False, False, True]
    assert renewed.session.csrf_token != own.csrf_token
    assert await sign_in(ports, "sam", PASSWORD, HOME) == Refused()
    await session_of(ports, password=NEW)
    assert ("password_changed", "sam", "sam") in events(ports)
    assert NEW not in repr(ports.audit)


async def test_a_new_password_ends_the_tokens_that_were_made_with_the_old_one(ports: SignInPorts) -> None:
    made = await make_token(ports, "sam", "sam", name="board", scope={Right.FIGURES}, days=30)
    assert await find_token(ports, made.secret) is not None
    await change_password(ports, await session_of(ports), PASSWORD, NEW)
    assert await find_token(ports, made.secret) is None
    assert ("token_revoked", "sam", "sam") in events(ports)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("wrong", NEW, "not your present password"),
        (PASSWORD, "eleven char", "shorter than 12 characters"),
        (PASSWORD, "x" * 1025, "longer than 1024 characters"),
        (PASSWORD, "Password2026!", "among those that are guessed first"),
        (PASSWORD, "123456789012", "runs along the keyboard"),
        (PASSWORD, "sam-sam-2026", "little more than your own name"),
        (PASSWORD, PASSWORD, "is the old one; choose another"),
    ],
)
async def test_what_will_not_do_changes_nothing(ports: SignInPorts, old: str, new: str, sentence: str) -> None:
    session = await session_of(ports)
    with pytest.raises(UserRefused, match=sentence):
        await change_password(ports, session, old, new)
    assert await is_open(ports, session)
    await session_of(ports)
    assert "password_changed" not in [event for event, _, _ in events(ports)]


async def test_a_half_finished_sign_in_changes_no_password(ports: SignInPorts) -> None:
    await app_of(ports, await session_of(ports))
    half = await session_of(ports)
    assert half.step is Step.CODE
    with pytest.raises(UserRefused, match="enter the code first"):
        await change_password(ports, half, PASSWORD, NEW)
