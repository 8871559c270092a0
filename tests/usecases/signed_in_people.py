"""People with sign-ins, for tests of what signed-in people do."""

from datetime import datetime, timedelta

import pyotp

from ivr.usecases.accounts import Origin, Role, Session
from ivr.usecases.add_user import add_user
from ivr.usecases.second_step import ConfirmedTotp, begin_totp, confirm_totp
from ivr.usecases.sign_in import SignedIn, sign_in
from ivr.usecases.sign_in_ports import SignInPorts, SignInRules
from tests.memory_ports import NOON
from tests.memory_sign_in import memory_sign_in
from tests.plain_passwords import PlainPasswords

PASSWORD = "correct horse battery"
HOME = Origin("192.0.2.7", "Firefox")


class Clock:
    """The time that a test sets."""

    def __init__(self) -> None:
        self.now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


async def people(clock: Clock, rules: SignInRules | None = None) -> SignInPorts:
    """Return ports with ``sam``, a supervisor of north, and ``adam``, an administrator."""
    ports = memory_sign_in(clock, passwords=PlainPasswords(), rules=rules)
    await add_user(ports, "sam", roles={Role.SUPERVISOR}, teams=["north"], password=PASSWORD)
    await add_user(ports, "adam", roles={Role.ADMIN}, password=PASSWORD)
    return ports


async def session_of(ports: SignInPorts, name: str = "sam", password: str = PASSWORD) -> Session:
    """Sign ``name`` in once more."""
    answer = await sign_in(ports, name, password, HOME)
    assert isinstance(answer, SignedIn)
    return answer.session


async def app_of(ports: SignInPorts, session: Session) -> tuple[pyotp.TOTP, ConfirmedTotp]:
    """Set an authenticator app up."""
    totp = pyotp.TOTP((await begin_totp(ports, session)).secret)
    confirmed = await confirm_totp(ports, session, totp.at(ports.clock()), PASSWORD)
    assert isinstance(confirmed, ConfirmedTotp)
    return totp, confirmed


async def is_open(ports: SignInPorts, session: Session) -> bool:
    """Say whether the session still opens the pages."""
    return await ports.sessions.find(session.token_hash, ports.clock()) is not None


def events(ports: SignInPorts) -> list[tuple[str, str, str | None]]:
    """Return what the audit log has: event, who, about whom."""
    return [(each.event, each.who, each.subject) for each in ports.audit.log]
