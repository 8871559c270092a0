"""The experiments for scripts."""

from http import HTTPStatus

from aiohttp import web

from ivr.domain.access import Right
from ivr.domain.kpi.tallies import CallDays
from ivr.errors import ExperimentUnknown
from ivr.usecases.read_experiments import ExperimentDocumentQuestion, ExperimentQuestion, ExperimentsQuestion
from ivr.usecases.report_window import ALL_CALLS
from ivr.web.api.call_days import WITH_DAYS, days_json
from ivr.web.api.experiment_answers_json import experiment_list_json, experiment_page_json
from ivr.web.api.experiment_schemas import EXPERIMENT_LIST, EXPERIMENT_PAGE, EXPERIMENT_REPORT
from ivr.web.api.schemas import CENTRE_FILTERS, TEXT, joined
from ivr.web.heard import HEARD
from ivr.web.own_window import readers_window
from ivr.web.ports import PORTS
from ivr.web.problems import problem
from ivr.web.routes import Operation, resource
from ivr.web.selection import window_of_centre


def experiment_question(request: web.Request) -> ExperimentQuestion:
    """Return the question for the experiment that the address names; an agent's holds no call of today."""
    return ExperimentQuestion(request.match_info["key"], readers_window(request, ALL_CALLS).counted)


async def experiments(request: web.Request) -> web.Response:
    """GET /api/v1/experiments: every experiment that a file, the log or a call knows."""
    summaries = await request.app[PORTS].pages.read(ExperimentsQuestion())
    return web.json_response(experiment_list_json(summaries, request.app[HEARD].assigning()))


async def experiment(request: web.Request) -> web.Response:
    """GET /api/v1/experiments/KEY: what was declared, given and decided of one experiment."""
    try:
        answer = await request.app[PORTS].pages.read(experiment_question(request))
    except ExperimentUnknown as unknown:
        return problem(request, HTTPStatus.NOT_FOUND, str(unknown))
    days = CallDays.of((answer.first_ended_at, answer.last_ended_at), request.app[PORTS].zone)
    return web.json_response(experiment_page_json(answer) | days_json(days))


async def experiment_figures(request: web.Request) -> web.Response:
    """GET /api/v1/kpi/experiment/KEY: the experiment's figures in a window."""
    window = readers_window(request, window_of_centre(request)).counted
    question = ExperimentDocumentQuestion(request.match_info["key"], window)
    try:
        document = await request.app[PORTS].pages.read(question)
    except ExperimentUnknown as unknown:
        return problem(request, HTTPStatus.NOT_FOUND, str(unknown))
    return web.Response(body=document, content_type="application/json", charset="utf-8")


ROUTES = (
    resource(
        "/api/v1/experiments",
        experiments,
        Operation("Every experiment, and which one assigns the calls.", EXPERIMENT_LIST),
        Right.CENTRE,
    ),
    resource(
        "/api/v1/experiments/{key}",
        experiment,
        Operation(
            "What was declared, given and decided of one experiment.",
            joined(EXPERIMENT_PAGE, WITH_DAYS),
            path={"key": TEXT},
        ),
        Right.CENTRE,
    ),
    resource(
        "/api/v1/kpi/experiment/{key}",
        experiment_figures,
        Operation("The figures of one experiment.", EXPERIMENT_REPORT, query=CENTRE_FILTERS, path={"key": TEXT}),
        Right.CENTRE,
    ),
)
