"""Addresses of calls and of lists of them: from any figure to its calls, and on to one of them.

Asterisk's key of a call tells the second in which it began, which agents must not learn of the calls about them. Their
addresses have a reference in its place, under :data:`OWN`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import quote, urlencode

from aiohttp import web

from ivr.domain.access import Right
from ivr.domain.calls import CallId, EndedBy
from ivr.domain.outcomes import Outcome
from ivr.usecases.call_lists import Exclusion, Heard, Position
from ivr.web.call_ports import CALLS
from ivr.web.filters import filters_of
from ivr.web.ports import SESSION

LIST = "/calls"
OWN = "~own"
"""Stands in an address where others have the name of an Asterisk."""
_CALL, _PLACE = "call", "place"
_BETWEEN = "\n"


def calls_address(
    request: web.Request,
    *,
    agent: str | None = None,
    outcomes: Iterable[Outcome] = (),
    category: int | None = None,
    ended_by: EndedBy | None = None,
    layout: str | None = None,
    version: str | None = None,
    heard: Heard | str | None = None,
    excluded: Exclusion | str | None = None,
) -> str | None:
    """Return the address of the calls behind a figure of this page; None where the reader may not see them.

    The page's own filters go along.
    """
    user = request[SESSION].user
    is_own = agent is not None and agent == user.person and Right.OWN_FIGURES in user.rights
    if not is_own and Right.CALLS not in user.rights:
        return None
    chosen: dict[str, object | None] = {
        "agent": agent,
        "outcome": ",".join(sorted(outcomes)),
        "category": category,
        "ended_by": ended_by,
        "layout": layout,
        "version": version,
        "heard": heard,
        "excluded": excluded,
    }
    return list_address(filters_of(request), chosen)


def list_address(filters: Mapping[str, str], chosen: Mapping[str, object | None]) -> str:
    """Return the address of the calls of ``filters`` that are ``chosen``; what is None or empty chooses nothing."""
    query = {**filters, **{name: str(value) for name, value in chosen.items() if value is not None and value != ""}}
    return f"{LIST}?{urlencode(query)}" if query else LIST


def call_path(request: web.Request, call: CallId, *, is_own: bool) -> str:
    """Return the address of one call; ``is_own``: it is about the very reader."""
    if is_own:
        return f"{LIST}/{OWN}/{call_reference(request, call)}"
    return f"{LIST}/{quote(call.pbx, safe='')}/{quote(call.uniqueid, safe='')}"


def call_reference(request: web.Request, call: CallId) -> str:
    """Return what names ``call`` without telling when it was."""
    return request.app[CALLS].references.close(_BETWEEN.join((_CALL, call.pbx, call.uniqueid)))


def call_of(request: web.Request) -> CallId:
    """Return the call that the address names; raises HTTPNotFound for a reference that is none."""
    pbx, uniqueid = request.match_info["pbx"], request.match_info["uniqueid"]
    if pbx != OWN:
        return CallId(pbx, uniqueid)
    kind, *key = (request.app[CALLS].references.open(uniqueid) or "").split(_BETWEEN)
    if kind != _CALL or len(key) != 2:
        raise web.HTTPNotFound
    return CallId(*key)


def place_text(request: web.Request, place: Position) -> str:
    """Return where a list goes on, as the address has it."""
    key = () if place.call is None else (place.call.pbx, place.call.uniqueid)
    return request.app[CALLS].references.close(_BETWEEN.join((_PLACE, place.ended_at.isoformat(), *key)))


def place_of(request: web.Request, text: str) -> Position | None:
    """Return the place of a list that ``text`` names; None where it names none."""
    kind, *parts = (request.app[CALLS].references.open(text) or "").split(_BETWEEN)
    if kind != _PLACE:
        return None
    at, *key = parts
    return Position(datetime.fromisoformat(at), CallId(*key) if key else None)
