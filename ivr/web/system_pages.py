"""System: how the service runs, in plain words."""

from collections.abc import Callable

from aiohttp import web

from ivr.domain.access import Right
from ivr.usecases.figure_json import moment_json
from ivr.usecases.ledger_check import LedgerCheck
from ivr.usecases.read_ledger_check import LedgerCheckQuestion
from ivr.usecases.vital_signs import Health, VitalSigns
from ivr.web.api.schemas import MOMENT, maybe, record
from ivr.web.ports import PORTS
from ivr.web.probes import ask_readiness
from ivr.web.routes import Operation, page, resource
from ivr.web.system_views import HEALTH_WORDS, ledger_view, sign_view
from ivr.web.templates import render, words_of

Signs = Callable[[], VitalSigns]
"""Returns how the service runs now; what is not ready is asked for beside it."""
SIGNS: web.AppKey[Signs] = web.AppKey("signs")


def without_signs() -> VitalSigns:
    """Know nothing of how the service runs."""
    return VitalSigns(0.0, 0, ())


_SIGNS_SCHEMA = {
    "type": "object",
    "required": ["health", "seconds", "sessions", "signs", "ledger", "not_ready", "remarks"],
    "properties": {
        "health": {"enum": ["good", "watch", "bad"]},
        "seconds": {"type": "number", "minimum": 0},
        "sessions": {"type": "integer", "minimum": 0},
        "signs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "health", "value", "unit"],
                "properties": {
                    "name": {"type": "string"},
                    "health": {"enum": ["good", "watch", "bad", "unknown"]},
                    "value": {"type": ["number", "null"]},
                    "unit": {"enum": ["seconds", "count"]},
                },
            },
        },
        "ledger": record(checked_at=maybe(MOMENT), missed={"type": "integer"}),
        "not_ready": {"type": "object", "additionalProperties": {"type": "string"}},
        "remarks": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


async def show_system(request: web.Request) -> web.Response:
    """GET /system: the page."""
    words, signs = words_of(request), await _signs(request)
    check = await request.app[PORTS].pages.read(LedgerCheckQuestion())
    health = _health(signs, check)
    return render(
        request,
        "system.html",
        ledger=ledger_view(check, words),
        signs=[sign_view(sign, words) for sign in signs.signs],
        health=health.value,
        standing=words.gettext(HEALTH_WORDS[health]),
        span=words.seconds(signs.seconds),
        sessions=signs.sessions,
        not_ready=signs.not_ready,
        remarks=signs.remarks,
    )


async def system(request: web.Request) -> web.Response:
    """GET /api/v1/system: the same for scripts."""
    signs = await _signs(request)
    check = await request.app[PORTS].pages.read(LedgerCheckQuestion())
    return web.json_response(
        {
            "health": _health(signs, check),
            "seconds": round(signs.seconds, 1),
            "sessions": signs.sessions,
            "signs": [
                {
                    "name": sign.name,
                    "health": sign.health,
                    # JSON has no infinity: the value lies beyond every step of the scale.
                    "value": None if sign.value is None or sign.value == float("inf") else sign.value,
                    "unit": "seconds" if sign.is_seconds else "count",
                }
                for sign in signs.signs
            ],
            "ledger": {"checked_at": moment_json(check.checked_at), "missed": check.missed},
            "not_ready": dict(signs.not_ready),
            "remarks": dict(signs.remarks),
        }
    )


def _health(signs: VitalSigns, check: LedgerCheck) -> Health:
    """Return how the service stands: calls that figures lack are bad, however well it runs."""
    return Health.BAD if check.missed else signs.health


async def _signs(request: web.Request) -> VitalSigns:
    not_ready, remarks = await ask_readiness(request.app)
    found = request.app[SIGNS]()
    return VitalSigns(found.seconds, found.sessions, found.signs, not_ready, remarks)


ROUTES = (
    page("/system", show_system, Right.SYSTEM),
    resource("/api/v1/system", system, Operation("How the service runs.", _SIGNS_SCHEMA), Right.SYSTEM),
)
