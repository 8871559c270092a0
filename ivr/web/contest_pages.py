"""The contested ratings: what waits for a decision, and what was decided."""

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from ivr.domain.access import Right
from ivr.usecases.read_contests import ContestLine, ContestsQuestion
from ivr.usecases.report_window import WindowRefused
from ivr.web.call_choice import scope_of_calls
from ivr.web.call_links import call_path
from ivr.web.contest_view import ContestView, contest_view
from ivr.web.languages import Words
from ivr.web.ports import PORTS, SESSION
from ivr.web.routes import page
from ivr.web.templates import render, words_of

CONTESTS = "/contests"
BEFORE = "before"


@dataclass(frozen=True, slots=True)
class LineView:
    """A contest in the list."""

    agent: str
    rating: str
    contest: ContestView
    address: str


async def show_contests(request: web.Request) -> web.Response:
    """GET /contests: the open ones, and below a page of the decided ones."""
    words, user, pages = words_of(request), request[SESSION].user, request.app[PORTS].pages
    scope = scope_of_calls(user)
    before = before_of(request)
    waiting = await pages.read(ContestsQuestion(scope, user.person, is_open=True))
    decided = await pages.read(ContestsQuestion(scope, user.person, is_open=False, before=before))
    return render(
        request,
        "contests.html",
        waiting=[_line(request, words, each) for each in waiting.lines],
        decided=[_line(request, words, each) for each in decided.lines],
        then=None if decided.then is None else f"{CONTESTS}?{urlencode({BEFORE: decided.then})}",
        is_more_waiting=waiting.then is not None,
        decides=Right.DECIDE in user.rights,
    )


def before_of(request: web.Request) -> int | None:
    """Return the number that the address goes on from; raises WindowRefused for one that is none."""
    unknown = sorted(set(request.query) - {BEFORE, "open"})
    if unknown:
        raise WindowRefused(f"there is no filter {unknown[0]!r} here")
    text = request.query.get(BEFORE, "")
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    raise WindowRefused(f"'{BEFORE}' is {text[:50]!r}, no number of a contest; begin with the first page")


def _line(request: web.Request, words: Words, line: ContestLine) -> LineView:
    return LineView(
        line.agent or words.gettext("nobody"),
        line.category or words.gettext("no rating any more"),
        contest_view(words, line.case, line.call, request[SESSION].user),
        f"{call_path(request, line.case.contest.call, is_own=line.is_own)}#contest",
    )


ROUTES = (page(CONTESTS, show_contests, Right.DECIDE, Right.CALLS, Right.OWN_FIGURES),)
