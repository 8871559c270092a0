"""Asks a signed-in person for the own password again, before what matters is changed."""

from math import ceil

from ivr.errors import PasswordRefused
from ivr.usecases.accounts import Credentials, Session
from ivr.usecases.sign_in import LONGEST_PASSWORD
from ivr.usecases.sign_in_ports import SignInPorts
from ivr.usecases.tries import pair_key, sign_in_limits


async def require_own_password(ports: SignInPorts, session: Session, password: str) -> Credentials:
    """Return the credentials of the session's user; raises PasswordRefused where ``password`` is not theirs.

    Wrong ones count as failed sign-ins, so that a browser left open gives no more tries than the sign-in page.
    """
    now, name = ports.clock(), session.user.name
    limits = sign_in_limits(name, session.origin.address)
    turn = await ports.tries.begin(limits, now)
    if turn.wait_seconds > 0:
        raise PasswordRefused(f"too many wrong passwords; please wait {ceil(turn.wait_seconds)} s and try again")
    credentials = await ports.accounts.find_credentials(name, now)
    known = None if credentials is None else credentials.password_hash
    matches = await ports.passwords.match(known, password[: LONGEST_PASSWORD + 1])
    if credentials is None or not matches or len(password) > LONGEST_PASSWORD:
        raise PasswordRefused("this is not your present password; enter it once more")
    await ports.tries.succeeded(limits, forget=pair_key(name, session.origin.address))
    return credentials
