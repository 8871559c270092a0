"""The audit log's chain: each entry holds the hash of the one before it, so a change anywhere breaks it from there on.

Theory: a hash chain (Haber and Stornetta 1991). An entry's hash is SHA-256 over all that it says and the hash before
it. Whoever changes, removes or inserts an entry has to make every later hash anew, and then the newest one, the head,
is not the one that was noted outside the database. Cutting off the end can be seen only from such a noted head.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain, pairwise

BEGINNING = "0" * 64
"""What the first entry has in the place of a hash before it."""


class AuditEvent(StrEnum):
    """What is noted."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_IN_DELAYED = "sign_in_delayed"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    TOTP_SET_UP = "totp_set_up"
    TOTP_REMOVED = "totp_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    TOKEN_MADE = "token_made"  # noqa: S105 - the name of an event
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the name of an event
    USER_ADDED = "user_added"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    USER_UNLOCKED = "user_unlocked"
    ROLES_CHANGED = "roles_changed"
    LEADERSHIP_CHANGED = "leadership_changed"
    PERSON_VIEWED = "person_viewed"
    EXPORTED = "exported"
    CONTESTED = "contested"
    DECIDED = "decided"
    FIT_REQUESTED = "fit_requested"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry. ``who`` did it, to ``subject`` where there is one; ``detail`` is a JSON object as it is stored."""

    number: int
    at: datetime
    who: str
    event: str
    subject: str | None
    detail: str
    previous: str
    hash: str


class Damage(StrEnum):
    """How an entry fails to hold."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What a check of the log found: ``entries`` hold, the last with the hash ``head``.

    ``damage`` tells what is wrong with entry ``damaged``, the first that does not hold; None where all do.
    """

    entries: int
    head: str
    damage: Damage | None = None
    damaged: int | None = None
    found: frozenset[str] = frozenset()
    """Those of the heads that were asked for which are hashes of entries that hold."""


def next_entry(
    last: AuditEntry | None, *, at: datetime, who: str, event: str, subject: str | None, detail: str
) -> AuditEntry:
    """Return the entry that comes after ``last``."""
    number = 1 if last is None else last.number + 1
    previous = BEGINNING if last is None else last.hash
    made = hash_of(number, at, who, event, subject, detail, previous)
    return AuditEntry(number, at, who, event, subject, detail, previous, made)


def hash_of(number: int, at: datetime, who: str, event: str, subject: str | None, detail: str, previous: str) -> str:
    """Return the hash of an entry, in hexadecimal digits.

    A JSON array says where each part ends, so no two entries that differ are encoded alike.
    """
    parts = [number, at.astimezone(UTC).isoformat(timespec="microseconds"), who, event, subject, detail, previous]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def canonical_detail(detail: Mapping[str, object]) -> str:
    """Return the one way in which ``detail`` is written."""
    return json.dumps(detail, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def check_chain(entries: Iterable[AuditEntry], *, heads: Iterable[str] = ()) -> ChainCheck:
    """Check the ``entries``, the oldest first; ``heads`` are hashes that ought to be among them."""
    wanted, found = frozenset(heads), set[str]()
    last: AuditEntry | None = None
    before = BEGINNING
    held = 0
    for entry, after in pairwise(chain(entries, [None])):
        if entry is None:
            break
        head = BEGINNING if last is None else last.hash
        damage = _damage(entry, after, number=held + 1, head=head, before=before)
        if damage is not None:
            what, number = damage
            # What shows at an entry can be the fault of the one before it.
            is_before = number == held
            return ChainCheck(
                held - is_before,
                before if is_before else head,
                what,
                number,
                frozenset(found - {head} if is_before else found),
            )
        before, last, held = head, entry, held + 1
        if entry.hash in wanted:
            found.add(entry.hash)
    return ChainCheck(held, BEGINNING if last is None else last.hash, found=frozenset(found))


def _damage(
    entry: AuditEntry, after: AuditEntry | None, *, number: int, head: str, before: str
) -> tuple[Damage, int] | None:
    """Return what is wrong at ``entry``, which ought to be ``number``, and which entry is to blame.

    ``head`` is the hash of the entry before it, ``before`` the one before that.
    """
    is_passed_over = after is not None and after.previous == head
    if entry.hash != _hash_as(entry, entry.number):
        if is_passed_over:
            return Damage.INSERTED, entry.number
        # Numbers are hashed too, so an entry that had to make room for another holds under its former number only.
        was_moved = number > 1 and entry.previous == before and entry.hash == _hash_as(entry, number - 1)
        return (Damage.INSERTED, number - 1) if was_moved else (Damage.CHANGED, entry.number)
    if entry.number != number:
        return Damage.MISSING, number
    if entry.previous != head:
        # The entry before was changed and given a hash that fits, which this one does not know.
        return (Damage.INSERTED, number) if is_passed_over else (Damage.CHANGED, max(1, number - 1))
    return None


def _hash_as(entry: AuditEntry, number: int) -> str:
    """Return the hash that ``entry`` has as the entry ``number``."""
    return hash_of(number, entry.at, entry.who, entry.event, entry.subject, entry.detail, entry.previous)
