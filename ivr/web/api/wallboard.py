"""The wallboard for scripts."""

from aiohttp import web

from ivr.domain.access import Right
from ivr.usecases.figure_json import Json, estimate_json, moment_json
from ivr.usecases.read_wallboard import Wallboard, WallboardQuestion
from ivr.usecases.report_window import ReportWindow
from ivr.web.api.schemas import COUNT, DAY, ESTIMATE, MOMENT, NUMBER, PLACE_FILTERS, TEXT, map_of, maybe, record, said
from ivr.web.call_days import read_call_days
from ivr.web.ports import PORTS
from ivr.web.routes import Operation, resource
from ivr.web.selection import place_of


async def wallboard(request: web.Request) -> web.Response:
    """GET /api/v1/wallboard: today's calls of the centre and the newest level."""
    queue, site = place_of(request)
    document = wallboard_json(await request.app[PORTS].pages.read(WallboardQuestion(queue, site)))
    days = await read_call_days(request, ReportWindow(queue=queue, site=site))
    return web.json_response(document | {"newest_call": None if days is None else days.last.isoformat()})


def wallboard_json(board: Wallboard) -> Json:
    """Return the board as plain JSON values."""
    calls = board.calls
    return {
        "from": board.since.isoformat(),
        "computed_at": board.computed_at.isoformat(),
        "filters": {"queue": board.queue, "site": board.site},
        "handled": calls.handled,
        "eligible": calls.eligible,
        "rated": calls.rated,
        "outcomes": {outcome.value: count for outcome, count in calls.outcomes.items()},
        "in_progress": board.in_progress,
        "response_rate": estimate_json(board.response_rate),
        "level": estimate_json(board.level),
        "level_at": moment_json(board.level_at),
        "level_age_seconds": None if board.level_age_seconds is None else round(board.level_age_seconds),
        "warning": board.leak,
    }


_WALLBOARD = record(
    {
        "from": MOMENT,
        "computed_at": MOMENT,
        "filters": record(queue=maybe(TEXT), site=maybe(TEXT)),
        "handled": COUNT,
        "eligible": COUNT,
        "rated": COUNT,
        "outcomes": map_of(COUNT),
        "in_progress": COUNT,
        "response_rate": ESTIMATE,
        "level": ESTIMATE,
        "level_at": maybe(MOMENT),
        "level_age_seconds": maybe(NUMBER),
        "warning": maybe(TEXT),
        "newest_call": said(maybe(DAY), "The day of the newest call that is counted, today or before."),
    }
)
ROUTES = (
    resource(
        "/api/v1/wallboard",
        wallboard,
        Operation("Today's calls of the centre, and the newest level.", _WALLBOARD, query=PLACE_FILTERS),
        Right.CENTRE,
    ),
)
