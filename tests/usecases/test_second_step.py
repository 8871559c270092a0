"""Setting the second step of a sign-in up, and taking it away."""

import pyotp
import pytest

from ivr.errors import PasswordRefused, UserRefused
from ivr.usecases.accounts import Role
from ivr.usecases.second_step import begin_totp, confirm_totp, new_recovery_codes, pending_totp, remove_totp
from ivr.usecases.sign_in import Refused, enter_code
from ivr.usecases.sign_in_ports import SignInPorts, SignInRules
from tests.usecases.signed_in_people import HOME, PASSWORD, Clock, app_of, events, is_open, people, session_of


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ports(clock: Clock) -> SignInPorts:
    return await people(clock)


async def test_the_secret_is_kept_sealed(ports: SignInPorts) -> None:
    new = await begin_totp(ports, await session_of(ports))
    assert new.secret in new.address
    kept = await ports.second_steps.totp_of("sam")
    assert kept is not None
    assert new.secret not in kept.sealed
    assert ports.safe.open("sam", kept.sealed) == new.secret


async def test_an_app_that_was_not_confirmed_asks_for_nothing(ports: SignInPorts) -> None:
    await begin_totp(ports, await session_of(ports))
    assert (await session_of(ports)).step is None


async def test_a_waiting_secret_can_be_shown_once_more(ports: SignInPorts) -> None:
    session = await session_of(ports)
    first = await pending_totp(ports, session)
    assert await pending_totp(ports, session) == first
    assert await begin_totp(ports, session) != first


async def test_the_first_code_confirms_and_ends_every_other_session(ports: SignInPorts, clock: Clock) -> None:
    other, own = await session_of(ports), await session_of(ports)
    _, confirmed = await app_of(ports, own)
    assert [await is_open(ports, each) for each in (other, own, confirmed.signed_in.session)] == [False, False, True]
    assert confirmed.signed_in.session.expires_at == own.expires_at
    assert ("totp_set_up", "sam", "sam") in events(ports)
    with pytest.raises(UserRefused, match="set up already"):
        await begin_totp(ports, confirmed.signed_in.session)


async def test_a_wrong_first_code_confirms_nothing(ports: SignInPorts, clock: Clock) -> None:
    session = await session_of(ports)
    with pytest.raises(UserRefused, match="no authenticator app is being set up"):
        await confirm_totp(ports, session, "123456")
    totp = pyotp.TOTP((await begin_totp(ports, session)).secret)
    wrong = f"{(int(totp.at(clock.now)) + 1) % 10**6:06}"
    for _ in range(5):
        assert await confirm_totp(ports, session, wrong, PASSWORD) == Refused()
    assert await confirm_totp(ports, session, totp.at(clock.now), PASSWORD) == Refused(5)
    assert (await session_of(ports)).step is None


@pytest.mark.parametrize("password", [None, "", "wrong"])
async def test_a_browser_left_open_sets_up_no_app_of_a_stranger(
    ports: SignInPorts, clock: Clock, password: str | None
) -> None:
    session = await session_of(ports)
    totp = pyotp.TOTP((await begin_totp(ports, session)).secret)
    with pytest.raises(PasswordRefused, match="not your present password"):
        await confirm_totp(ports, session, totp.at(clock.now), password)
    assert (await session_of(ports)).step is None


async def test_the_code_that_confirmed_signs_nobody_in(ports: SignInPorts, clock: Clock) -> None:
    totp, _ = await app_of(ports, await session_of(ports))
    half = await session_of(ports)
    assert await enter_code(ports, half, totp.at(clock.now), HOME) == Refused()


async def test_half_a_sign_in_changes_nothing(ports: SignInPorts) -> None:
    await app_of(ports, await session_of(ports))
    half = await session_of(ports)
    for attempt in (
        begin_totp(ports, half),
        confirm_totp(ports, half, "123456"),
        remove_totp(ports, half, PASSWORD),
        new_recovery_codes(ports, half, PASSWORD),
    ):
        with pytest.raises(UserRefused, match="finish signing in first"):
            await attempt


async def test_an_app_is_removed_with_the_password(ports: SignInPorts) -> None:
    _, confirmed = await app_of(ports, await session_of(ports))
    session = confirmed.signed_in.session
    with pytest.raises(UserRefused, match="not your present password"):
        await remove_totp(ports, session, "wrong")
    assert await ports.second_steps.totp_of("sam") is not None
    renewed = await remove_totp(ports, session, PASSWORD)
    assert [await is_open(ports, each) for each in (session, renewed.session)] == [False, True]
    assert (await session_of(ports)).step is None
    assert ("totp_removed", "sam", "sam") in events(ports)
    with pytest.raises(UserRefused, match="nothing to remove"):
        await remove_totp(ports, renewed.session, PASSWORD)


async def test_a_role_that_needs_an_app_keeps_it(clock: Clock) -> None:
    ports = await people(clock, SignInRules(totp_roles=frozenset({Role.SUPERVISOR})))
    _, confirmed = await app_of(ports, await session_of(ports))
    with pytest.raises(UserRefused, match="your role needs an authenticator app"):
        await remove_totp(ports, confirmed.signed_in.session, PASSWORD)


async def test_new_recovery_codes_take_the_place_of_the_former(ports: SignInPorts) -> None:
    with pytest.raises(UserRefused, match="recovery codes stand in for one"):
        await new_recovery_codes(ports, await session_of(ports), PASSWORD)
    _, confirmed = await app_of(ports, await session_of(ports))
    fresh = await new_recovery_codes(ports, confirmed.signed_in.session, PASSWORD)
    half = await session_of(ports)
    assert await enter_code(ports, half, confirmed.recovery.codes[0], HOME) == Refused()
    assert not isinstance(await enter_code(ports, half, fresh.codes[0], HOME), Refused)
    assert ("recovery_codes_made", "sam", "sam") in events(ports)


async def test_guessing_the_password_in_an_open_browser_has_to_wait_too(ports: SignInPorts) -> None:
    _, confirmed = await app_of(ports, await session_of(ports))
    for _ in range(5):
        with pytest.raises(UserRefused, match="not your present password"):
            await remove_totp(ports, confirmed.signed_in.session, "wrong")
    with pytest.raises(UserRefused, match="please wait 5 s"):
        await remove_totp(ports, confirmed.signed_in.session, PASSWORD)
