"""Reads what the service keeps about somebody who signs in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ivr.domain.audit_chain import AuditEntry, AuditEvent
from ivr.errors import UserRefused
from ivr.usecases.accounts import Account, Session
from ivr.usecases.api_tokens import ApiToken
from ivr.usecases.sign_in_ports import SignInPorts

MOST_ENTRIES = 1000
_OF_CALLS = frozenset({AuditEvent.PERSON_VIEWED, AuditEvent.CONTESTED, AuditEvent.DECIDED})
_TELLING = frozenset({"call", "selection"})


@dataclass(frozen=True, slots=True)
class OwnData:
    """All of it; ``done`` is what the user did by the audit log and ``about`` what it says of the user or the person.

    Of each at most the newest 1000 entries. Those about calls credited to the reader do not name the call: its key
    begins with the second at which it began, from which an agent would know the caller.
    """

    account: Account
    sessions: Sequence[Session]
    tokens: Sequence[ApiToken]
    recovery_codes_left: int
    done: Sequence[AuditEntry]
    about: Sequence[AuditEntry]


async def read_own_data(ports: SignInPorts, session: Session) -> OwnData:
    """Return what is kept about the session's user; raises UserRefused where the user is gone."""
    name, now = session.user.name, ports.clock()
    account = await ports.accounts.find_account(name, now)
    if account is None:
        raise UserRefused(f'there is no user "{name}" any more; ask an administrator')
    # A person's figures are noted under the agent's key, which can be another than the sign-in's name.
    subjects = dict.fromkeys(each for each in (name, account.user.person) if each)
    about = [entry for subject in subjects for entry in await ports.audit.entries(limit=MOST_ENTRIES, subject=subject)]
    done = await ports.audit.entries(limit=MOST_ENTRIES, who=name)
    person = account.user.person
    return OwnData(
        account,
        await ports.sessions.of_user(name, now),
        await ports.tokens.of_user(name),
        await ports.second_steps.recovery_codes_left(name),
        [blinded(entry, person) for entry in done],
        [blinded(entry, person) for entry in sorted(about, key=lambda entry: -entry.number)[:MOST_ENTRIES]],
    )


def blinded(entry: AuditEntry, person: str | None) -> AuditEntry:
    """Return the entry as ``person`` may read it: one about an own call does not tell which call it is."""
    if person is None or entry.subject != person or entry.event not in _OF_CALLS:
        return entry
    told = json.loads(entry.detail)
    return replace(entry, detail=json.dumps({name: value for name, value in told.items() if name not in _TELLING}))
