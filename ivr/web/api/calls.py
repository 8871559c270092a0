"""Calls and contests for scripts."""

from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right
from ivr.errors import ContestRefused
from ivr.usecases.call_account import CallView
from ivr.usecases.read_contests import ContestsQuestion
from ivr.usecases.report_window import WindowRefused
from ivr.web.api.call_days import WITH_DAYS, days_json
from ivr.web.api.call_json import call_json, call_list_json, contest_json, contest_list_json
from ivr.web.api.call_schemas import (
    CALL,
    CALL_LIST,
    CALL_QUERY,
    CONTEST_FORM,
    CONTEST_LIST,
    CONTEST_QUERY,
    CONTESTED,
    DECISION_FORM,
)
from ivr.web.api.schemas import joined
from ivr.web.call_choice import calls_question, scope_of_calls
from ivr.web.call_days import read_call_days
from ivr.web.call_page import contest, decide, open_call, seen_of, verdict_of
from ivr.web.calls_page import days_window, note_reading
from ivr.web.contest_pages import before_of
from ivr.web.forms import read_form
from ivr.web.ports import PORTS, SESSION
from ivr.web.problems import problem
from ivr.web.routes import Operation, command, resource

_CLOSED = "This call is not opened: its agent has too few ratings in its month, or it is an own call of today."


async def calls(request: web.Request) -> web.Response:
    """GET /api/v1/calls: the calls of a choice, the newest first, fifty a page."""
    question = calls_question(request)
    answer = await request.app[PORTS].pages.read(question)
    await note_reading(request, question, answer)
    agent = question.window.agent
    document = call_list_json(request, answer, is_own=agent is not None and agent == question.reader)
    days = await read_call_days(request, days_window(request, question))
    return web.json_response({**document, **days_json(days)})


async def call(request: web.Request) -> web.Response:
    """GET /api/v1/calls/PBX/UNIQUEID: one call."""
    _, answer = await open_call(request)
    if not isinstance(answer, CallView):
        return problem(request, HTTPStatus.FORBIDDEN, _CLOSED)
    return web.json_response(call_json(request, answer))


async def contests(request: web.Request) -> web.Response:
    """GET /api/v1/contests: the contests that wait for a decision, or those decided."""
    user, before = request[SESSION].user, before_of(request)
    is_open = request.query.get("open", "true")
    if is_open not in {"true", "false"}:
        raise WindowRefused(f"'open' is {is_open[:50]!r}; write true or false")
    question = ContestsQuestion(scope_of_calls(user), user.person, is_open == "true", before)
    return web.json_response(contest_list_json(request, await request.app[PORTS].pages.read(question)))


async def post_contest(request: web.Request) -> web.Response:
    """POST /api/v1/calls/PBX/UNIQUEID/contest: contest the rating."""
    key, answer = await open_call(request)
    if not isinstance(answer, CallView):
        return problem(request, HTTPStatus.FORBIDDEN, _CLOSED)
    form = await read_form(request)
    try:
        case = await contest(request, key, form.get("reason", ""))
    except ContestRefused as refused:
        return problem(request, HTTPStatus.CONFLICT, str(refused))
    if case is None:
        raise web.HTTPNotFound
    return web.json_response({"contest": contest_json(case)}, status=HTTPStatus.CREATED)


async def post_decision(request: web.Request) -> web.Response:
    """POST /api/v1/calls/PBX/UNIQUEID/decision: decide about a contested rating."""
    key, answer = await open_call(request)
    if not isinstance(answer, CallView):
        return problem(request, HTTPStatus.FORBIDDEN, _CLOSED)
    form = await read_form(request)
    try:
        verdict, seen = verdict_of(form.get("verdict", "")), seen_of(form.get("seen", ""))
        case = await decide(request, key, verdict, form.get("reason", ""), seen)
    except ContestRefused as refused:
        return problem(request, HTTPStatus.CONFLICT, str(refused))
    if case is None:
        raise web.HTTPNotFound
    return web.json_response({"contest": contest_json(case)}, status=HTTPStatus.CREATED)


_ADDRESS = "/api/v1/calls/{pbx}/{uniqueid}"
_READERS = Right.CALLS, Right.OWN_FIGURES
_REFUSED = {409: "The contest or the decision cannot be taken; the sentence says why."}
ROUTES = (
    resource(
        "/api/v1/calls",
        calls,
        Operation("The calls of a choice, the newest first.", joined(CALL_LIST, WITH_DAYS), CALL_QUERY),
        *_READERS,
    ),
    resource(_ADDRESS, call, Operation("One call.", CALL), *_READERS),
    resource(
        "/api/v1/contests",
        contests,
        Operation("The contested ratings.", CONTEST_LIST, CONTEST_QUERY),
        Right.DECIDE,
        *_READERS,
    ),
    command(
        f"{_ADDRESS}/contest",
        post_contest,
        Operation("Contest a rating.", CONTESTED, form=CONTEST_FORM, status=201, refusals=_REFUSED),
        Right.CONTEST,
    ),
    command(
        f"{_ADDRESS}/decision",
        post_decision,
        Operation("Decide about a contested rating.", CONTESTED, form=DECISION_FORM, status=201, refusals=_REFUSED),
        Right.DECIDE,
    ),
)
