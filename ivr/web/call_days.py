"""Of which days the calls of a page are: read beside its figures, for the page and for scripts."""

from dataclasses import replace
from datetime import date, datetime

from aiohttp import web

from ivr.domain.kpi.tallies import CallDays
from ivr.usecases.read_call_days import CallDaysQuestion
from ivr.usecases.report_window import ALL_CALLS, ReportWindow
from ivr.web.ports import PORTS
from ivr.web.templates import words_of
from ivr.web.window_words import SelectionView, selection_view


async def read_call_days(request: web.Request, window: ReportWindow) -> CallDays | None:
    """Return the days of the first and the last call of ``window``, None where it has none."""
    return await request.app[PORTS].pages.read(CallDaysQuestion(window))


async def read_selection(request: web.Request, window: ReportWindow) -> SelectionView:
    """Return what a page says of the calls of ``window``; where it has none, how old the newest before it is."""
    days = await read_call_days(request, window)
    latest = await read_call_days(request, replace(window, since=None)) if days is None else days
    return selection_view(words_of(request), window, days, site_today(request), latest=latest)


def selection_of_all(request: web.Request, *moments: datetime | None) -> SelectionView:
    """Return what a page says of all calls of something, whose first and last call ended at ``moments``."""
    days = CallDays.of(moments, request.app[PORTS].zone)
    return selection_view(words_of(request), ALL_CALLS, days, site_today(request), latest=days)


def site_today(request: web.Request) -> date:
    """Return which day it is at the site."""
    ports = request.app[PORTS]
    return ports.clock().astimezone(ports.zone).date()
