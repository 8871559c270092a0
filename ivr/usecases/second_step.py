"""Sets the second step of one's own sign-in up, and takes it away."""

import base64
import secrets
from dataclasses import dataclass
from math import ceil

from ivr.domain.audit_chain import AuditEvent
from ivr.errors import UserRefused
from ivr.usecases.accounts import Session, Step
from ivr.usecases.own_password import require_own_password
from ivr.usecases.second_steps import NewTotp, RecoveryCodes
from ivr.usecases.sign_in import Refused, SignedIn, hash_token, renew_session
from ivr.usecases.sign_in_ports import SignInPorts
from ivr.usecases.tries import CODE, code_key

RECOVERY_CODES = 8
_CODE_BYTES = 15
_GROUP = 6


@dataclass(frozen=True, slots=True)
class ConfirmedTotp:
    """The app is set up: codes to keep, and this browser's session under a new token."""

    recovery: RecoveryCodes
    signed_in: SignedIn


async def begin_totp(ports: SignInPorts, session: Session) -> NewTotp:
    """Return a fresh secret for an app; it counts once a code of it has been entered.

    Raises UserRefused where an app is set up already, or where password and code were not right yet.
    """
    name = _signed_in_name(session)
    known = await ports.second_steps.totp_of(name)
    if known is not None and known.confirmed_at is not None:
        raise UserRefused("an authenticator app is set up already; remove it first to set up another")
    secret = ports.codes.new_secret()
    await ports.second_steps.begin_totp(name, ports.safe.close(name, secret))
    return NewTotp(secret, ports.codes.address(secret, name))


async def pending_totp(ports: SignInPorts, session: Session) -> NewTotp:
    """Return the secret that waits for its first code, to show it once more; begins one where there is none."""
    name = _signed_in_name(session)
    known = await ports.second_steps.totp_of(name)
    if known is None or known.confirmed_at is not None:
        return await begin_totp(ports, session)
    secret = ports.safe.open(name, known.sealed)
    return NewTotp(secret, ports.codes.address(secret, name))


async def confirm_totp(
    ports: SignInPorts, session: Session, code: str, password: str | None = None
) -> ConfirmedTotp | Refused:
    """Take the first code of the app that is being set up; every other session ends, and this one is opened anew.

    The ``password`` is asked for once more unless this is part of signing in: a browser that was left open must not
    lock its owner out with somebody else's app.

    Raises:
        PasswordRefused: it is wrong.
        UserRefused: no app is being set up.
    """
    now, name = ports.clock(), _signed_in_name(session)
    totp = await ports.second_steps.totp_of(name)
    if totp is None or totp.confirmed_at is not None:
        raise UserRefused("no authenticator app is being set up; begin once more")
    if session.step is None:
        await require_own_password(ports, session, password or "")
    turn = await ports.tries.begin({code_key(name): CODE}, now)
    if turn.wait_seconds > 0:
        return Refused(ceil(turn.wait_seconds))
    step = ports.codes.step_of(ports.safe.open(name, totp.sealed), "".join(code.split()), now)
    if step is None:
        return Refused()
    codes = _new_codes()
    await ports.audit.note(AuditEvent.TOTP_SET_UP, name, name)
    if not await ports.second_steps.confirm_totp(name, totp.sealed, step, now, _hashes(codes)):
        raise UserRefused("the authenticator app was set up anew meanwhile; begin once more")
    await ports.tries.succeeded((), forget=code_key(name))
    return ConfirmedTotp(codes, await renew_session(ports, session, end_others=True))


async def remove_totp(ports: SignInPorts, session: Session, password: str) -> SignedIn:
    """Forget app and recovery codes; every other session ends, and this one is opened anew.

    Raises UserRefused: the password is wrong, there is no app, or a role of the user must have one.
    """
    name = _signed_in_name(session)
    if session.user.roles & ports.rules.totp_roles:
        raise UserRefused("your role needs an authenticator app; ask an administrator to reset it")
    if await ports.second_steps.totp_of(name) is None:
        raise UserRefused("no authenticator app is set up; there is nothing to remove")
    await require_own_password(ports, session, password)
    await ports.audit.note(AuditEvent.TOTP_REMOVED, name, name)
    await ports.second_steps.drop_totp(name)
    return await renew_session(ports, session, end_others=True)


async def new_recovery_codes(ports: SignInPorts, session: Session, password: str) -> RecoveryCodes:
    """Return fresh recovery codes; the former ones open nothing any more. Raises UserRefused as remove_totp does."""
    name = _signed_in_name(session)
    known = await ports.second_steps.totp_of(name)
    if known is None or known.confirmed_at is None:
        raise UserRefused("no authenticator app is set up; recovery codes stand in for one")
    await require_own_password(ports, session, password)
    codes = _new_codes()
    await ports.audit.note(AuditEvent.RECOVERY_CODES_MADE, name, name)
    await ports.second_steps.replace_recovery_codes(name, _hashes(codes))
    return codes


def _signed_in_name(session: Session) -> str:
    if session.step not in {None, Step.SET_UP} or session.api_token is not None:
        raise UserRefused("an authenticator app is looked after once you are signed in; finish signing in first")
    return session.user.name


def _new_codes() -> RecoveryCodes:
    """Return codes of 120 bits each, which a plain hash protects as well as a slow one would."""
    texts = [base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    return RecoveryCodes(
        tuple("-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP)) for text in texts)
    )


def _hashes(codes: RecoveryCodes) -> tuple[str, ...]:
    return tuple(hash_token(code.replace("-", "")) for code in codes.codes)
