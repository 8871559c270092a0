"""The list of the calls behind a figure."""

from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right
from ivr.usecases.read_calls import CallPage, CallsQuestion, TooFewRatings
from ivr.usecases.report_window import ReportWindow, WindowRefused
from ivr.web.call_choice import CHOICES, calls_question
from ivr.web.call_days import read_selection
from ivr.web.call_links import LIST
from ivr.web.calls_view import calls_view, chosen_of
from ivr.web.filters import read_filters
from ivr.web.looks import note_look
from ivr.web.own_window import readers_window
from ivr.web.ports import PORTS
from ivr.web.routes import page
from ivr.web.templates import render, words_of


async def show_calls(request: web.Request) -> web.Response:
    """GET /calls: the calls of a choice, the newest first, fifty a page."""
    words = words_of(request)
    try:
        question = calls_question(request)
    except WindowRefused as refusal:
        form = await read_filters(request, LIST, fault=refusal)
        return render(
            request,
            "calls.html",
            status=HTTPStatus.BAD_REQUEST,
            form=form,
            chosen=(),
            view=None,
            few=None,
            is_own=False,
        )
    answer = await request.app[PORTS].pages.read(question)
    await note_reading(request, question, answer)
    agent = question.window.agent
    is_own = agent is not None and agent == question.reader
    form = await read_filters(request, LIST, keep=CHOICES)
    selection = await read_selection(request, days_window(request, question))
    few = answer if isinstance(answer, TooFewRatings) else None
    listed = answer if isinstance(answer, CallPage) else None
    view = None if listed is None else calls_view(request, words, listed, is_own=is_own, is_of_one=agent is not None)
    chosen = chosen_of(request, words, question.chosen, listed)
    return render(
        request, "calls.html", form=form, chosen=chosen, is_own=is_own, view=view, few=few, selection=selection
    )


def days_window(request: web.Request, question: CallsQuestion) -> ReportWindow:
    """Return the window whose calls are listed: without today where the reader may be among the agents."""
    is_of_another = question.window.agent not in {None, question.reader}
    return question.window if is_of_another else readers_window(request, question.window).counted


async def note_reading(request: web.Request, question: CallsQuestion, answer: CallPage | TooFewRatings) -> None:
    """Note in the audit log that somebody is shown an agent's calls, who is not that agent."""
    agent = question.window.agent
    if agent is not None and agent != question.reader and answer.rated > 0:
        await note_look(request, agent)


ROUTES = (page(LIST, show_calls, Right.CALLS, Right.OWN_FIGURES),)
