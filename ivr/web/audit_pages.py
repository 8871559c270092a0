"""The audit log: who did what, and whether the log is as it was written."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from aiohttp import web

from ivr.domain.access import Right
from ivr.domain.audit_chain import AuditEvent
from ivr.usecases.read_own_data import blinded
from ivr.usecases.report_window import WindowRefused
from ivr.web.audit_words import chain_text, entry_view, event_names
from ivr.web.ports import PORTS, SESSION
from ivr.web.routes import page
from ivr.web.templates import render, words_of

MOST_ROWS = 50
_FILTERS = ("event", "who", "subject", "from", "to", "before", "check")
_LONGEST = 200


async def show_audit(request: web.Request) -> web.Response:
    """GET /audit: the newest entries that are asked for, and on demand whether the chain holds."""
    chosen, words = _chosen(request), words_of(request)
    log = request.app[PORTS].sign_in.audit
    entries = await log.entries(
        limit=MOST_ROWS + 1,
        before=_number(chosen["before"]),
        event=chosen["event"] or None,
        who=chosen["who"] or None,
        subject=chosen["subject"] or None,
        since=_moment(request, "from", chosen["from"], 0),
        until=_moment(request, "to", chosen["to"], 1),
    )
    shown = entries[:MOST_ROWS]
    check = await log.check() if chosen["check"] else None
    return render(
        request,
        "audit.html",
        entries=[entry_view(blinded(each, request[SESSION].user.person), words) for each in shown],
        chosen=chosen,
        events=event_names(words),
        older=_address(chosen, before=str(shown[-1].number)) if len(entries) > MOST_ROWS else None,
        newest=_address(chosen, before="") if chosen["before"] else None,
        chain=None if check is None else chain_text(check, words),
        is_whole=check is not None and check.damage is None,
    )


def _chosen(request: web.Request) -> Mapping[str, str]:
    unknown = sorted(set(request.query) - set(_FILTERS) - {"done"})
    if unknown:
        raise WindowRefused(f"there is no filter {unknown[0]!r}; use {', '.join(_FILTERS)}")
    chosen = {name: request.query.get(name, "").strip()[:_LONGEST] for name in _FILTERS}
    if chosen["event"] and chosen["event"] not in set(AuditEvent):
        raise WindowRefused(f"there is no event {chosen['event']!r}; choose one from the list")
    unreadable = next((name for name, text in chosen.items() if not text.isprintable()), None)
    if unreadable is not None:
        raise WindowRefused(f"the {unreadable} holds characters that no name has; write its name")
    return chosen


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 18):
        raise WindowRefused(f"'before' is {text!r}, no number of an entry; write a number")
    return int(text)


def _moment(request: web.Request, name: str, text: str, days: int) -> datetime | None:
    """Return the moment at which the day ``text`` begins, ``days`` later."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise WindowRefused(f"'{name}' is {text!r}, no day; write a day as 2026-03-31") from error
    if not date(1970, 1, 1) <= day < date(9000, 1, 1):
        raise WindowRefused(f"'{name}' is {text!r}, when there was no log; write a day as 2026-03-31")
    return datetime.combine(day, time(), tzinfo=request.app[PORTS].zone)


def _address(chosen: Mapping[str, str], *, before: str) -> Mapping[str, str]:
    """Return the parameters of the same question on another page."""
    return {name: text for name, text in {**chosen, "before": before, "check": ""}.items() if text}


ROUTES = (page("/audit", show_audit, Right.ACCOUNTS),)
