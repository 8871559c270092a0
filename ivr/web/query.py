"""The window of a request, read from its address."""

from aiohttp import web

from ivr.usecases.report_window import ReportWindow, WindowRefused, read_window
from ivr.web.ports import PORTS

PARAMETERS = ("from", "to", "queue", "site", "language")


def window_of(request: web.Request) -> ReportWindow:
    """Return the window that the address names; raises WindowRefused for what it cannot mean."""
    unknown = sorted(set(request.query) - set(PARAMETERS))
    if unknown:
        raise WindowRefused(f"there is no filter {unknown[0]!r}; use {', '.join(PARAMETERS)}")
    for name in PARAMETERS:
        if len(request.query.getall(name, [])) > 1:
            raise WindowRefused(f"the filter {name!r} stands twice; keep one")
    return read_window(
        since=request.query.get("from"),
        until=request.query.get("to"),
        zone=request.app[PORTS].zone,
        queue=request.query.get("queue"),
        site=request.query.get("site"),
        language=request.query.get("language"),
    )
