"""What the web application is given, and where handlers find it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from aiohttp import web

from ivr.usecases.accounts import Accounts, Role, Session
from ivr.usecases.fits import Months
from ivr.usecases.ports import Changes, Clock
from ivr.usecases.report_agents import AgentReport, only_own_row
from ivr.usecases.report_window import ReportWindow
from ivr.usecases.sign_in import Passwords
from ivr.web.live import LiveFigures
from ivr.web.throttle import SignInThrottle

FitRequest = Callable[[Months], bool]
"""Has the figures of some months fitted beside the service; False where too many wait already."""

AgentReports = Callable[[ReportWindow], Awaitable[AgentReport]]
"""Computes the agents' report of a window, afresh."""

ReadinessCheck = Callable[[], Awaitable[str | None]]
"""Returns None where a part is ready, else one sentence saying why not."""

Remark = Callable[[], str | None]
"""Returns a sentence about a part that works but wants looking after, else None."""


@dataclass(frozen=True, slots=True)
class WebPorts:
    """Everything the handlers use. ``zone`` is the site's: days in addresses and times on pages are its days.

    ``is_tls``: the pages are reached over TLS, so cookies are Secure and carry the ``__Host-`` prefix.
    ``form_key`` signs the sign-in form before there is a session.
    """

    accounts: Accounts
    passwords: Passwords
    agent_reports: AgentReports
    request_fit: FitRequest
    changes: Changes
    readiness: Mapping[str, ReadinessCheck]
    remarks: Mapping[str, Remark]
    metrics_text: Callable[[], str]
    clock: Clock
    zone: tzinfo
    is_tls: bool
    form_key: bytes


PORTS = web.AppKey("ports", WebPorts)
LIVE = web.AppKey("live", LiveFigures)
THROTTLE = web.AppKey("throttle", SignInThrottle)
SESSION = web.RequestKey("session", Session)


def sees_everybody(session: Session) -> bool:
    """Say whether the user's roles show all agents; an agent sees the own row alone."""
    return bool(session.user.roles & {Role.OPERATOR, Role.SUPERVISOR})


def visible_part(report: AgentReport, session: Session) -> AgentReport:
    """Return what the user of ``session`` may see of ``report``."""
    return report if sees_everybody(session) else only_own_row(report, session.user.person)
