"""The page of one call, with the forms by which its rating is contested and a contest decided."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right
from ivr.domain.audit_chain import AuditEvent
from ivr.domain.calls import CallId
from ivr.domain.contests import LONGEST_REASON, SHORTEST_REASON, ContestCase, RatedCall, Verdict
from ivr.errors import ContestRefused
from ivr.usecases.call_account import CallView, OpenedTomorrow
from ivr.usecases.contest_rating import contest_rating
from ivr.usecases.decide_contest import decide_contest
from ivr.usecases.read_call import CallQuestion
from ivr.usecases.read_calls import TooFewRatings
from ivr.web.call_choice import actor_of, scope_of_calls
from ivr.web.call_links import LIST, OWN, call_of, call_path
from ivr.web.call_ports import CALLS
from ivr.web.call_view import call_page_view
from ivr.web.contest_view import contest_view
from ivr.web.forms import FormState, read_form
from ivr.web.ports import PORTS, SESSION
from ivr.web.routes import form, page
from ivr.web.templates import render, words_of

Opened = CallView | TooFewRatings | OpenedTomorrow
CONTEST, DECISION = "contest", "decision"


async def open_call(request: web.Request) -> tuple[CallId, Opened]:
    """Return the call that the address names, having noted who opens it; raises HTTPNotFound as :func:`_read_call`.

    A form that comes back refused shows the call too, so every method is noted alike.
    """
    call, answer = await _read_call(request)
    if isinstance(answer, CallView) and not answer.is_own:
        audit, who = request.app[PORTS].sign_in.audit, request[SESSION].user.name
        await audit.note(AuditEvent.PERSON_VIEWED, who, answer.agent_key, what="call", call=str(call))
    return call, answer


async def _read_call(request: web.Request) -> tuple[CallId, Opened]:
    """Return the call that the address names; raises HTTPNotFound where there is none in the reader's scope."""
    call, user = call_of(request), request[SESSION].user
    decides = Right.DECIDE in user.rights
    question = CallQuestion(call, scope_of_calls(user), user.person, decides=decides)
    answer = await request.app[PORTS].pages.read(question)
    # The key of an own call tells when it was, so it is not even an address.
    if answer is None or (_is_own(answer) and request.match_info["pbx"] != OWN):
        raise web.HTTPNotFound
    return call, answer


def rated_call(view: CallView) -> RatedCall:
    """Return what a contest has to know of an opened call."""
    return RatedCall(view.agent_key, view.team, view.outcome, view.is_test, view.is_excluded)


async def contest(request: web.Request, call: CallId, text: str) -> ContestCase | None:
    """Contest the rating of an opened call; raises ContestRefused."""
    ports, user = request.app[PORTS], request[SESSION].user
    return await contest_rating(
        call,
        text,
        who=actor_of(user),
        scope=scope_of_calls(user),
        contests=request.app[CALLS].contests,
        audit=ports.sign_in.audit,
        clock=ports.clock,
    )


async def decide(
    request: web.Request, call: CallId, verdict: Verdict, text: str, seen: int | None
) -> ContestCase | None:
    """Decide about the contested rating of an opened call; raises ContestRefused."""
    ports, user = request.app[PORTS], request[SESSION].user
    return await decide_contest(
        call,
        verdict,
        text,
        seen=seen,
        who=actor_of(user),
        scope=user.scope,
        contests=request.app[CALLS].contests,
        audit=ports.sign_in.audit,
        clock=ports.clock,
    )


def verdict_of(text: str) -> Verdict:
    """Return what was chosen; raises ContestRefused where nothing was."""
    try:
        return Verdict(text)
    except ValueError:
        raise ContestRefused("Choose whether the figures leave the call out or keep it.") from None


def seen_of(text: str) -> int | None:
    """Return the number of the decision that somebody has read, None where there was none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


async def show_call(request: web.Request) -> web.Response:
    """GET /calls/PBX/UNIQUEID: the call, or why it is not shown."""
    _, answer = await open_call(request)
    return _page(request, answer)


async def take_contest(request: web.Request) -> web.Response:
    """POST: the rating is contested, or the form comes back with what was wrong."""
    call, answer = await open_call(request)
    if not isinstance(answer, CallView):
        return _page(request, answer, status=HTTPStatus.FORBIDDEN)
    typed = await read_form(request)
    try:
        case = await contest(request, call, typed.get("reason", ""))
    except ContestRefused as refused:
        return _again(request, answer, CONTEST, typed, refused)
    return _done(request, call, answer, case)


async def take_decision(request: web.Request) -> web.Response:
    """POST: the contest is decided, or the form comes back with what was wrong."""
    call, answer = await open_call(request)
    if not isinstance(answer, CallView):
        return _page(request, answer, status=HTTPStatus.FORBIDDEN)
    typed = await read_form(request)
    try:
        verdict, seen = verdict_of(typed.get("verdict", "")), seen_of(typed.get("seen", ""))
        case = await decide(request, call, verdict, typed.get("reason", ""), seen)
    except ContestRefused as refused:
        _, answer = await _read_call(request)  # as it stands now: somebody may have decided meanwhile
        return _again(request, answer, DECISION, typed, refused)
    return _done(request, call, answer, case)


def _done(request: web.Request, call: CallId, view: CallView, case: ContestCase | None) -> web.Response:
    if case is None:
        raise web.HTTPNotFound
    raise web.HTTPSeeOther(f"{call_path(request, call, is_own=view.is_own)}#contest")


def _again(
    request: web.Request, answer: Opened, sent: str, typed: Mapping[str, str], refused: ContestRefused
) -> web.Response:
    kept = {name: typed[name] for name in ("reason", "verdict") if name in typed}
    sentence = words_of(request).sentence(str(refused))
    return _page(request, answer, sent, FormState(kept, {"reason": sentence}), HTTPStatus.CONFLICT)


def _is_own(answer: Opened) -> bool:
    return isinstance(answer, OpenedTomorrow) or (isinstance(answer, CallView) and answer.is_own)


def _page(
    request: web.Request,
    answer: Opened,
    sent: str | None = None,
    state: FormState | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> web.Response:
    words, user = words_of(request), request[SESSION].user
    if not isinstance(answer, CallView):
        few = answer if isinstance(answer, TooFewRatings) else None
        is_own = few is not None and few.window.agent is not None and few.window.agent == user.person
        return render(request, "call_closed.html", status=status, few=few, is_own=is_own, list_address=LIST)
    case = answer.contest
    return render(
        request,
        "call.html",
        status=status,
        call=answer,
        view=call_page_view(words, answer),
        contest=None if case is None else contest_view(words, case, rated_call(answer), user),
        may_contest=answer.why_not is None,
        why_not=None if answer.why_not is None else words.sentence(answer.why_not),
        here=request.rel_url.raw_path.removesuffix(f"/{sent}") if sent else request.rel_url.raw_path,
        sent=sent,
        form=state or FormState(),
        shortest=SHORTEST_REASON,
        longest=LONGEST_REASON,
        list_address=LIST,
    )


_ADDRESS = f"{LIST}/{{pbx}}/{{uniqueid}}"
_READERS = Right.CALLS, Right.OWN_FIGURES
ROUTES = (
    page(_ADDRESS, show_call, *_READERS),
    form(f"{_ADDRESS}/{CONTEST}", take_contest, Right.CONTEST),
    form(f"{_ADDRESS}/{DECISION}", take_decision, Right.DECIDE),
)
