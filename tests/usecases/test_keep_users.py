"""Looking after users: roles, teams, passwords, and who may sign in."""

from datetime import timedelta

import pytest

from ivr.domain.access import EVERYBODY, NOBODY, Right, Scope
from ivr.errors import DatabaseRefused, UserRefused
from ivr.usecases.accounts import Leadership, Role, User
from ivr.usecases.change_password import change_password
from ivr.usecases.keep_sessions import end_other_sessions, end_session
from ivr.usecases.keep_users import (
    change_roles,
    disable_user,
    enable_user,
    end_sessions_of,
    lead_team,
    reset_password,
    reset_totp,
    stop_leading,
    unlock_user,
)
from ivr.usecases.make_token import find_token, make_token
from ivr.usecases.read_own_data import read_own_data
from ivr.usecases.sign_in import Refused, sign_in
from ivr.usecases.sign_in_ports import SignInPorts
from tests.memory_ports import NOON
from tests.usecases.signed_in_people import HOME, PASSWORD, Clock, app_of, events, is_open, people, session_of


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ports(clock: Clock) -> SignInPorts:
    return await people(clock)


async def user_of(ports: SignInPorts, name: str = "sam") -> User:
    found = await ports.accounts.find_credentials(name, ports.clock())
    assert found is not None
    return found.user


async def test_other_roles_end_the_sessions(ports: SignInPorts) -> None:
    session = await session_of(ports)
    await change_roles(ports, "adam", "SAM ", {Role.AGENT, Role.OPS}, "ana")
    assert not await is_open(ports, session)
    user = await user_of(ports)
    assert (user.roles, user.person, user.scope) == ({Role.AGENT, Role.OPS}, "ana", Scope(agent="ana"))
    await change_roles(ports, "adam", "sam", {Role.AGENT})
    assert (await user_of(ports)).person == "ana"
    assert events(ports)[-2:] == [("roles_changed", "adam", "sam")] * 2


async def test_a_supervisor_sees_the_teams_that_are_led_now(ports: SignInPorts, clock: Clock) -> None:
    assert (await user_of(ports)).scope == Scope(frozenset({"north"}))
    later = Leadership("south", NOON + timedelta(days=1), NOON + timedelta(days=2))
    await lead_team(ports, "adam", "sam", later)
    assert (await user_of(ports)).scope == Scope(frozenset({"north"}))
    clock.pass_time(days=1)
    assert (await user_of(ports)).scope == Scope(frozenset({"north", "south"}))
    await stop_leading(ports, "adam", "sam", "north")
    assert (await user_of(ports)).scope == Scope(frozenset({"south"}))
    clock.pass_time(days=1)
    assert (await user_of(ports)).scope == NOBODY
    assert [event for event, who, _ in events(ports) if who == "adam"] == ["leadership_changed"] * 2
    with pytest.raises(UserRefused, match="does not lead north"):
        await stop_leading(ports, "adam", "sam", "north")


async def test_only_supervisors_lead_and_only_for_a_time(ports: SignInPorts) -> None:
    assert (await user_of(ports, "adam")).scope == EVERYBODY
    with pytest.raises(UserRefused, match='"adam" is no supervisor; give the role first'):
        await lead_team(ports, "adam", "adam", Leadership("north", NOON))
    with pytest.raises(UserRefused, match="write --to with a later day"):
        await lead_team(ports, "adam", "sam", Leadership("south", NOON, NOON))


async def test_a_disabled_user_is_out_at_once_and_comes_back(ports: SignInPorts) -> None:
    session = await session_of(ports)
    await disable_user(ports, "adam", "sam")
    assert not await is_open(ports, session)
    assert await sign_in(ports, "sam", PASSWORD, HOME) == Refused()
    await enable_user(ports, "adam", "sam")
    assert not await is_open(ports, session)
    await session_of(ports)
    told = [each for each in events(ports) if each[1] == "adam" and each[0] != "signed_in"]
    assert told == [("user_disabled", "adam", "sam"), ("user_enabled", "adam", "sam")]


async def test_a_new_password_is_made_and_ends_the_sessions(ports: SignInPorts) -> None:
    session = await session_of(ports)
    made = await reset_password(ports, "adam", "sam")
    assert not await is_open(ports, session)
    assert await sign_in(ports, "sam", PASSWORD, HOME) == Refused()
    renewed = await session_of(ports, password=made)
    found = await ports.sessions.find(renewed.token_hash, NOON)
    assert found is not None
    assert found.has_first_password
    assert made not in repr(ports.audit)


async def test_a_new_password_from_an_administrator_ends_the_tokens_of_that_user_alone(ports: SignInPorts) -> None:
    gone = await make_token(ports, "sam", "sam", name="board", scope={Right.FIGURES}, days=30)
    kept = await make_token(ports, "adam", "adam", name="other", scope={Right.FIGURES}, days=30)
    await reset_password(ports, "adam", "sam")
    assert await find_token(ports, gone.secret) is None
    assert await find_token(ports, kept.secret) is not None
    assert [each for each in events(ports) if each[0] == "token_revoked"] == [("token_revoked", "adam", "sam")]


async def test_a_lost_telephone_is_forgotten(ports: SignInPorts) -> None:
    with pytest.raises(UserRefused, match="nothing to reset"):
        await reset_totp(ports, "adam", "sam")
    _, confirmed = await app_of(ports, await session_of(ports))
    await reset_totp(ports, "adam", "sam")
    assert not await is_open(ports, confirmed.signed_in.session)
    assert (await session_of(ports)).step is None
    assert ("totp_removed", "adam", "sam") in events(ports)


async def test_an_unlocked_user_need_not_wait(ports: SignInPorts) -> None:
    for _ in range(5):
        await sign_in(ports, "sam", "wrong", HOME)
    assert await ports.tries.waits("sam", NOON) == 5.0
    assert await unlock_user(ports, "adam", "sam") == 10
    await session_of(ports)
    assert events(ports)[-2] == ("user_unlocked", "adam", "sam")


async def test_sessions_are_ended_one_by_one_or_all(ports: SignInPorts) -> None:
    first, second, third = [await session_of(ports) for _ in range(3)]
    foreign = await session_of(ports, "adam")
    assert not await end_session(ports, first, foreign.id)
    assert not await end_session(ports, first, "no such id")
    assert await end_session(ports, first, second.id)
    assert await end_other_sessions(ports, first) == 1
    assert [await is_open(ports, each) for each in (first, second, third, foreign)] == [True, False, False, True]
    assert await end_sessions_of(ports, "adam", "sam") == 1
    assert [each for each in events(ports) if each[0] == "sessions_ended"] == [
        ("sessions_ended", "sam", "sam"),
        ("sessions_ended", "sam", "sam"),
        ("sessions_ended", "adam", "sam"),
    ]


@pytest.mark.parametrize("name", ["nobody", "", "sam\x00"])
async def test_whoever_is_not_there_is_told_of(ports: SignInPorts, name: str) -> None:
    for attempt in (
        change_roles(ports, "adam", name, {Role.OPS}),
        disable_user(ports, "adam", name),
        reset_password(ports, "adam", name),
        unlock_user(ports, "adam", name),
        lead_team(ports, "adam", name, Leadership("north", NOON)),
    ):
        with pytest.raises(UserRefused, match="there is no user"):
            await attempt


async def test_roles_that_make_no_sense_are_refused(ports: SignInPorts) -> None:
    with pytest.raises(UserRefused, match="say whose, by the agent's key"):
        await change_roles(ports, "adam", "sam", {Role.AGENT})
    with pytest.raises(UserRefused, match="has no role"):
        await change_roles(ports, "adam", "sam", ())
    assert (await user_of(ports)).roles == {Role.SUPERVISOR}


async def test_what_is_kept_about_somebody_is_told(ports: SignInPorts) -> None:
    await sign_in(ports, "sam", "wrong", HOME)
    session = await session_of(ports)
    kept = await read_own_data(ports, session)
    assert kept.account.user.name == "sam"
    assert [each.id for each in kept.sessions] == [session.id]
    assert [each.event for each in kept.done] == ["signed_in"]
    assert [each.event for each in kept.about] == ["sign_in_refused", "user_added"]


async def test_what_is_not_noted_is_not_done(ports: SignInPorts) -> None:
    async def full(*_arguments: object, **_detail: object) -> None:
        raise DatabaseRefused("the disk is full; make room")

    session = await session_of(ports)
    ports.audit.note = full
    for attempt in (
        change_roles(ports, "adam", "sam", {Role.OPS}),
        lead_team(ports, "adam", "sam", Leadership("south", NOON)),
        disable_user(ports, "adam", "sam"),
        reset_password(ports, "adam", "sam"),
        end_sessions_of(ports, "adam", "sam"),
        change_password(ports, session, PASSWORD, "four lamps under glass"),
    ):
        with pytest.raises(DatabaseRefused):
            await attempt
    assert (await user_of(ports)).roles == {Role.SUPERVISOR}
    assert (await user_of(ports)).leads == {"north"}
    assert await is_open(ports, session)
    del ports.audit.note
    await session_of(ports)
