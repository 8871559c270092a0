"""Signing in joined to the house: users, sessions, second steps, tokens and the audit log over the ledger."""

from datetime import timedelta

from ivr.bootstrap import parts
from ivr.privacy.pepper import load_or_make_pepper
from ivr.privacy.safe import PepperSafe
from ivr.settings import Settings
from ivr.store.accounts import SqlAccounts
from ivr.store.api_tokens import SqlApiTokens
from ivr.store.audit_log import SqlAuditLog
from ivr.store.second_steps import SqlSecondSteps
from ivr.store.sessions import SqlSessions
from ivr.store.tries import SqlTries
from ivr.usecases.accounts import Role
from ivr.usecases.sign_in_ports import SignInPorts, SignInRules
from ivr.web.one_time_codes import TotpCodes
from ivr.web.passwords import Argon2Passwords


def sign_in_ports(settings: Settings, store: parts.Store, *, writes_lines: bool = False) -> SignInPorts:
    """Return what signing in needs; ``writes_lines``: whether the audit log's entries go to the log as well."""
    database, writer = store.database, store.writer
    idle = timedelta(minutes=settings.session_idle_minutes)
    return SignInPorts(
        accounts=SqlAccounts(database, writer, idle=idle),
        sessions=SqlSessions(database, writer, idle=idle),
        second_steps=SqlSecondSteps(database, writer),
        tokens=SqlApiTokens(database, writer),
        tries=SqlTries(database, writer),
        audit=SqlAuditLog(database, writer, parts.now, writes_lines=writes_lines),
        passwords=Argon2Passwords(),
        codes=TotpCodes(),
        safe=PepperSafe(lambda: load_or_make_pepper(settings.pepper_file)),
        clock=parts.now,
        rules=SignInRules(
            longest=timedelta(hours=settings.session_hours),
            totp_roles=frozenset(Role(role) for role in settings.require_totp),
        ),
    )
