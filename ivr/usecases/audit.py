"""The audit log, as use cases and pages need it: who did what, kept in a chain that shows a change."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.audit_chain import AuditEntry, AuditEvent, ChainCheck

Detail = str | int | float | bool | None | Sequence[str]
"""What may stand beside an event; never a password, code, token or a caller's number."""

SYSTEM = "system"
"""Who did what nobody did: the service by itself."""

NOBODY_KNOWN = "nobody"
"""Who did what somebody without a sign-in did."""


class Audit(Protocol):
    """Where it is noted."""

    async def note(self, event: AuditEvent, who: str, subject: str | None = None, **detail: Detail) -> AuditEntry:
        """Add an entry, durable on return. ``who`` is a user's name, or ``shell:NAME`` for a command.

        Await it before the effect where an effect that was not noted must not be (a person's figures, an export).
        Raises DatabaseRefused.
        """


class AuditLog(Audit, Protocol):
    """The log itself, for those who read it."""

    async def entries(
        self,
        *,
        limit: int,
        before: int | None = None,
        event: str | None = None,
        who: str | None = None,
        subject: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Sequence[AuditEntry]:
        """Return the newest entries first, at most ``limit``; ``before`` is the number that a page goes on from."""

    async def check(self, *, heads: Iterable[str] = ()) -> ChainCheck:
        """Check the whole chain; ``heads`` are hashes that were noted outside and ought to be in it."""
