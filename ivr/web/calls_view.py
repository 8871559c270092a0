"""The list of calls in the words of its page."""

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from ivr.usecases.call_lists import LOOKED_THROUGH, CallFilter, Exclusion
from ivr.usecases.read_calls import CallLine, CallPage
from ivr.web.call_choice import AFTER, CHOICES
from ivr.web.call_links import LIST, call_path, place_text
from ivr.web.call_words import ENDED_BY, EXCLUSIONS, HEARD, contest_mark
from ivr.web.languages import Words
from ivr.web.outcome_words import outcome_name
from ivr.web.ports import SESSION

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Something that was chosen, and the address without it."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of the table."""

    when: str
    agent: str
    queue: str
    outcome: str
    is_rated: bool
    rating: str
    layout: str
    marks: tuple[str, ...]
    address: str


@dataclass(frozen=True, slots=True)
class CallsView:
    """A page of the list; ``holds_own``: the reader is an agent, whose own ratings may be among those of several."""

    total: str
    lines: tuple[LineView, ...]
    then: str | None
    first: str | None
    is_cut: bool
    looked_through: str
    is_own: bool
    has_agents: bool
    holds_own: bool
    withheld: int | None
    minimum: int
    of_today: int
    left_out: int
    left_out_address: str


def chosen_of(request: web.Request, words: Words, chosen: CallFilter, page: CallPage | None) -> tuple[Chosen, ...]:
    """Return what is chosen beside the filters, each with the address of the list without it."""
    agent = request.query.get("agent") if page is None else page.agent
    outcomes = ", ".join(outcome_name(words, each) for each in sorted(chosen.outcomes))
    texts = {
        "agent": words.gettext("Agent: %(name)s", name=agent),
        "outcome": words.gettext("How it ended: %(outcomes)s", outcomes=outcomes),
        "category": words.gettext("Answer: %(answer)s", answer=_category(words, chosen, page)),
        "ended_by": None if chosen.ended_by is None else words.gettext(ENDED_BY[chosen.ended_by]),
        "layout": words.gettext("Layout: %(key)s", key=chosen.layout),
        "version": words.gettext("Version: %(key)s", key=chosen.version),
        "heard": None if chosen.heard is None else words.gettext(HEARD[chosen.heard]),
        "excluded": words.gettext(EXCLUSIONS[chosen.excluded]) if chosen.excluded in EXCLUSIONS else None,
    }
    return tuple(
        Chosen(text, address_without(request, name, AFTER))
        for name in CHOICES
        if (text := texts[name]) and request.query.get(name)
    )


def calls_view(request: web.Request, words: Words, page: CallPage, *, is_own: bool, is_of_one: bool) -> CallsView:
    """Say a page of the list; ``is_of_one``: all calls are one agent's, so no line has to say whose."""
    if page.total is None:
        total = words.gettext("Calls; how many in all is not counted for this choice")
    else:
        total = words.ngettext("%(n)s call", "%(n)s calls", page.total)
    return CallsView(
        total=total,
        lines=tuple(_line(request, words, each, is_own=is_own) for each in page.lines),
        then=None if page.then is None else _address(request, **{AFTER: place_text(request, page.then)}),
        first=address_without(request, AFTER) if request.query.get(AFTER) else None,
        is_cut=page.is_cut,
        looked_through=words.number(LOOKED_THROUGH),
        is_own=is_own,
        has_agents=not is_of_one,
        holds_own=not is_of_one and request[SESSION].user.person is not None,
        withheld=page.withheld,
        minimum=page.minimum,
        of_today=page.of_today,
        left_out=page.left_out,
        left_out_address=_address(request, excluded=Exclusion.ALSO.value),
    )


def address_without(request: web.Request, *names: str) -> str:
    """Return the address of the list without some of its parameters."""
    query = {name: value for name, value in request.query.items() if name not in names and value}
    return f"{LIST}?{urlencode(query)}" if query else LIST


def _address(request: web.Request, **changes: str) -> str:
    query = {name: value for name, value in request.query.items() if name != AFTER and value}
    return f"{LIST}?{urlencode(query | changes)}"


def _line(request: web.Request, words: Words, line: CallLine, *, is_own: bool) -> LineView:
    marks = [contest_mark(words, line.contest)]
    if line.is_excluded and line.contest is None:
        marks.append(words.gettext("left out of the figures"))
    return LineView(
        when=words.day(line.day) if line.ended_at is None else words.moment(line.ended_at),
        agent=line.agent or words.gettext("nobody"),
        queue=line.queue or NOTHING,
        outcome=outcome_name(words, line.outcome),
        is_rated=line.category is not None,
        rating=NOTHING if line.category is None else line.category,
        layout=line.layout or NOTHING,
        marks=tuple(each for each in marks if each is not None),
        address=call_path(request, line.call, is_own=is_own),
    )


def _category(words: Words, chosen: CallFilter, page: CallPage | None) -> str:
    if page is not None and page.category is not None and chosen.layout is not None:
        return page.category
    if not chosen.category:
        return words.gettext("the worst")
    return words.gettext("number %(n)s counted from the worst", n=words.number(chosen.category + 1))
