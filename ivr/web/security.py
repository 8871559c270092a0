"""Headers that every response carries, and the cookies' attributes."""

from aiohttp import web

from ivr.web.ports import PORTS

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

STATIC_PREFIX = "/static"

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Server": "ivr",
}
_TWO_YEARS_SECONDS = 63_072_000


async def set_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers just before a response of any kind goes out, streams and errors included."""
    response.headers.update(_HEADERS)
    is_static = request.path.startswith(f"{STATIC_PREFIX}/") and response.status in (200, 206, 304)
    response.headers["Cache-Control"] = "no-cache" if is_static else "no-store"
    if request.app[PORTS].is_tls:
        response.headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS_SECONDS}"


def set_cookie(
    request: web.Request, response: web.StreamResponse, name: str, value: str, *, max_age_seconds: int
) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send; over TLS bound to this very host."""
    is_tls = request.app[PORTS].is_tls
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=max_age_seconds,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=is_tls,
    )


def drop_cookie(request: web.Request, response: web.StreamResponse, name: str) -> None:
    """Have the browser forget a cookie."""
    is_tls = request.app[PORTS].is_tls
    response.del_cookie(cookie_name(request, name), path="/", httponly=True, samesite="Lax", secure=is_tls or None)


def cookie_name(request: web.Request, name: str) -> str:
    """Return the name a cookie has on the wire."""
    return f"__Host-{name}" if request.app[PORTS].is_tls else name
