"""Calls and contests as JSON. What the reader must not learn of a call is null, as it is not on the page."""

from collections.abc import Mapping

from aiohttp import web

from ivr.domain.calls import CallId
from ivr.domain.contests import ContestCase
from ivr.usecases.call_account import CallView
from ivr.usecases.figure_json import window_json
from ivr.usecases.read_calls import CallLine, CallPage, TooFewRatings
from ivr.usecases.read_contests import ContestLine, ContestPage
from ivr.web.call_links import call_reference, place_text

Json = Mapping[str, object]


def call_list_json(request: web.Request, page: CallPage | TooFewRatings, *, is_own: bool) -> Json:
    """Return a page of the list; one that holds too few ratings has no calls."""
    shared = {**window_json(page.window), "minimum": page.minimum, "rated": page.rated}
    if isinstance(page, TooFewRatings):
        counts: Json = {"total": None, "withheld": 0, "of_today": 0, "left_out": 0}
        return {**shared, "too_few": True, **counts, "calls": [], "next": None, "cut": False}
    return {
        **shared,
        "too_few": False,
        "total": page.total,
        "withheld": page.withheld,
        "of_today": page.of_today,
        "left_out": page.left_out,
        "calls": [_line_json(request, each, is_own=is_own) for each in page.lines],
        "next": None if page.then is None else place_text(request, page.then),
        "cut": page.is_cut,
    }


def call_json(request: web.Request, call: CallView) -> Json:
    """Return one call."""
    played = call.replay.spans if call.replay is not None and call.replay.is_faithful else None
    return {
        **_named_json(request, call.call, is_own=call.is_own),
        "day": call.day.isoformat(),
        "ended_at": None if call.ended_at is None else call.ended_at.isoformat(),
        "agent": call.agent_key,
        "queue": call.queue,
        "site": call.site,
        "language": call.language,
        "outcome": call.outcome,
        "category": call.category,
        "key": call.key,
        "attribution": call.attribution,
        "ended_by": call.ended_by,
        "wait_seconds": call.wait_seconds,
        "talk_seconds": call.talk_seconds,
        "talks": [
            {
                "agent": talk.agent,
                "queue": talk.queue,
                "start": talk.start,
                "end": talk.end,
                "credited": talk.is_credited,
            }
            for talk in call.talks
        ],
        "experiment": call.experiment,
        "layout": call.layout,
        "layout_version": call.layout_version,
        "layout_probability": call.layout_probability,
        "allocation": call.allocation,
        "delay_seconds": call.delay_seconds,
        "delay_probability": call.delay_probability,
        "selection_probability": call.selection_probability,
        "declined_by": call.declined_by,
        "options_heard": call.options_heard,
        "asked_seconds": call.asked_seconds,
        "played": None
        if played is None
        else [
            {
                "sound": span.sound,
                "start_ms": span.start_ms,
                "end_ms": span.end_ms,
                "cut": span.is_cut,
                "question": span.question,
                "press": span.press,
                "category": span.category,
            }
            for span in played
        ],
        "keys": [
            {
                "key": each.press.key,
                "lo_ms": each.press.lo_ms,
                "hi_ms": each.press.hi_ms,
                "question": each.press.question,
                "role": each.role,
            }
            for each in call.keys
        ],
        "answers": [
            {"question": each.question, "status": each.status, "key": each.key, "category": each.category}
            for each in call.answers
        ],
        "comments": [{"question": each.question, "seconds": each.seconds} for each in call.comments],
        "imported": call.is_imported,
        "test": call.is_test,
        "excluded": call.is_excluded,
        "contest": contest_json(call.contest),
    }


def contest_list_json(request: web.Request, page: ContestPage) -> Json:
    """Return a page of contests."""
    return {
        "contests": [_contest_line_json(request, each) for each in page.lines],
        "next": None if page.then is None else str(page.then),
    }


def contest_json(case: ContestCase | None) -> Json | None:
    """Return a contest with what was decided about it, or None."""
    if case is None:
        return None
    contest = case.contest
    said: list[Json] = [
        {"at": contest.at.isoformat(), "who": contest.who.name, "verdict": None, "reason": contest.reason}
    ]
    said += [
        {"at": each.at.isoformat(), "who": each.who.name, "verdict": each.verdict, "reason": each.reason}
        for each in case.decisions
    ]
    return {"number": contest.number, "is_open": case.is_open, "said": said}


def _line_json(request: web.Request, line: CallLine, *, is_own: bool) -> Json:
    return {
        **_named_json(request, line.call, is_own=is_own),
        "day": line.day.isoformat(),
        "ended_at": None if line.ended_at is None else line.ended_at.isoformat(),
        "agent": line.agent_key,
        "queue": line.queue,
        "outcome": line.outcome,
        "category": line.category,
        "layout": line.layout,
        "ended_by": line.ended_by,
        "excluded": line.is_excluded,
        "contest": contest_json(line.contest),
    }


def _contest_line_json(request: web.Request, line: ContestLine) -> Json:
    return {
        **_named_json(request, line.case.contest.call, is_own=line.is_own),
        "agent": line.call.agent,
        "category": line.category,
        "excluded": line.call.is_excluded,
        "contest": contest_json(line.case),
    }


def _named_json(request: web.Request, call: CallId | None, *, is_own: bool) -> Json:
    """Return what names a call: its key, or in its place a reference that tells nothing of when it was."""
    if call is None:
        return {"pbx": None, "call_id": None, "reference": None}
    if is_own:
        return {"pbx": None, "call_id": None, "reference": call_reference(request, call)}
    return {"pbx": call.pbx, "call_id": call.uniqueid, "reference": None}
