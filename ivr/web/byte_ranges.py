"""Byte ranges: parts of a document that is held in memory, so that a player can seek in it (RFC 9110, section 14)."""

from http import HTTPStatus

from aiohttp import web


def ranged(request: web.Request, content: bytes, *, content_type: str, tag: str) -> web.Response:
    """Return ``content``, or the one part of it that is asked for; ``tag`` names this very content.

    A range that cannot be read, or several at once, are answered with the whole; one that lies outside is refused.
    """
    headers = {"Accept-Ranges": "bytes", "ETag": f'"{tag}"'}
    part = _part(request, len(content), headers["ETag"])
    if part is None:
        return web.Response(body=content, content_type=content_type, headers=headers)
    begin, end = part
    if begin >= end:
        headers["Content-Range"] = f"bytes */{len(content)}"
        return web.Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    headers["Content-Range"] = f"bytes {begin}-{end - 1}/{len(content)}"
    return web.Response(
        status=HTTPStatus.PARTIAL_CONTENT, body=content[begin:end], content_type=content_type, headers=headers
    )


def _part(request: web.Request, length: int, tag: str) -> tuple[int, int] | None:
    """Return from where to where is asked for, the end not included; None for the whole."""
    if "If-Range" in request.headers and request.headers["If-Range"] != tag:
        return None
    try:
        wanted = request.http_range
    except ValueError:
        return None
    if wanted.start is None:
        return None
    begin = max(0, length + wanted.start) if wanted.start < 0 else wanted.start
    return begin, length if wanted.stop is None else min(wanted.stop, length)
