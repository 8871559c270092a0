"""What signing in needs, kept in a database."""

from dataclasses import replace

from ivr.store.accounts import SqlAccounts
from ivr.store.api_tokens import SqlApiTokens
from ivr.store.audit_log import SqlAuditLog
from ivr.store.database import Database
from ivr.store.second_steps import SqlSecondSteps
from ivr.store.sessions import SqlSessions
from ivr.store.tries import SqlTries
from ivr.store.writer import Writer
from ivr.usecases.ports import Clock
from ivr.usecases.sign_in_ports import SignInPorts
from tests.memory_sign_in import memory_sign_in


def stored_sign_in(database: Database, writer: Writer, clock: Clock) -> SignInPorts:
    """Return the ports over ``database``."""
    return replace(
        memory_sign_in(clock),
        accounts=SqlAccounts(database, writer),
        sessions=SqlSessions(database, writer),
        second_steps=SqlSecondSteps(database, writer),
        tokens=SqlApiTokens(database, writer),
        tries=SqlTries(database, writer),
        audit=SqlAuditLog(database, writer, clock),
    )
