"""The selection of a request: which calls its address names, within what the reader may see.

Everything that reads figures takes its window from here, so no page can forget the reader's scope. Windows are of
whole days: one between two seconds would hold a single call, and the figures of one call are its caller's answer.
"""

from collections.abc import Collection
from dataclasses import replace

from aiohttp import web

from ivr.domain.access import Right, Scope
from ivr.usecases.report_window import ReportWindow, WindowRefused, read_window
from ivr.web.ports import PORTS, SESSION

FILTERS = ("from", "to", "queue", "site", "language", "team")


def window_of(request: web.Request, *, beside: Collection[str] = ()) -> ReportWindow:
    """Return the window that the address names, within the reader's scope.

    ``beside`` are the parameters that the page takes beside the filters.

    Raises:
        WindowRefused: for what the address cannot mean.
        HTTPNotFound: for a team out of scope, just as for one that is not there.
    """
    named = _named(request, beside)
    scope = request[SESSION].user.scope
    return replace(named, teams=_teams(request, scope), agent=scope.agent)


def place_of(request: web.Request) -> tuple[str | None, str | None]:
    """Return the queue and the site that the address names, for what is about today over the whole centre.

    Raises:
        WindowRefused: for any other filter.
    """
    unknown = sorted(set(request.query) - {"queue", "site"})
    if unknown:
        raise WindowRefused(f"there is no filter {unknown[0]!r} here; use queue or site")
    named = _named(request, ())
    return named.queue, named.site


def window_of_agent(request: web.Request, agent: str, *, beside: Collection[str] = ()) -> ReportWindow:
    """Return the window of one agent's calls; the reader's own are whole, whatever teams they were credited in.

    Raises:
        WindowRefused, HTTPNotFound: as :func:`window_of`, and for somebody else out of scope.
    """
    user = request[SESSION].user
    if Right.OWN_FIGURES in user.rights and user.person == agent:
        return replace(_named(request, beside), agent=agent)
    if Right.FIGURES not in user.rights:
        raise web.HTTPNotFound
    return replace(_named(request, beside), teams=_teams(request, user.scope), agent=agent)


def window_of_centre(request: web.Request, *, beside: Collection[str] = ()) -> ReportWindow:
    """Return the window that the address names, of the whole centre: for figures without persons.

    Raises:
        WindowRefused: as :func:`window_of`, and for a team, which is a choice of persons.
    """
    if request.query.get("team"):
        raise WindowRefused("these figures are of the whole centre; leave the filter 'team' out")
    return _named(request, beside)


def chosen_filters(request: web.Request) -> dict[str, str]:
    """Return what the address says of each filter, as it was typed."""
    return {name: request.query.get(name, "") for name in FILTERS}


def _named(request: web.Request, beside: Collection[str]) -> ReportWindow:
    known = (*FILTERS, *beside)
    unknown = sorted(set(request.query) - set(known))
    if unknown:
        raise WindowRefused(f"there is no filter {unknown[0]!r}; use {', '.join(known)}")
    for name in known:
        if len(request.query.getall(name, [])) > 1:
            raise WindowRefused(f"the filter {name!r} stands twice; keep one")
        if not request.query.get(name, "").isprintable():
            raise WindowRefused(f"the {name} holds characters that no name has; write its name", field=name)
    return read_window(
        since=request.query.get("from"),
        until=request.query.get("to"),
        zone=request.app[PORTS].zone,
        queue=request.query.get("queue"),
        site=request.query.get("site"),
        language=request.query.get("language"),
        whole_days=True,
    )


def _teams(request: web.Request, scope: Scope) -> frozenset[str] | None:
    wanted = request.query.get("team")
    if not wanted:
        return scope.teams
    if scope.teams is not None and wanted not in scope.teams:
        raise web.HTTPNotFound
    return frozenset({wanted})
