"""Notices: what a page says was done, after a form has led back to it."""

from collections.abc import Mapping

from aiohttp import web

from ivr.web.marked import gettext
from ivr.web.templates import words_of

_NOTICES: Mapping[str, str] = {
    "password": gettext("The password is changed. Every other sign-in of yours and every API token has ended."),
    "authenticator-off": gettext("The authenticator app is removed. Every other sign-in of yours has ended."),
    "session-ended": gettext("That sign-in has ended."),
    "sessions-ended": gettext("Every other sign-in of yours has ended."),
    "token-revoked": gettext("The token is revoked and opens nothing any more."),
    "roles": gettext("The roles are changed; the user has to sign in anew."),
    "team": gettext("The teams are changed."),
    "disabled": gettext("The user cannot sign in any more, and every sign-in has ended."),
    "enabled": gettext("The user can sign in again."),
    "user-sessions-ended": gettext("Every sign-in of the user has ended."),
    "unlocked": gettext("The user can try to sign in at once."),
    "authenticator-reset": gettext("The user's authenticator app is forgotten, and every sign-in has ended."),
}


def notice_of(request: web.Request) -> str | None:
    """Return what the address says was done; None where it says nothing that is known."""
    known = _NOTICES.get(request.query.get("done", ""))
    return None if known is None else words_of(request).gettext(known)


def done(path: str, what: str) -> web.HTTPSeeOther:
    """Return the way back to ``path`` with a notice of ``what``."""
    return web.HTTPSeeOther(f"{path}?done={what}")
