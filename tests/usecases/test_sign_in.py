"""Signing in: password, code, waits, sessions and what the audit log has of it."""

import json
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from ivr.domain.access import Right
from ivr.usecases.accounts import Origin, Role, Step
from ivr.usecases.add_user import add_user
from ivr.usecases.change_password import change_password
from ivr.usecases.keep_users import disable_user, enable_user
from ivr.usecases.second_step import begin_totp, confirm_totp
from ivr.usecases.sign_in import Refused, SignedIn, enter_code, hash_token, sign_in, sign_out
from ivr.usecases.sign_in_ports import SignInPorts, SignInRules
from tests.memory_ports import NOON
from tests.memory_sign_in import MemoryAuditLog, memory_sign_in
from tests.plain_passwords import PlainPasswords
from tests.usecases.signed_in_people import HOME, PASSWORD, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ports(clock: Clock) -> SignInPorts:
    ports = memory_sign_in(clock, passwords=PlainPasswords())
    await add_user(ports, "sam", roles={Role.SUPERVISOR}, password=PASSWORD)
    return ports


def log_of(ports: SignInPorts) -> MemoryAuditLog:
    assert isinstance(ports.audit, MemoryAuditLog)
    return ports.audit


async def signed_in(ports: SignInPorts, name: str = "sam", password: str = PASSWORD) -> SignedIn:
    answer = await sign_in(ports, name, password, HOME)
    assert isinstance(answer, SignedIn)
    return answer


async def with_app(ports: SignInPorts, clock: Clock) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """Set an authenticator app up for sam, and let the time go on to where its code is another."""
    session = (await signed_in(ports)).session
    totp = pyotp.TOTP((await begin_totp(ports, session)).secret)
    confirmed = await confirm_totp(ports, session, totp.at(clock.now), PASSWORD)
    assert not isinstance(confirmed, Refused)
    clock.pass_time(minutes=2)
    return totp, tuple(confirmed.recovery.codes)


async def test_a_right_password_opens_a_session(ports: SignInPorts) -> None:
    answer = await signed_in(ports, "  SAM ")
    session = await ports.sessions.find(hash_token(answer.token), NOON)
    assert session == answer.session
    assert session.user.roles == {Role.SUPERVISOR}
    assert (session.step, session.origin, session.has_first_password) == (None, HOME, False)
    assert session.expires_at == NOON + timedelta(hours=12)
    assert answer.token not in repr(session)
    account = await ports.accounts.find_account("sam", NOON)
    assert account is not None
    assert account.signed_in_at == NOON
    assert log_of(ports).events() == ["user_added", "signed_in"]


async def test_what_a_browser_says_of_itself_is_cut_to_a_line(ports: SignInPorts) -> None:
    answer = await sign_in(ports, "sam", PASSWORD, Origin("192.0.2.7", "Fire\nfox" + "x" * 500))
    assert isinstance(answer, SignedIn)
    assert answer.session.origin.browser == "Firefox" + "x" * 193


@pytest.mark.parametrize(
    ("name", "password"),
    [("sam", "wrong"), ("sam", ""), ("nobody", PASSWORD), ("", ""), ("sam\x00", PASSWORD), ("sam", PASSWORD * 99)],
)
async def test_anything_else_opens_nothing(ports: SignInPorts, name: str, password: str) -> None:
    assert await sign_in(ports, name, password, HOME) == Refused()
    assert await ports.sessions.of_user("sam", NOON) == []


async def test_a_password_in_the_wrong_field_is_not_logged(ports: SignInPorts) -> None:
    await sign_in(ports, PASSWORD, "", HOME)
    await sign_in(ports, "sam", "wrong", HOME)
    assert [each.subject for each in log_of(ports).log] == ["sam", None, "sam"]
    assert PASSWORD not in repr(log_of(ports).log)


async def test_failures_have_to_wait_longer_and_the_log_tells_when_it_begins(ports: SignInPorts, clock: Clock) -> None:
    for _ in range(5):
        assert await sign_in(ports, "sam", "wrong", HOME) == Refused()
    assert await sign_in(ports, "sam", PASSWORD, HOME) == Refused(5)
    assert (await signed_in_from(ports, Origin("192.0.2.8"))).session.user.name == "sam"
    clock.pass_time(seconds=5)
    assert await sign_in(ports, "sam", "wrong", HOME) == Refused()
    assert await sign_in(ports, "sam", PASSWORD, HOME) == Refused(10)
    clock.pass_time(seconds=10)
    await signed_in(ports)
    assert await sign_in(ports, "sam", "wrong", HOME) == Refused()
    assert await sign_in(ports, "sam", PASSWORD, HOME) != Refused(5)
    # What only has to wait is not noted: a stranger could fill the log with it.
    assert log_of(ports).events()[1:] == [
        *["sign_in_refused"] * 4,
        "sign_in_delayed",
        "signed_in",
        "sign_in_delayed",
        "signed_in",
        "sign_in_refused",
        "signed_in",
    ]


async def signed_in_from(ports: SignInPorts, origin: Origin) -> SignedIn:
    answer = await sign_in(ports, "sam", PASSWORD, origin)
    assert isinstance(answer, SignedIn)
    return answer


async def test_the_longest_wait_is_a_quarter_of_an_hour(ports: SignInPorts, clock: Clock) -> None:
    waits = []
    for _ in range(30):
        answer = await sign_in(ports, "sam", "wrong", HOME)
        if isinstance(answer, Refused) and answer.wait_seconds:
            waits.append(answer.wait_seconds)
            clock.pass_time(seconds=answer.wait_seconds)
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) == 900


async def test_strangers_at_many_addresses_delay_a_colleague_by_a_minute_at_most(
    ports: SignInPorts, clock: Clock
) -> None:
    for number in range(500):
        answer = await sign_in(ports, "sam", "wrong", Origin(f"198.51.100.{number % 250}"))
        assert isinstance(answer, Refused)
        clock.pass_time(seconds=answer.wait_seconds)
    answer = await sign_in(ports, "sam", PASSWORD, HOME)
    assert isinstance(answer, Refused)
    assert 0 < answer.wait_seconds <= 60
    clock.pass_time(seconds=answer.wait_seconds)
    await signed_in(ports)


async def test_one_address_is_slowed_down_over_all_names(ports: SignInPorts) -> None:
    for number in range(30):
        assert await sign_in(ports, f"user{number}", "wrong", HOME) == Refused()
    assert await sign_in(ports, "sam", PASSWORD, HOME) == Refused(5)
    assert (await signed_in_from(ports, Origin("192.0.2.8"))).session.user.name == "sam"


async def test_a_proxy_of_this_machine_is_not_one_address(ports: SignInPorts) -> None:
    for number in range(60):
        assert await sign_in(ports, f"user{number}", "wrong", Origin("127.0.0.1")) == Refused()
    await signed_in_from(ports, Origin("127.0.0.1"))


async def test_whoever_is_disabled_is_told_the_same_as_anybody(ports: SignInPorts) -> None:
    session = (await signed_in(ports)).session
    await disable_user(ports, "adam", "sam")
    assert await ports.sessions.find(session.token_hash, NOON) is None
    assert await sign_in(ports, "sam", PASSWORD, HOME) == Refused()
    await enable_user(ports, "adam", "sam")
    await signed_in(ports)


async def test_an_outdated_hash_is_made_anew(ports: SignInPorts) -> None:
    ports.passwords.costs = 2
    await signed_in(ports)
    found = await ports.accounts.find_credentials("sam", NOON)
    assert found is not None
    assert found.password_hash.startswith("2:")
    assert found.password_changed_at == NOON


async def test_signing_out_ends_the_session(ports: SignInPorts) -> None:
    session = (await signed_in(ports)).session
    await sign_out(ports, session)
    assert await ports.sessions.find(session.token_hash, NOON) is None
    assert log_of(ports).events()[-1] == "signed_out"


async def test_an_app_asks_for_a_code_after_the_password(ports: SignInPorts, clock: Clock) -> None:
    totp, _ = await with_app(ports, clock)
    half = (await signed_in(ports)).session
    assert half.step is Step.CODE
    assert half.expires_at == clock.now + timedelta(minutes=10)
    whole = await enter_code(ports, half, f" {totp.at(clock.now)[:3]} {totp.at(clock.now)[3:]}", HOME)
    assert isinstance(whole, SignedIn)
    assert (whole.session.step, whole.session.expires_at) == (None, clock.now + timedelta(hours=12))
    assert await ports.sessions.find(half.token_hash, clock.now) is None
    last = log_of(ports).log[-1]
    assert (last.event, json.loads(last.detail)["second_step"]) == ("signed_in", "totp")


async def test_a_code_is_used_once(ports: SignInPorts, clock: Clock) -> None:
    totp, _ = await with_app(ports, clock)
    code = totp.at(clock.now)
    for expected in (SignedIn, Refused):
        half = (await signed_in(ports)).session
        assert isinstance(await enter_code(ports, half, code, HOME), expected)


async def test_wrong_codes_have_to_wait_wherever_they_come_from(ports: SignInPorts, clock: Clock) -> None:
    totp, _ = await with_app(ports, clock)
    wrong = f"{(int(totp.at(clock.now)) + 1) % 10**6:06}"
    for _ in range(5):
        half = (await signed_in(ports)).session
        assert await enter_code(ports, half, wrong, HOME) == Refused()
    half = (await signed_in_from(ports, Origin("198.51.100.9"))).session
    assert await enter_code(ports, half, totp.at(clock.now), HOME) == Refused(5)
    clock.pass_time(seconds=5)
    assert isinstance(await enter_code(ports, half, totp.at(clock.now), HOME), SignedIn)
    assert log_of(ports).events().count("sign_in_delayed") == 1


async def test_a_recovery_code_stands_in_once(ports: SignInPorts, clock: Clock) -> None:
    _, codes = await with_app(ports, clock)
    assert (len(codes), len(set(codes))) == (8, 8)
    half = (await signed_in(ports)).session
    assert isinstance(await enter_code(ports, half, codes[0].upper().replace("-", " "), HOME), SignedIn)
    half = (await signed_in(ports)).session
    assert await enter_code(ports, half, codes[0], HOME) == Refused()
    assert isinstance(await enter_code(ports, half, codes[1], HOME), SignedIn)
    used = [json.loads(each.detail) for each in log_of(ports).log if each.event == "recovery_code_used"]
    assert used == [{"left": 7}, {"left": 6}]
    assert codes[0] not in repr(ports.second_steps)
    assert codes[0].replace("-", "") not in repr(ports.second_steps)


async def test_a_code_is_taken_only_where_one_is_asked_for(ports: SignInPorts, clock: Clock) -> None:
    totp, _ = await with_app(ports, clock)
    session = replace((await signed_in(ports)).session, step=None)
    assert await enter_code(ports, session, totp.at(clock.now), HOME) == Refused()


async def test_a_made_password_is_good_for_a_week(ports: SignInPorts, clock: Clock) -> None:
    added = await add_user(ports, "eve", roles={Role.VIEWER})
    assert added.generated_password is not None
    session = (await signed_in(ports, "eve", added.generated_password)).session
    found = await ports.sessions.find(session.token_hash, clock.now)
    assert found is not None
    assert (found.step, found.has_first_password) == (None, True)
    clock.pass_time(days=7, seconds=1)
    session = (await signed_in(ports, "eve", added.generated_password)).session
    assert session.step is Step.PASSWORD
    changed = await change_password(ports, session, added.generated_password, PASSWORD)
    assert changed.session.step is None
    found = await ports.sessions.find(changed.session.token_hash, clock.now)
    assert found is not None
    assert not found.has_first_password


async def test_a_role_that_needs_an_app_gets_one_at_the_next_sign_in(clock: Clock) -> None:
    rules = SignInRules(totp_roles=frozenset({Role.ADMIN}))
    ports = memory_sign_in(clock, passwords=PlainPasswords(), rules=rules)
    await add_user(ports, "sam", roles={Role.ADMIN}, password=PASSWORD)
    await add_user(ports, "otto", roles={Role.OPS}, password=PASSWORD)
    assert (await signed_in(ports, "otto")).session.step is None
    session = (await signed_in(ports)).session
    assert session.step is Step.SET_UP
    confirmed = await confirm_totp(ports, session, pyotp.TOTP((await begin_totp(ports, session)).secret).at(clock.now))
    assert not isinstance(confirmed, Refused)
    assert confirmed.signed_in.session.step is None
    assert Right.ACCOUNTS in confirmed.signed_in.session.user.rights


async def test_a_session_lasts_as_the_rules_say(clock: Clock) -> None:
    ports = memory_sign_in(clock, passwords=PlainPasswords(), rules=SignInRules(longest=timedelta(hours=1)))
    await add_user(ports, "sam", roles={Role.ADMIN}, password=PASSWORD)
    assert (await signed_in(ports)).session.expires_at == NOON + timedelta(hours=1)
