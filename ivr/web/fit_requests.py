"""Asking for a fit: it is made beside the service, and the audit log says who asked for it."""

from aiohttp import web

from ivr.domain.audit_chain import AuditEvent
from ivr.usecases.fits import Months, require_recent
from ivr.web.ports import PORTS, SESSION


async def request_fit(request: web.Request, months: Months) -> bool:
    """Have ``months`` fitted; False where too many fits wait already.

    Raises:
        WindowRefused: for months that can hold no calls.
    """
    ports = request.app[PORTS]
    require_recent(months, ports.clock().astimezone(ports.zone).date())
    if not ports.request_fit(months):
        return False
    who = request[SESSION].user.name
    await ports.sign_in.audit.note(AuditEvent.FIT_REQUESTED, who, first=months.first, last=months.last)
    return True
