"""The agent page: somebody's figures for those who may see them, and an agent's own."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote, urlencode

from aiohttp import web

from ivr.domain.access import Right
from ivr.domain.audit_chain import AuditEvent
from ivr.usecases.read_agent import AgentPage, AgentQuestion, ContestsQuestion
from ivr.usecases.report_window import ReportWindow, WindowRefused
from ivr.web.agent_links import call_links
from ivr.web.agent_views import agent_view
from ivr.web.call_days import read_selection
from ivr.web.filters import filters_of, read_filters
from ivr.web.looks import note_look
from ivr.web.own_window import own_window
from ivr.web.ports import PORTS, SESSION
from ivr.web.routes import page
from ivr.web.selection import window_of_agent
from ivr.web.templates import render, words_of

MOST_LOOKS = 50
"""So many of the latest looks at the own page an agent is told of."""


async def show_agent(request: web.Request) -> web.Response:
    """GET /agents/KEY: one agent's page, within the reader's scope; the reader's own where the key is the own."""
    return await _show(request, request.match_info["agent"])


async def show_own(request: web.Request) -> web.Response:
    """GET /me: the reader's own page."""
    person = request[SESSION].user.person
    if person is None:
        return render(request, "agent.html", view=None, form=None, is_own=True, name="")
    return await _show(request, person)


def question_of(request: web.Request, agent: str) -> AgentQuestion:
    """Return the question that the address asks about ``agent``.

    The own figures leave out the calls since midnight: one that moved with a call would tell who gave which rating.

    Raises:
        WindowRefused, HTTPNotFound: as :func:`ivr.web.selection.window_of_agent`.
    """
    window = window_of_agent(request, agent)
    if not is_own(request, agent):
        return AgentQuestion(window)
    own = own_window(request, window)
    return AgentQuestion(own.counted, is_own=True, fit_window=own.asked, today=own.midnight)


def is_own(request: web.Request, agent: str) -> bool:
    """Say whether ``agent`` is the reader, whatever a token leaves of the rights."""
    return request[SESSION].user.person == agent


async def _show(request: web.Request, agent: str) -> web.Response:
    own = is_own(request, agent)
    try:
        question = question_of(request, agent)
    except WindowRefused as fault:
        return await _refused(request, agent, fault)
    (found, looked), contests, selection, form = await asyncio.gather(
        _found(request, question, agent, is_own=own),
        request.app[PORTS].pages.read(ContestsQuestion(question.window)),
        read_selection(request, question.window),
        read_filters(request, request.path),
    )
    links = call_links(request, agent, is_own=own)
    return render(
        request,
        "agent.html",
        view=agent_view(words_of(request), found, contests, links, _addresses(request, found)),
        selection=selection,
        form=form,
        is_own=own,
        name=found.name,
        team_address=_with_filters(request, "/team"),
        contests_address="/contests" if own or Right.DECIDE in request[SESSION].user.rights else None,
        own_calls_address=links.to() if own else None,
        looked=looked,
    )


async def _found(
    request: web.Request, question: AgentQuestion, agent: str, *, is_own: bool
) -> tuple[AgentPage, Sequence[str]]:
    """Return the figures, and on the own page who looked; a look at another's is noted before anything is shown."""
    found = await request.app[PORTS].pages.read(question)
    if found is None:
        raise web.HTTPNotFound
    if is_own:
        return found, await _looks_at(request, agent)
    await note_look(request, agent)
    return found, ()


async def _refused(request: web.Request, agent: str, fault: WindowRefused) -> web.Response:
    """Show the form with what is wrong, and no figure."""
    await _require_known(request, agent)
    return render(
        request,
        "agent.html",
        status=HTTPStatus.BAD_REQUEST,
        view=None,
        form=await read_filters(request, request.path, fault=fault),
        is_own=is_own(request, agent),
        name=agent,
        team_address="/team",
    )


async def _require_known(request: web.Request, agent: str) -> None:
    """Answer a question with a fault as one without it: what is out of scope is not there."""
    if is_own(request, agent):
        return
    user = request[SESSION].user
    window = ReportWindow(teams=user.scope.teams, agent=agent)
    if Right.FIGURES not in user.rights or await request.app[PORTS].pages.read(AgentQuestion(window)) is None:
        raise web.HTTPNotFound


async def _looks_at(request: web.Request, agent: str) -> Sequence[str]:
    """Say who looked at the own figures on which days, the latest day first."""
    words, ports = words_of(request), request.app[PORTS]
    entries = await ports.sign_in.audit.entries(limit=MOST_LOOKS, event=AuditEvent.PERSON_VIEWED, subject=agent)
    looks = Counter((each.at.astimezone(ports.zone).date(), each.who) for each in entries)
    return [
        words.ngettext("%(day)s: %(who)s", "%(day)s: %(who)s, %(n)s times", times, day=words.day(day), who=who)
        for (day, who), times in looks.items()
    ]


def _addresses(request: web.Request, found: AgentPage) -> Mapping[str, str]:
    return {key: _with_filters(request, f"/agents/{quote(key, safe='')}") for key in found.peer_names}


def _with_filters(request: web.Request, path: str) -> str:
    filters = filters_of(request)
    return f"{path}?{urlencode(filters)}" if filters else path


ROUTES = (
    page("/agents/{agent}", show_agent, Right.FIGURES, Right.OWN_FIGURES),
    page("/me", show_own, Right.OWN_FIGURES),
)
