"""The window of figures that hold the reader's own: it ends at the site's last midnight.

A figure that moved with a call would tell an agent who gave which rating, so the calls of a day count from the next.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time

from aiohttp import web

from ivr.usecases.report_window import ReportWindow
from ivr.web.ports import PORTS, SESSION


@dataclass(frozen=True, slots=True)
class OwnWindow:
    """What the figures count. ``asked`` is what was asked for where that reaches into today, and ``midnight`` the cut.

    A fit is asked for by ``asked``: it is of whole months.
    """

    counted: ReportWindow
    asked: ReportWindow | None = None
    midnight: datetime | None = None


def readers_window(request: web.Request, window: ReportWindow) -> OwnWindow:
    """Cut ``window`` where the reader is an agent, who may be among those in it; others see today too."""
    return OwnWindow(window) if request[SESSION].user.person is None else own_window(request, window)


def own_window(request: web.Request, window: ReportWindow) -> OwnWindow:
    """Cut ``window`` at the last midnight."""
    ports = request.app[PORTS]
    midnight = datetime.combine(ports.clock().astimezone(ports.zone).date(), time(), tzinfo=ports.zone)
    if window.until is not None and window.until <= midnight:
        return OwnWindow(window)
    return OwnWindow(replace(window, until=midnight), window, midnight)
