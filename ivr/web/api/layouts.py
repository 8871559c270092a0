"""The layouts for scripts."""

from aiohttp import web

from ivr.domain.access import Right
from ivr.domain.kpi.tallies import CallDays
from ivr.usecases.heard_layouts import Given, HeardLayout
from ivr.usecases.read_layouts import LayoutQuestion, LayoutsQuestion
from ivr.usecases.report_json import layout_report_json
from ivr.usecases.report_window import ALL_CALLS
from ivr.web.api.call_days import WITH_DAYS, days_json
from ivr.web.api.figure_schemas import LAYOUT_REPORT
from ivr.web.api.layout_json import call_ends, layout_list_json, layout_page_json
from ivr.web.api.layout_schemas import LAYOUT_LIST, LAYOUT_PAGE
from ivr.web.api.schemas import CENTRE_FILTERS, TEXT, joined
from ivr.web.call_days import read_call_days
from ivr.web.heard import HEARD
from ivr.web.own_window import readers_window
from ivr.web.ports import PORTS
from ivr.web.routes import Operation, resource
from ivr.web.selection import window_of_centre


async def layout_figures(request: web.Request) -> web.Response:
    """GET /api/v1/kpi/layouts: the layouts of the window side by side."""
    window = readers_window(request, window_of_centre(request))
    answer = await request.app[PORTS].pages.read(LayoutsQuestion(window.counted, fit_window=window.asked))
    return web.json_response(layout_report_json(answer.report))


async def layouts(request: web.Request) -> web.Response:
    """GET /api/v1/layouts: every layout that is heard or has calls."""
    window = readers_window(request, window_of_centre(request))
    answer = await request.app[PORTS].pages.read(LayoutsQuestion(window.counted, fit_window=window.asked))
    document = layout_list_json(answer, heard_now(request))
    return web.json_response(document | days_json(await read_call_days(request, window.counted)))


async def layout(request: web.Request) -> web.Response:
    """GET /api/v1/layouts/KEY: one layout with its timeline, its versions and what was decided of them."""
    key = request.match_info["key"]
    heard = request.app[HEARD].find(key)
    window = readers_window(request, ALL_CALLS)
    answer = await request.app[PORTS].pages.read(LayoutQuestion(key, window=window.counted, fit_window=window.asked))
    if heard is None and not answer.is_known:
        raise web.HTTPNotFound
    given = None if heard is None else request.app[HEARD].given(key)
    days = CallDays.of(call_ends(answer), request.app[PORTS].zone)
    return web.json_response(layout_page_json(key, answer, heard, given) | days_json(days))


def heard_now(request: web.Request) -> dict[str, tuple[HeardLayout, Given]]:
    """Return the layouts that are defined now, each with what the experiment gives of it."""
    shelf = request.app[HEARD]
    found = ((key, shelf.find(key)) for key in shelf.keys())  # noqa: SIM118 - a shelf is no mapping
    return {key: (heard, shelf.given(key)) for key, heard in found if heard is not None}


ROUTES = (
    resource(
        "/api/v1/kpi/layouts",
        layout_figures,
        Operation("The layouts side by side.", LAYOUT_REPORT, query=CENTRE_FILTERS),
        Right.CENTRE,
    ),
    resource(
        "/api/v1/layouts",
        layouts,
        Operation("Every layout that is heard or has calls.", joined(LAYOUT_LIST, WITH_DAYS), query=CENTRE_FILTERS),
        Right.CENTRE,
    ),
    resource(
        "/api/v1/layouts/{key}",
        layout,
        Operation(
            "One layout: its timeline, its figures, its versions and what was decided of them.",
            joined(LAYOUT_PAGE, WITH_DAYS),
            path={"key": TEXT},
        ),
        Right.CENTRE,
    ),
)
