"""What the web application is given, and where handlers find it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from aiohttp import web

from ivr.usecases.accounts import Session
from ivr.usecases.fits import Months
from ivr.usecases.page_reads import PageReads
from ivr.usecases.ports import Changes, Clock
from ivr.usecases.sign_in_ports import SignInPorts
from ivr.web.live import LiveFigures

FitRequest = Callable[[Months], bool]
"""Has the figures of some months fitted beside the service; False where too many wait already."""

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

    sign_in: SignInPorts
    pages: PageReads
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
SESSION = web.RequestKey("session", Session)
