"""Headers that every response carries, and the cookies' attributes."""

from typing import Literal

from aiohttp import web

from ivr.web.ports import PORTS

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

STATIC_PREFIX = "/static"

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Own pages are told where a form was sent from; nobody else is told anything.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
    ),
    "Server": "ivr",
}
_TEXT = ("text/", "image/svg+xml", "application/javascript")
_TWO_YEARS_SECONDS = 63_072_000

SameSite = Literal["Lax", "Strict"]


async def set_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers just before a response of any kind goes out, streams and errors included."""
    response.headers.update(_HEADERS)
    if response.content_type.startswith(_TEXT) and response.charset is None:
        response.charset = "utf-8"
    is_static = request.path.startswith(f"{STATIC_PREFIX}/") and response.status in (200, 206, 304)
    response.headers["Cache-Control"] = "no-cache" if is_static else "no-store"
    if request.app[PORTS].is_tls:
        response.headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS_SECONDS}; includeSubDomains"


def set_cookie(
    request: web.Request,
    response: web.StreamResponse,
    name: str,
    value: str,
    *,
    max_age_seconds: int,
    same_site: SameSite = "Lax",
) -> None:
    """Set a cookie that scripts cannot read and other sites' forms cannot send; over TLS bound to this very host.

    ``same_site`` Strict: not even a link from another site brings it along.
    """
    is_tls = request.app[PORTS].is_tls
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=max_age_seconds,
        path="/",
        httponly=True,
        samesite=same_site,
        secure=is_tls,
    )


def drop_cookie(request: web.Request, response: web.StreamResponse, name: str) -> None:
    """Have the browser forget a cookie."""
    is_tls = request.app[PORTS].is_tls
    response.del_cookie(cookie_name(request, name), path="/", httponly=True, samesite="Lax", secure=is_tls or None)


def cookie_name(request: web.Request, name: str) -> str:
    """Return the name a cookie has on the wire."""
    return f"__Host-{name}" if request.app[PORTS].is_tls else name
