"""Signs a person in and out: password to session, code to session, session to nothing."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from ivr.domain.audit_chain import AuditEvent
from ivr.usecases.accounts import NOWHERE, Credentials, Origin, Session, Step, User
from ivr.usecases.audit import NOBODY_KNOWN
from ivr.usecases.sign_in_ports import Passwords, SignInPorts
from ivr.usecases.tries import CODE, Turn, code_key, pair_key, sign_in_limits

__all__ = ["LONGEST_PASSWORD", "Passwords", "Refused", "SignedIn", "enter_code", "hash_token", "sign_in", "sign_out"]

LONGEST_PASSWORD = 1024
FIRST_PASSWORD_DAYS = 7
"""A password that was made for somebody opens the pages for so long, and after that only the form to change it."""
CODE_MINUTES = 10
"""A right password without its code is good for so long."""

_SIGNS_BETWEEN = str.maketrans("", "", " -\t\n")
_DIGITS = 6
_LONGEST_ORIGIN = 200


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just been opened; ``token`` goes to the browser and is kept nowhere else.

    ``session.step`` says what the user has to do next.
    """

    session: Session
    token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A try that failed, or that may be made in ``wait_seconds`` only."""

    wait_seconds: int = 0


def hash_token(token: str) -> str:
    """Return the SHA-256 under which a session or an API token is stored."""
    return sha256(token.encode(errors="surrogateescape")).hexdigest()


async def sign_in(ports: SignInPorts, name: str, password: str, origin: Origin = NOWHERE) -> SignedIn | Refused:
    """Open a session under a fresh token; refused where name and password do not fit, never saying which."""
    now = ports.clock()
    # A name with control characters is nobody's, and some databases fail on one.
    key = normal_name(name)[:64] if name.isprintable() else ""
    limits = sign_in_limits(key, origin.address)
    turn = await ports.tries.begin(limits, now)
    if turn.wait_seconds > 0:
        return Refused(ceil(turn.wait_seconds))
    credentials = await ports.accounts.find_credentials(key, now) if key else None
    if not await _is_right(ports, credentials, password):
        # Whoever types the password into the wrong field must not find it in the log.
        await _note_refusal(ports, credentials.user.name if credentials else None, turn, origin, step="password")
        return Refused()
    assert credentials is not None  # noqa: S101 - nobody's password is never right
    await ports.tries.succeeded(limits, forget=pair_key(key, origin.address))
    if ports.passwords.is_outdated(credentials.password_hash):
        await ports.accounts.rehash(credentials.user.name, await ports.passwords.hash(password))
    if credentials.has_totp:
        return await open_session(
            ports, credentials.user, origin, step=Step.CODE, expires_at=now + timedelta(minutes=CODE_MINUTES)
        )
    return await _let_in(ports, credentials, origin, second_step=None)


async def enter_code(ports: SignInPorts, session: Session, code: str, origin: Origin = NOWHERE) -> SignedIn | Refused:
    """Open the session that the code completes, and end ``session``; takes a recovery code in its place, once."""
    now, name = ports.clock(), session.user.name
    credentials = await ports.accounts.find_credentials(name, now)
    if session.step is not Step.CODE or credentials is None:
        return Refused()
    turn = await ports.tries.begin({code_key(name): CODE}, now)
    if turn.wait_seconds > 0:
        return Refused(ceil(turn.wait_seconds))
    used = await use_code(ports, name, code, now)
    if used is None:
        await _note_refusal(ports, name, turn, origin, step="code")
        return Refused()
    await ports.tries.succeeded((), forget=code_key(name))
    if used == "recovery code":
        left = await ports.second_steps.recovery_codes_left(name)
        await ports.audit.note(AuditEvent.RECOVERY_CODE_USED, name, name, left=left)
    await ports.sessions.end(session.token_hash)
    return await _let_in(ports, credentials, origin, second_step=used)


async def sign_out(ports: SignInPorts, session: Session) -> None:
    """End the session."""
    await ports.audit.note(AuditEvent.SIGNED_OUT, session.user.name, session=session.id)
    await ports.sessions.end(session.token_hash)


async def use_code(ports: SignInPorts, name: str, code: str, now: datetime) -> str | None:
    """Use a code of ``name`` up and return what kind it was; None where it is wrong or was used before."""
    entered = code.translate(_SIGNS_BETWEEN).lower()
    if len(entered) != _DIGITS:
        is_taken = await ports.second_steps.use_recovery_code(name, hash_token(entered))
        return "recovery code" if is_taken else None
    totp = await ports.second_steps.totp_of(name)
    if totp is None or totp.confirmed_at is None:
        return None
    step = ports.codes.step_of(ports.safe.open(name, totp.sealed), entered, now)
    if step is None or not await ports.second_steps.use_step(name, step):
        return None
    return "totp"


async def open_session(
    ports: SignInPorts, user: User, origin: Origin, *, step: Step | None = None, expires_at: datetime | None = None
) -> SignedIn:
    """Open a session of ``user``; without ``expires_at`` it lasts as long as the rules let it."""
    now, token = ports.clock(), secrets.token_urlsafe(32)
    session = Session(
        token_hash=hash_token(token),
        user=user,
        csrf_token=secrets.token_urlsafe(32),
        opened_at=now,
        expires_at=expires_at or now + ports.rules.longest,
        id=secrets.token_hex(8),
        seen_at=now,
        origin=_shortened(origin),
        step=step,
    )
    await ports.sessions.open(session)
    return SignedIn(session, token)


async def renew_session(ports: SignInPorts, session: Session, *, end_others: bool) -> SignedIn:
    """Open ``session`` anew under another token, with what is still to be done, and end it; it lasts no longer."""
    credentials = await ports.accounts.find_credentials(session.user.name, ports.clock())
    user = session.user if credentials is None else credentials.user
    step = None if credentials is None else next_step(ports, credentials)
    if end_others:
        await ports.sessions.end_all(user.name)
    else:
        await ports.sessions.end(session.token_hash)
    return await open_session(ports, user, session.origin, step=step, expires_at=session.expires_at)


def next_step(ports: SignInPorts, credentials: Credentials) -> Step | None:
    """Return what the user has to do once password and code were right; None where nothing."""
    made_at = credentials.password_changed_at
    if credentials.is_first_password and (
        made_at is None or ports.clock() - made_at > timedelta(days=FIRST_PASSWORD_DAYS)
    ):
        return Step.PASSWORD
    needs_totp = bool(credentials.user.roles & ports.rules.totp_roles)
    return Step.SET_UP if needs_totp and not credentials.has_totp else None


def normal_name(name: str) -> str:
    """Return a user's name as it is stored: without blanks around it, in small letters."""
    return name.strip().casefold()


async def _is_right(ports: SignInPorts, credentials: Credentials | None, password: str) -> bool:
    known = credentials.password_hash if credentials is not None else None
    matches = await ports.passwords.match(known, password[: LONGEST_PASSWORD + 1])
    return credentials is not None and matches and len(password) <= LONGEST_PASSWORD and credentials.disabled_at is None


async def _let_in(ports: SignInPorts, credentials: Credentials, origin: Origin, *, second_step: str | None) -> SignedIn:
    await ports.audit.note(AuditEvent.SIGNED_IN, credentials.user.name, address=origin.address, second_step=second_step)
    await ports.accounts.note_sign_in(credentials.user.name, ports.clock())
    return await open_session(ports, credentials.user, origin, step=next_step(ports, credentials))


async def _note_refusal(ports: SignInPorts, name: str | None, turn: Turn, origin: Origin, *, step: str) -> None:
    event = AuditEvent.SIGN_IN_DELAYED if turn.next_seconds > 0 else AuditEvent.SIGN_IN_REFUSED
    await ports.audit.note(
        event, NOBODY_KNOWN, name, address=origin.address, step=step, wait_seconds=round(turn.next_seconds)
    )


def _shortened(origin: Origin) -> Origin:
    """Return ``origin`` as it is stored: in one line, and not more of it than somebody knows a browser by."""
    return Origin(_line(origin.address), _line(origin.browser))


def _line(text: str | None) -> str | None:
    return None if text is None else "".join(letter for letter in text if letter.isprintable())[:_LONGEST_ORIGIN]
