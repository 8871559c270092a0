"""API tokens: made, used, revoked."""

from datetime import timedelta

import pytest

from ivr.domain.access import Right
from ivr.errors import UserRefused
from ivr.usecases.accounts import Role
from ivr.usecases.keep_users import change_roles, disable_user
from ivr.usecases.make_token import find_token, make_token, revoke_token
from ivr.usecases.sign_in_ports import SignInPorts
from tests.usecases.signed_in_people import Clock, events, people


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ports(clock: Clock) -> SignInPorts:
    return await people(clock)


async def test_a_token_may_what_both_it_and_its_user_may(ports: SignInPorts) -> None:
    made = await make_token(ports, "sam", "sam", name="board", scope={Right.FIGURES, Right.CALLS}, days=30)
    assert made.secret.startswith("ivr_")
    assert made.secret not in repr(ports.tokens)
    session = await find_token(ports, made.secret)
    assert session is not None
    assert (session.user.name, session.user.rights) == ("sam", {Right.FIGURES, Right.CALLS})
    assert session.user.scope.teams == {"north"}
    assert session.api_token == made.token.id
    await change_roles(ports, "adam", "sam", {Role.VIEWER})
    session = await find_token(ports, made.secret)
    assert session is not None
    assert session.user.rights == {Right.FIGURES}


async def test_a_token_ends(ports: SignInPorts, clock: Clock) -> None:
    first, second, third = [
        await make_token(ports, "sam", "sam", name=f"{number}", scope={Right.FIGURES}, days=1) for number in range(3)
    ]
    with pytest.raises(UserRefused, match="there is no token"):
        await revoke_token(ports, "adam", first.token.id, user="adam")
    await revoke_token(ports, "sam", first.token.id, user="sam")
    await revoke_token(ports, "adam", second.token.id)
    assert [await find_token(ports, each.secret) is not None for each in (first, second, third)] == [False, False, True]
    with pytest.raises(UserRefused, match="revoked already"):
        await revoke_token(ports, "adam", first.token.id)
    clock.pass_time(days=1)
    assert await find_token(ports, third.secret) is None
    assert [each for each in events(ports) if "token" in each[0]] == [
        *[("token_made", "sam", "sam")] * 3,
        ("token_revoked", "sam", "sam"),
        ("token_revoked", "adam", "sam"),
    ]


async def test_the_token_of_whoever_is_disabled_opens_nothing(ports: SignInPorts) -> None:
    made = await make_token(ports, "sam", "sam", name="board", scope={Right.FIGURES}, days=30)
    await disable_user(ports, "adam", "sam")
    assert await find_token(ports, made.secret) is None


@pytest.mark.parametrize("secret", ["", "ivr_", "ivr_unknown", "nothing", "ivr_\udcff"])
async def test_what_is_no_token_opens_nothing(ports: SignInPorts, secret: str) -> None:
    assert await find_token(ports, secret) is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"user": "nobody"}, 'there is no user "nobody"'),
        ({"scope": ()}, "give one of figures, calls, contest, decide, centre, refit"),
        ({"scope": {Right.SYSTEM}}, "cannot have the scope system; choose among figures, calls"),
        ({"scope": {Right.OWN_ACCOUNT}}, "cannot have the scope own_account"),
        ({"days": 0}, "1 to 366 days, not 0"),
        ({"days": 367}, "1 to 366 days, not 367"),
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 65}, "needs a name"),
        ({"name": "a\nb"}, "needs a name"),
    ],
)
async def test_what_will_not_do_is_refused(ports: SignInPorts, changes: dict[str, object], sentence: str) -> None:
    given = {"user": "sam", "name": "board", "scope": {Right.FIGURES}, "days": 30} | changes
    user = str(given.pop("user"))
    with pytest.raises(UserRefused, match=sentence):
        await make_token(ports, "adam", user, **given)
    assert await ports.tokens.of_user() == []


async def test_an_administrators_token_changes_no_account(ports: SignInPorts) -> None:
    with pytest.raises(UserRefused, match="cannot have the scope accounts"):
        await make_token(ports, "adam", "adam", name="board", scope={Right.ACCOUNTS}, days=30)


async def test_days_are_counted_from_now(ports: SignInPorts, clock: Clock) -> None:
    made = await make_token(ports, "adam", "sam", name="board", scope={Right.FIGURES}, days=366)
    assert made.token.expires_at == clock.now + timedelta(days=366)
    assert (made.token.made_by, made.token.used_at) == ("adam", None)
