"""The rows of a window: which closed calls a reader has chosen and may see, as conditions of SQL."""

from sqlalchemy import ColumnElement, false, not_

from ivr.store.call_rows import is_handled
from ivr.store.tables import calls
from ivr.usecases.report_window import ReportWindow

Conditions = list[ColumnElement[bool]]


def counted_rows(window: ReportWindow) -> Conditions:
    """Return which rows are the counted calls of ``window``."""
    return [is_handled(), not_(calls.c.test), not_(calls.c.excluded), *in_window(window)]


def excluded_rows(window: ReportWindow) -> Conditions:
    """Return which rows would be the counted calls of ``window`` were they not excluded."""
    return [is_handled(), not_(calls.c.test), calls.c.excluded, *in_window(window)]


def in_window(window: ReportWindow) -> Conditions:
    """Return which rows are chosen by ``window``, counted or not."""
    conditions: Conditions = []
    if window.since is not None:
        conditions.append(calls.c.ended_at >= window.since)
    if window.until is not None:
        conditions.append(calls.c.ended_at < window.until)
    filters = (
        (calls.c.queue, window.queue),
        (calls.c.site, window.site),
        (calls.c.language, window.language),
        (calls.c.agent, window.agent),
    )
    conditions.extend(column == wanted for column, wanted in filters if wanted is not None)
    if window.teams is not None:
        conditions.append(calls.c.team.in_(sorted(window.teams)) if window.teams else false())
    return conditions
