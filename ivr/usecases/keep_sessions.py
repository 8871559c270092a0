"""Ends one's own sessions from a list of them."""

from ivr.domain.audit_chain import AuditEvent
from ivr.usecases.accounts import Session
from ivr.usecases.sign_in_ports import SignInPorts


async def end_session(ports: SignInPorts, session: Session, session_id: str) -> bool:
    """End the session ``session_id`` of the same user; False where there is none."""
    name = session.user.name
    if not any(each.id == session_id for each in await ports.sessions.of_user(name, ports.clock())):
        return False
    await ports.audit.note(AuditEvent.SESSIONS_ENDED, name, name, session=session_id)
    return await ports.sessions.end_one(name, session_id)


async def end_other_sessions(ports: SignInPorts, session: Session) -> int:
    """End every session of the same user but this one; return how many."""
    name = session.user.name
    await ports.audit.note(AuditEvent.SESSIONS_ENDED, name, name, but=session.id)
    return await ports.sessions.end_all(name, but=session.token_hash)
