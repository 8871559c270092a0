"""The team page: who needs help, who does well, and of whom it cannot be told."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right
from ivr.domain.kpi.standings import Standing
from ivr.usecases.fits import Months
from ivr.usecases.read_report import InProgressQuestion
from ivr.usecases.read_team import TeamOrder, TeamPage, TeamQuestion
from ivr.usecases.report_window import WindowRefused
from ivr.web.call_days import read_selection
from ivr.web.call_links import calls_address
from ivr.web.filters import FilterForm, address_with, filters_of, read_filters
from ivr.web.fit_requests import request_fit
from ivr.web.forms import read_form
from ivr.web.marked import gettext
from ivr.web.own_window import readers_window
from ivr.web.ports import PORTS, SESSION
from ivr.web.routes import form, page
from ivr.web.selection import window_of
from ivr.web.team_views import TeamView, team_view
from ivr.web.templates import render, words_of

PATH = "/team"
BESIDE = ("order", "page", "search", "group")
_LONGEST_SEARCH = 200
_MOST_PAGES = 1_000_000
_ORDERS = (
    (TeamOrder.NAME, gettext("name")),
    (TeamOrder.RATINGS, gettext("ratings")),
    (TeamOrder.RESPONSE, gettext("response rate")),
    (TeamOrder.COMPARABLE, gettext("comparable")),
    (TeamOrder.CORRECTED, gettext("corrected level")),
)

_FIGURES = {order: label for order, label in _ORDERS if order not in {TeamOrder.NAME, TeamOrder.RATINGS}}


@dataclass(frozen=True, slots=True)
class OrderView:
    """A way to order the rows within their groups; ``turn`` says which way round it is, empty where not chosen."""

    label: str
    address: str
    turn: str


async def show_team(request: web.Request) -> web.Response:
    """GET /team: the agents in the reader's scope, by groups; what is wrong in the address is said beside its field."""
    try:
        question = read_question(request)
    except WindowRefused as refused:
        filters = await _filters(request, fault=refused)
        return render(request, "team.html", status=HTTPStatus.BAD_REQUEST, form=filters, team=None, in_progress=None)
    ports = request.app[PORTS]
    team = await ports.pages.read(question)
    is_whole = question.window.teams is None and question.window.agent is None
    return render(
        request,
        "team.html",
        form=await _filters(request),
        team=_view(request, team),
        selection=await read_selection(request, question.window),
        is_cut=question.fit_window is not None,
        leads_nobody=question.window.teams == frozenset(),
        in_progress=await ports.pages.read(InProgressQuestion()) if is_whole else None,
        orders=_orders(request, question, is_fitted=team.fitted.fit is not None),
        by_figure=words_of(request).gettext(_FIGURES[question.order]) if question.order in _FIGURES else None,
        pages=_pages(request, team),
        all_groups=address_with(request, PATH, group=None, page=None) if question.standing else None,
        fit_months=_fit_months(request, team),
        whole_months=_whole_months(request, team) if team.fitted.fit is None and team.fitted.months is None else None,
    )


async def take_fit(request: web.Request) -> web.Response:
    """POST /team/fit: have the months of the page fitted, and go back to it; it shows them when they are there."""
    filled = await read_form(request)
    months = Months(filled.get("first") or None, filled.get("last") or None)
    if not await request_fit(request, months):
        raise WindowRefused("too many fits wait already; try again when they are made")
    back = filled.get("back", "")
    raise web.HTTPSeeOther(back if back == PATH or back.startswith(f"{PATH}?") else PATH)


def read_question(request: web.Request) -> TeamQuestion:
    """Read the page's question from the address; raises WindowRefused for what it cannot mean."""
    window = readers_window(request, window_of(request, beside=BESIDE))
    query = request.query
    order = query.get("order", TeamOrder.NAME.value)
    known = [each.value for each in TeamOrder]
    if order.removeprefix("-") not in known:
        raise WindowRefused(f"there is no order {order[:40]!r}; use one of {', '.join(known)}")
    standing = query.get("group")
    if standing and standing not in set(Standing):
        raise WindowRefused(f"there is no group {standing[:40]!r}; use one of {', '.join(Standing)}")
    number = query.get("page") or "1"
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= _MOST_PAGES):
        raise WindowRefused(f"there is no page {number[:40]!r}; write its number, from 1")
    search = query.get("search", "").strip()
    if len(search) > _LONGEST_SEARCH or not search.isprintable():
        raise WindowRefused("this is no part of a name; write some letters of one", field="search")
    return TeamQuestion(
        window.counted,
        order=TeamOrder(order.removeprefix("-")),
        is_reversed=order.startswith("-"),
        page=int(number[:9]),
        search=search,
        standing=Standing(standing) if standing else None,
        fit_window=window.asked,
    )


async def _filters(request: web.Request, fault: WindowRefused | None = None) -> FilterForm:
    search = words_of(request).gettext("Name of an agent")
    return await read_filters(request, PATH, keep=("order",), search=search, fault=fault)


def _view(request: web.Request, team: TeamPage) -> TeamView:
    return team_view(words_of(request), team, filters_of(request), partial(calls_address, request))


def _orders(request: web.Request, question: TeamQuestion, *, is_fitted: bool) -> tuple[OrderView, ...]:
    """Return the ways to order; a second click on one turns it round."""
    words = words_of(request)
    views = []
    for order, label in _ORDERS if is_fitted else _ORDERS[:3]:
        is_chosen = order is question.order
        value = f"-{order}" if is_chosen and not question.is_reversed else str(order)
        is_default = value == TeamOrder.NAME
        address = address_with(request, PATH, order=None if is_default else value, page=None)
        views.append(OrderView(words.gettext(label), address, _turn(request, question) if is_chosen else ""))
    return tuple(views)


def _turn(request: web.Request, question: TeamQuestion) -> str:
    words = words_of(request)
    if question.order is TeamOrder.NAME:
        return words.gettext("Z to A") if question.is_reversed else words.gettext("A to Z")
    return words.gettext("lowest first") if question.is_reversed else words.gettext("highest first")


def _pages(request: web.Request, team: TeamPage) -> tuple[str | None, str | None]:
    """Return the addresses of the page before and of the next one."""
    before = address_with(request, PATH, page=str(team.page - 1) if team.page > 2 else None)
    behind = address_with(request, PATH, page=str(team.page + 1))
    return (before if team.page > 1 else None, behind if team.page < team.pages else None)


def _whole_months(request: web.Request, team: TeamPage) -> str:
    """Return the address of the whole months that hold the window's days."""
    zone, window = request.app[PORTS].zone, team.window
    first = None if window.since is None else window.since.astimezone(zone).date().replace(day=1)
    # The end is the first moment outside.
    last = None if window.until is None else (window.until - timedelta(microseconds=1)).astimezone(zone).date()
    end = None if last is None else last.replace(day=monthrange(last.year, last.month)[1])
    days = {"from": None if first is None else first.isoformat(), "to": None if end is None else end.isoformat()}
    return address_with(request, PATH, page=None, **days)


def _fit_months(request: web.Request, team: TeamPage) -> Months | None:
    """Return the months that the reader may have fitted, where a fit of whole months is missing."""
    is_missing = team.fitted.fit is None and team.fitted.months is not None and team.leak is None
    return team.fitted.months if is_missing and Right.REFIT in request[SESSION].user.rights else None


ROUTES = (page(PATH, show_team, Right.FIGURES), form(f"{PATH}/fit", take_fit, Right.REFIT))
