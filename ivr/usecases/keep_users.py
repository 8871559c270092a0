"""Looks after users: roles, teams, passwords, and who may sign in. ``who`` does it, and stands in the audit log."""

from collections.abc import Collection
from dataclasses import replace

from ivr.domain.audit_chain import AuditEvent
from ivr.errors import UserRefused
from ivr.usecases.accounts import Account, Leadership, Role
from ivr.usecases.add_user import check_roles, new_password
from ivr.usecases.make_token import revoke_tokens
from ivr.usecases.sign_in import normal_name
from ivr.usecases.sign_in_ports import SignInPorts


async def change_roles(
    ports: SignInPorts, who: str, name: str, roles: Collection[Role], person: str | None = None
) -> None:
    """Give the user these roles and no others, and end all sessions; ``person`` None keeps whose figures are shown."""
    account = await _account(ports, name)
    shown = person or account.user.person
    check_roles(roles, shown)
    await ports.audit.note(
        AuditEvent.ROLES_CHANGED,
        who,
        account.user.name,
        roles=sorted(roles),
        former_roles=sorted(account.user.roles),
        person=shown,
    )
    await ports.accounts.replace_roles(account.user.name, roles, shown)
    await ports.sessions.end_all(account.user.name)


async def lead_team(ports: SignInPorts, who: str, name: str, leadership: Leadership) -> None:
    """Have the user lead a team for a time; raises UserRefused for one who is no supervisor, or a span without time."""
    account = await _account(ports, name)
    if Role.SUPERVISOR not in account.user.roles and leadership.ends_at is None:
        raise UserRefused(f'"{account.user.name}" is no supervisor; give the role first: `ivr user roles`')
    if leadership.ends_at is not None and leadership.ends_at <= leadership.starts_at:
        raise UserRefused("the team would be led until before it is led from; write --to with a later day")
    await ports.audit.note(
        AuditEvent.LEADERSHIP_CHANGED,
        who,
        account.user.name,
        team=leadership.team,
        starts_at=leadership.starts_at.isoformat(),
        ends_at=None if leadership.ends_at is None else leadership.ends_at.isoformat(),
    )
    await ports.accounts.lead(account.user.name, leadership)


async def stop_leading(ports: SignInPorts, who: str, name: str, team: str) -> None:
    """Have the user lead ``team`` no longer from now on; raises UserRefused where the user does not lead it."""
    account, now = await _account(ports, name), ports.clock()
    spans = [
        each
        for each in account.leaderships
        if each.team == team and each.starts_at < now and (each.ends_at is None or each.ends_at > now)
    ]
    if not spans:
        raise UserRefused(f'"{account.user.name}" does not lead {team}; nothing has changed')
    for span in spans:
        await lead_team(ports, who, name, replace(span, ends_at=now))


async def disable_user(ports: SignInPorts, who: str, name: str) -> None:
    """Let the user not sign in any more; sessions end, and API tokens open nothing."""
    account = await _account(ports, name)
    await ports.audit.note(AuditEvent.USER_DISABLED, who, account.user.name)
    await ports.accounts.disable(account.user.name, ports.clock())
    await ports.sessions.end_all(account.user.name)


async def enable_user(ports: SignInPorts, who: str, name: str) -> None:
    """Let the user sign in again."""
    account = await _account(ports, name)
    await ports.audit.note(AuditEvent.USER_ENABLED, who, account.user.name)
    await ports.accounts.disable(account.user.name, None)


async def reset_password(ports: SignInPorts, who: str, name: str) -> str:
    """Return a new password, shown once and to be replaced within a week; every session and API token ends."""
    account = await _account(ports, name)
    password = new_password()
    await ports.audit.note(AuditEvent.PASSWORD_CHANGED, who, account.user.name)
    await ports.accounts.replace_password(
        account.user.name, await ports.passwords.hash(password), ports.clock(), is_first=True
    )
    await revoke_tokens(ports, who, account.user.name)
    await ports.sessions.end_all(account.user.name)
    return password


async def reset_totp(ports: SignInPorts, who: str, name: str) -> None:
    """Forget the user's authenticator app and recovery codes; raises UserRefused where there is none."""
    account = await _account(ports, name)
    if await ports.second_steps.totp_of(account.user.name) is None:
        raise UserRefused(f'"{account.user.name}" has no authenticator app; there is nothing to reset')
    await ports.audit.note(AuditEvent.TOTP_REMOVED, who, account.user.name)
    await ports.second_steps.drop_totp(account.user.name)
    await ports.sessions.end_all(account.user.name)


async def unlock_user(ports: SignInPorts, who: str, name: str) -> int:
    """Forget the failures that make the user wait; return how many there were."""
    account = await _account(ports, name)
    await ports.audit.note(AuditEvent.USER_UNLOCKED, who, account.user.name)
    return await ports.tries.unlock(account.user.name)


async def end_sessions_of(ports: SignInPorts, who: str, name: str) -> int:
    """End every session of the user; return how many."""
    account = await _account(ports, name)
    await ports.audit.note(AuditEvent.SESSIONS_ENDED, who, account.user.name)
    return await ports.sessions.end_all(account.user.name)


async def _account(ports: SignInPorts, name: str) -> Account:
    account = await ports.accounts.find_account(normal_name(name), ports.clock()) if name.isprintable() else None
    if account is None:
        raise UserRefused(f'there is no user "{name}"; `ivr user list` shows them')
    return account
