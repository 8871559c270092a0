"""Changes the own password."""

from ivr.domain.audit_chain import AuditEvent
from ivr.errors import UserRefused
from ivr.usecases.accounts import Session, Step
from ivr.usecases.check_password import check_password
from ivr.usecases.make_token import revoke_tokens
from ivr.usecases.own_password import require_own_password
from ivr.usecases.sign_in import SignedIn, renew_session
from ivr.usecases.sign_in_ports import SignInPorts


async def change_password(ports: SignInPorts, session: Session, old: str, new: str) -> SignedIn:
    """Store the ``new`` password, end every session and every API token of the user, and open this session anew.

    Raises UserRefused: the ``old`` one is wrong, or the new one will not do.
    """
    name = session.user.name
    if session.step not in {None, Step.PASSWORD}:
        raise UserRefused("the password can be changed once you are signed in; enter the code first")
    check_password(new, name)
    if new == old:
        raise UserRefused("the new password is the old one; choose another")
    await require_own_password(ports, session, old)
    await ports.audit.note(AuditEvent.PASSWORD_CHANGED, name, name)
    await ports.accounts.replace_password(name, await ports.passwords.hash(new), ports.clock())
    await revoke_tokens(ports, name, name)
    return await renew_session(ports, session, end_others=True)
