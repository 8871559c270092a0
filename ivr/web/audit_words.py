"""The audit log in the words of a page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ivr.domain.audit_chain import AuditEntry, AuditEvent, ChainCheck
from ivr.web.languages import Words
from ivr.web.marked import gettext

_EVENTS: Mapping[str, str] = {
    AuditEvent.SIGNED_IN: gettext("signed in"),
    AuditEvent.SIGN_IN_REFUSED: gettext("sign-in refused"),
    AuditEvent.SIGN_IN_DELAYED: gettext("sign-in refused, has to wait"),
    AuditEvent.SIGNED_OUT: gettext("signed out"),
    AuditEvent.SESSIONS_ENDED: gettext("sign-ins ended"),
    AuditEvent.PASSWORD_CHANGED: gettext("password changed"),
    AuditEvent.TOTP_SET_UP: gettext("authenticator app set up"),
    AuditEvent.TOTP_REMOVED: gettext("authenticator app removed"),
    AuditEvent.RECOVERY_CODE_USED: gettext("recovery code used"),
    AuditEvent.RECOVERY_CODES_MADE: gettext("recovery codes made"),
    AuditEvent.TOKEN_MADE: gettext("API token made"),
    AuditEvent.TOKEN_REVOKED: gettext("API token revoked"),
    AuditEvent.USER_ADDED: gettext("user added"),
    AuditEvent.USER_DISABLED: gettext("user disabled"),
    AuditEvent.USER_ENABLED: gettext("user enabled"),
    AuditEvent.USER_UNLOCKED: gettext("user unlocked"),
    AuditEvent.ROLES_CHANGED: gettext("roles changed"),
    AuditEvent.LEADERSHIP_CHANGED: gettext("teams changed"),
    AuditEvent.PERSON_VIEWED: gettext("figures of a person looked at"),
    AuditEvent.EXPORTED: gettext("figures exported"),
    AuditEvent.CONTESTED: gettext("rating contested"),
    AuditEvent.DECIDED: gettext("contested rating decided"),
    AuditEvent.FIT_REQUESTED: gettext("figures fitted anew"),
}


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry as a row; ``detail`` are pairs of a name and what it was."""

    number: int
    at: str
    who: str
    event: str
    subject: str
    detail: tuple[tuple[str, str], ...]
    hash: str


def event_names(words: Words) -> tuple[tuple[str, str], ...]:
    """Return every event with its words, for a choice."""
    return tuple((event.value, event_name(event, words)) for event in AuditEvent)


def event_name(event: str, words: Words) -> str:
    """Return what happened in words; as it is stored where an older or newer version noted it."""
    known = _EVENTS.get(event)
    return event if known is None else words.gettext(known)


def entry_view(entry: AuditEntry, words: Words) -> EntryView:
    """Put an entry into words."""
    return EntryView(
        number=entry.number,
        at=words.moment(entry.at),
        who=entry.who,
        event=event_name(entry.event, words),
        subject=entry.subject or "",
        detail=tuple(_detail(entry.detail)),
        hash=entry.hash,
    )


def chain_text(check: ChainCheck, words: Words) -> str:
    """Return in one sentence whether the log is as it was written."""
    if check.damage is None:
        return words.ngettext(
            "The log is whole: %(n)s entry, and none was changed, taken out or put in.",
            "The log is whole: %(n)s entries, and none was changed, taken out or put in.",
            check.entries,
        )
    return words.gettext(
        "The log was tampered with: entry %(number)s is %(damage)s; only those before it can be believed.",
        number=check.damaged,
        damage=words.gettext(_DAMAGE[check.damage.value]),
    )


_DAMAGE: Mapping[str, str] = {
    "changed": gettext("changed"),
    "missing": gettext("missing"),
    "inserted": gettext("put in later"),
}


def _detail(text: str) -> list[tuple[str, str]]:
    try:
        told = json.loads(text)
    except ValueError:
        return [("detail", text)]
    if not isinstance(told, dict):
        return [("detail", text)]
    return [(str(name), _plain(value)) for name, value in told.items() if value not in (None, [], "")]


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
