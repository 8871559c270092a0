"""The choice of calls that an address names: the window within the reader's scope, and what is chosen of its calls."""

from enum import StrEnum
from typing import TypeVar

from aiohttp import web

from ivr.domain.access import NOBODY, Right, Scope
from ivr.domain.calls import EndedBy
from ivr.domain.contests import Actor
from ivr.domain.outcomes import Outcome
from ivr.usecases.accounts import User
from ivr.usecases.call_lists import CallFilter, Exclusion, Heard, Position
from ivr.usecases.read_calls import CallsQuestion
from ivr.usecases.report_window import WindowRefused
from ivr.web.call_links import place_of
from ivr.web.ports import SESSION
from ivr.web.selection import window_of, window_of_agent

CHOICES = ("agent", "outcome", "category", "ended_by", "layout", "version", "heard", "excluded")
AFTER = "after"
_MOST_CATEGORIES = 100
Kind = TypeVar("Kind", bound=StrEnum)


def calls_question(request: web.Request) -> CallsQuestion:
    """Return what the address asks for; an agent who names nobody asks for the own calls.

    Raises:
        WindowRefused: for what the address cannot mean.
        HTTPNotFound: for somebody whose calls the reader does not see, and for a place to go on from that is none.
    """
    user = request[SESSION].user
    agent = request.query.get("agent") or None
    sees_calls = Right.CALLS in user.rights
    if agent is None and not sees_calls:
        agent = user.person
    if agent is None and not sees_calls:
        raise web.HTTPNotFound
    is_own = agent is not None and agent == user.person and Right.OWN_FIGURES in user.rights
    if agent is not None and not is_own and not sees_calls:
        raise web.HTTPNotFound
    beside = (*CHOICES, AFTER)
    window = window_of(request, beside=beside) if agent is None else window_of_agent(request, agent, beside=beside)
    return CallsQuestion(window, _filter(request), _after(request), reader=user.person)


def actor_of(user: User) -> Actor:
    """Return who contests and decides; which agent somebody is counts, whatever a token leaves of the rights."""
    return Actor(user.name, user.person)


def scope_of_calls(user: User) -> Scope:
    """Return whose calls the reader sees one by one."""
    if Right.CALLS in user.rights:
        return user.scope
    return NOBODY if user.person is None else Scope(agent=user.person)


def _filter(request: web.Request) -> CallFilter:
    query = request.query
    outcomes = [text for text in query.get("outcome", "").split(",") if text]
    excluded = _one(Exclusion, "excluded", query.get("excluded"))
    return CallFilter(
        frozenset(each for text in outcomes if (each := _one(Outcome, "outcome", text)) is not None),
        _category(query.get("category")),
        _one(EndedBy, "ended_by", query.get("ended_by")),
        _name("layout", query.get("layout")),
        _name("version", query.get("version")),
        _one(Heard, "heard", query.get("heard")),
        Exclusion.LEFT_OUT if excluded is None else excluded,
    )


def _one(kind: type[Kind], name: str, text: str | None) -> Kind | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        known = ", ".join(each.value for each in kind)
        raise WindowRefused(f"the {name} {text[:50]!r} is not known; write one of {known}") from None


def _category(text: str | None) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdigit() and int(text[:9]) < _MOST_CATEGORIES and len(text) < 9:
        return int(text)
    raise WindowRefused(f"the category {text[:50]!r} is none; write 0 for the worst answer, 1 for the next")


def _name(name: str, text: str | None) -> str | None:
    if text is not None and not text.isprintable():
        raise WindowRefused(f"the {name} holds characters that no name has; write its name")
    return text or None


def _after(request: web.Request) -> Position | None:
    text = request.query.get(AFTER)
    if not text:
        return None
    place = place_of(request, text)
    if place is None:
        raise web.HTTPNotFound
    return place
