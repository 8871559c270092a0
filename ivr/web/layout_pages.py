"""The layouts' pages: side by side, and each with its timeline, its sound, its effect and its history."""

from collections.abc import Mapping

import structlog
from aiohttp import web

from ivr.domain.access import Right
from ivr.domain.kpi.layouts import LayoutFigures
from ivr.domain.outcomes import Outcome
from ivr.errors import PromptRefused
from ivr.usecases.heard_layouts import HeardLayout, LayoutSound
from ivr.usecases.read_layouts import LayoutQuestion, LayoutsQuestion
from ivr.usecases.report_window import ALL_CALLS
from ivr.web.api.layout_json import call_ends
from ivr.web.api.layouts import heard_now
from ivr.web.byte_ranges import ranged
from ivr.web.call_days import read_selection, selection_of_all
from ivr.web.call_links import calls_address
from ivr.web.heard import HEARD
from ivr.web.layout_history import given_rows, heard_chart, version_rows
from ivr.web.layout_views import chart_of, figures_view, fit_text, language_text, layout_rows, part_views, stratum_text
from ivr.web.own_window import readers_window
from ivr.web.ports import PORTS, SESSION
from ivr.web.routes import page
from ivr.web.templates import render, words_of

_log = structlog.get_logger(__name__)


async def show_layouts(request: web.Request) -> web.Response:
    """GET /layouts: every layout that is heard or has calls."""
    words = words_of(request)
    window = readers_window(request, ALL_CALLS)
    answer = await request.app[PORTS].pages.read(LayoutsQuestion(window.counted, fit_window=window.asked))
    rows = layout_rows(words, answer.report.layouts, heard_now(request), answer.report.reference_layout)
    return render(
        request,
        "layouts.html",
        selection=await read_selection(request, window.counted),
        is_cut=window.asked is not None,
        rows=rows,
        computed_at=answer.report.computed_at,
        experiment=request.app[HEARD].assigning(),
        warnings=words.sentences(answer.report.warnings),
    )


async def show_layout(request: web.Request) -> web.Response:
    """GET /layouts/KEY: one layout."""
    key, words, ports = request.match_info["key"], words_of(request), request.app[PORTS]
    shelf = request.app[HEARD]
    heard = shelf.find(key)
    window = readers_window(request, ALL_CALLS)
    answer = await ports.pages.read(LayoutQuestion(key, window=window.counted, fit_window=window.asked))
    if heard is None and not answer.is_known:
        raise web.HTTPNotFound
    sound = await _sound(request, heard)
    figures = answer.figures
    given = None if heard is None else shelf.given(key)
    return render(
        request,
        "layout.html",
        selection=selection_of_all(request, *call_ends(answer)),
        is_cut=window.asked is not None,
        key=key,
        heard=heard,
        chart=None if heard is None else chart_of(heard),
        parts=() if heard is None else part_views(words, heard.lines, None if sound is None else sound.begins),
        has_sound=sound is not None,
        given=given,
        shares=()
        if given is None
        else [(stratum_text(words, each.stratum, is_only=given.is_only), each) for each in given.shares],
        language="" if heard is None else language_text(words, heard.version.layout.language),
        figures=None if figures is None else figures_view(words, figures),
        is_reference=key == answer.reference_layout,
        reference=answer.reference_layout,
        leads=words.sentences(heard.leads if heard is not None else figures.leads if figures is not None else ()),
        signed_by=None if figures is None else figures.signed_by,
        fit=fit_text(words, answer),
        versions=version_rows(words, answer, None if heard is None else heard.version.version),
        heard_chart=None if figures is None else heard_chart(words, figures.series, answer.computed_at, ports.zone),
        calls=_calls(request, key, figures),
        given_before=given_rows(words, answer),
        computed_at=answer.computed_at,
        warnings=words.sentences(answer.warnings),
    )


def _calls(request: web.Request, layout: str, figures: LayoutFigures | None) -> Mapping[str | None, str]:
    """Return the addresses of the rated calls by version, and of all of them under None.

    These figures are of the whole centre, so only who sees all of its calls finds as many behind them.
    """
    if figures is None or not request[SESSION].user.scope.is_everybody:
        return {}
    versions = (None, *(span.version for span in figures.series if span.version is not None))
    addresses = {
        version: calls_address(request, layout=layout, version=version, outcomes=(Outcome.RATED,))
        for version in versions
    }
    return {version: address for version, address in addresses.items() if address is not None}


async def play_layout(request: web.Request) -> web.Response:
    """GET /layouts/KEY/sound.wav: a layout as it sounds; a part of it where a player asks for one."""
    key = request.match_info["key"]
    heard = request.app[HEARD].find(key)
    sound = await _sound(request, heard)
    if sound is None:
        raise web.HTTPNotFound
    return ranged(request, sound.wav, content_type="audio/wav", tag=sound.tag)


async def _sound(request: web.Request, heard: HeardLayout | None) -> LayoutSound | None:
    """Return how a layout sounds; None where it cannot be heard, which the log tells the reason of."""
    if heard is None:
        return None
    try:
        return await request.app[HEARD].sound(heard.key)
    except PromptRefused as refused:
        # Its sentence names places on this machine.
        _log.warning("layout_not_heard", layout=heard.key, reason=str(refused))
        return None


ROUTES = (
    page("/layouts", show_layouts, Right.CENTRE),
    page("/layouts/{key}", show_layout, Right.CENTRE),
    page("/layouts/{key}/sound.wav", play_layout, Right.CENTRE),
)
