"""The wallboard: today's calls of the centre, large enough to be read from across a room."""

from aiohttp import web

from ivr.domain.access import Right
from ivr.domain.kpi.response import Dispositions
from ivr.usecases.read_places import PlacesQuestion
from ivr.usecases.read_wallboard import WallboardQuestion
from ivr.usecases.report_window import ReportWindow
from ivr.web.call_days import read_call_days, site_today
from ivr.web.charts.marks import OUTCOME_GROUPS, Segment, stack
from ivr.web.figure_views import share_view
from ivr.web.languages import Words
from ivr.web.ports import PORTS
from ivr.web.routes import page
from ivr.web.selection import place_of
from ivr.web.templates import render, words_of
from ivr.web.window_words import newest_text


async def show_wallboard(request: web.Request) -> web.Response:
    """GET /wallboard: today so far, of one queue or site where the address names one."""
    words, pages = words_of(request), request.app[PORTS].pages
    queue, site = place_of(request)
    board = await pages.read(WallboardQuestion(queue, site))
    places = await pages.read(PlacesQuestion())
    return render(
        request,
        "wallboard.html",
        board=board,
        newest=newest_text(
            words, await read_call_days(request, ReportWindow(queue=queue, site=site)), site_today(request)
        ),
        response=share_view(words, board.response_rate, "calls"),
        level=share_view(words, board.level, "calls"),
        segments=outcome_segments(words, board.calls),
        places=places,
    )


def outcome_segments(words: Words, calls: Dispositions) -> tuple[Segment, ...]:
    """Return how the calls ended, by group; an empty group is left out."""
    return stack(
        [
            (group.kind, words.gettext(group.label), sum(calls.outcomes[each] for each in group.outcomes))
            for group in OUTCOME_GROUPS
        ]
    )


ROUTES = (page("/wallboard", show_wallboard, Right.CENTRE),)
