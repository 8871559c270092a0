"""The figures of one experiment for scripts."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from ivr.errors import ExperimentUnknown
from ivr.usecases.report_window import ReportWindow
from ivr.web.ports import SESSION, sees_everybody
from ivr.web.problems import problem
from ivr.web.query import window_of

ExperimentReports = Callable[[str, ReportWindow], Awaitable[Mapping[str, object]]]
"""Computes the report of an experiment in a window, as plain JSON values; raises ExperimentUnknown."""


@dataclass(frozen=True, slots=True)
class ExperimentPorts:
    """What the handler uses."""

    reports: ExperimentReports


EXPERIMENTS = web.AppKey("experiments", ExperimentPorts)


async def experiment(request: web.Request) -> web.Response:
    """GET /api/v1/kpi/experiment/KEY: the experiment's figures, computed now; an agent gets none of them."""
    if not sees_everybody(request[SESSION]):
        return problem(request, HTTPStatus.FORBIDDEN, "Only operators and supervisors see experiments.")
    try:
        report = await request.app[EXPERIMENTS].reports(request.match_info["key"], window_of(request))
    except ExperimentUnknown as unknown:
        return problem(request, HTTPStatus.NOT_FOUND, str(unknown))
    return web.json_response(report)


async def without_experiments(key: str, window: ReportWindow) -> Mapping[str, object]:  # noqa: ARG001 - as a port has it
    """Know no experiment."""
    raise ExperimentUnknown(f"{key}: no experiment and no call has this key; there is none yet")
