"""Facts as rows: the columns of each kind, in the order of its table, and their values."""

from typing import Any

from ivr.domain.calls import (
    Answer,
    AskingEnded,
    CallArrived,
    CallGone,
    CallId,
    Comment,
    Exposure,
    Invited,
    Leg,
    Press,
    RatingEntered,
)
from ivr.store.bulk_statement import Row

KEY_COLUMNS = ("pbx", "uniqueid")
ARRIVAL_COLUMNS = (*KEY_COLUMNS, "linkedid", "arrived_at", "caller", "site", "segment", "language", "test")
DEPARTURE_COLUMNS = (*KEY_COLUMNS, "gone_at")
ENTRY_COLUMNS = (
    *KEY_COLUMNS,
    "entered_at",
    "entry_agent",
    "entry_queue",
    "entry_selection_probability",
    "entry_declined",
    "entry_agent_is_named",
    "entry_declined_by",
)
BURDEN_COLUMNS = (*KEY_COLUMNS, "asked_seconds")
LEG_COLUMNS = (
    *KEY_COLUMNS,
    "leg",
    "agent",
    "interface",
    "queue",
    "connected_at",
    "ended_at",
    "ended_by",
    "wait_seconds",
    "talk_seconds",
)
EXPOSURE_COLUMNS = (
    *KEY_COLUMNS,
    "layout_version",
    "exposed_at",
    "experiment",
    "stratum",
    "layout",
    "layout_probability",
    "allocation",
    "delay_seconds",
    "delay_probability",
    "confirm_probability",
)
PRESS_COLUMNS = (*KEY_COLUMNS, "number", "key", "lo_ms", "hi_ms", "question")
ANSWER_COLUMNS = (*KEY_COLUMNS, "question", "status", "options_heard", "key", "category", "press_ms", "version")
COMMENT_COLUMNS = (*KEY_COLUMNS, "question", "file", "format", "seconds", "recorded_at", "keep_until")
INVITATION_COLUMNS = (
    *KEY_COLUMNS,
    "invited_at",
    "experiment",
    "stratum",
    "invitation",
    "invitation_probability",
    "script",
    "script_probability",
    "consent_key",
    "consent",
)


def key_of(call: CallId) -> dict[str, Any]:
    """Return the natural key of a call as column values."""
    return {"pbx": call.pbx, "uniqueid": call.uniqueid}


def arrival_row(fact: CallArrived) -> Row:
    """Return the values of ``ARRIVAL_COLUMNS``."""
    return (
        fact.call.pbx,
        fact.call.uniqueid,
        fact.linkedid,
        fact.arrived_at,
        fact.caller,
        fact.site,
        fact.segment,
        fact.language,
        fact.test,
    )


def departure_row(fact: CallGone) -> Row:
    """Return the values of ``DEPARTURE_COLUMNS``."""
    return (fact.call.pbx, fact.call.uniqueid, fact.gone_at)


def entry_row(fact: RatingEntered) -> Row:
    """Return the values of ``ENTRY_COLUMNS``."""
    return (
        fact.call.pbx,
        fact.call.uniqueid,
        fact.entered_at,
        fact.agent,
        fact.queue,
        fact.selection_probability,
        _plain(fact.declined),
        fact.agent_is_named,
        fact.declined_by,
    )


def burden_row(fact: AskingEnded) -> Row:
    """Return the values of ``BURDEN_COLUMNS``."""
    return (fact.call.pbx, fact.call.uniqueid, fact.asked_seconds)


def leg_row(fact: Leg) -> Row:
    """Return the values of ``LEG_COLUMNS``."""
    return (
        fact.call.pbx,
        fact.call.uniqueid,
        fact.leg,
        fact.agent,
        fact.interface,
        fact.queue,
        fact.connected_at,
        fact.ended_at,
        _plain(fact.ended_by),
        fact.wait_seconds,
        fact.talk_seconds,
    )


def exposure_row(fact: Exposure) -> Row:
    """Return the values of ``EXPOSURE_COLUMNS``."""
    given = fact.assignment
    return (
        fact.call.pbx,
        fact.call.uniqueid,
        fact.layout_version,
        fact.exposed_at,
        given.experiment,
        given.stratum,
        given.layout,
        given.layout_probability,
        given.allocation,
        given.delay_seconds,
        given.delay_probability,
        fact.confirm_probability,
    )


def press_row(fact: Press) -> Row:
    """Return the values of ``PRESS_COLUMNS``."""
    return (fact.call.pbx, fact.call.uniqueid, fact.number, fact.key, fact.lo_ms, fact.hi_ms, fact.question)


def answer_row(fact: Answer) -> Row:
    """Return the values of ``ANSWER_COLUMNS``."""
    return (
        fact.call.pbx,
        fact.call.uniqueid,
        fact.question,
        _plain(fact.status),
        fact.options_heard,
        fact.key,
        fact.category,
        fact.press_ms,
        fact.version,
    )


def comment_row(fact: Comment) -> Row:
    """Return the values of ``COMMENT_COLUMNS``."""
    return (
        fact.call.pbx,
        fact.call.uniqueid,
        fact.question,
        fact.file,
        fact.format,
        fact.seconds,
        fact.recorded_at,
        fact.keep_until,
    )


def invitation_row(fact: Invited) -> Row:
    """Return the values of ``INVITATION_COLUMNS``."""
    return (
        fact.call.pbx,
        fact.call.uniqueid,
        fact.invited_at,
        fact.experiment,
        fact.stratum,
        fact.invitation,
        fact.invitation_probability,
        fact.script,
        fact.script_probability,
        fact.consent_key,
        fact.consent,
    )


def _plain(name: str | None) -> str | None:
    """Return an enumeration's text as a text of the plain type, for which drivers need not look for an adapter."""
    return None if name is None else str.__str__(name)
