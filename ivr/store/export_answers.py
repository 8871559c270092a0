"""Exporting answers: one row for each question that was put in a call, further questions among them.

The primary question's row is what the closed call says, which is what the figures count: so it is there for imported
calls too, and a corrected call is corrected here. The other questions' rows are the answers as they were stored. Of an
imported call nothing more is known than the key of its confirmation.
"""

from collections.abc import Generator, Iterable
from itertools import groupby
from typing import Any, BinaryIO

from sqlalchemy import Connection, Row, select

from ivr.domain.calls import CONFIRMATION, PRIMARY_QUESTION, CallId
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.store.call_rows import is_handled, is_one_of
from ivr.store.database import Database
from ivr.store.export_rows import ExportFormat, Values, export_rows
from ivr.store.tables import answers, calls

ANSWER_FILE_COLUMNS = (
    "call_id",
    "pbx",
    "ended_at",
    "agent",
    "queue",
    "question",
    "layout",
    "layout_version",
    "status",
    "options_heard",
    "key",
    "category",
    "press_ms",
    "test",
    "excluded",
)
_AT_ONCE = 500  # SQLite takes a bounded number of values in one statement
_STARTED = frozenset(outcome.value for outcome in Outcome if DISPOSITIONS[outcome].started)
_CALL_COLUMNS = (
    calls.c.uniqueid,
    calls.c.pbx,
    calls.c.ended_at,
    calls.c.agent,
    calls.c.queue,
    calls.c.layout,
    calls.c.layout_version,
    calls.c.outcome,
    calls.c.options_heard,
    calls.c.key,
    calls.c.category,
    calls.c.press_ms,
    calls.c.confirm_key,
    calls.c.test,
    calls.c.excluded,
)
_Row = Row[*tuple[Any, ...]]


def export_answers(database: Database, target: BinaryIO, form: ExportFormat) -> int:
    """Write every answer of every closed call to ``target``, oldest call first; return how many.

    Of one call the primary question comes first, then its confirmation, then the further questions by name. Raises
    DatabaseRefused.
    """
    return export_rows(database, "answers", ANSWER_FILE_COLUMNS, _read, target, form)


def _read(connection: Connection) -> Generator[Values]:
    statement = select(*_CALL_COLUMNS).where(is_handled()).order_by("ended_at", "pbx", "uniqueid")
    with connection.execute(statement, execution_options={"yield_per": _AT_ONCE}) as result:
        for rows in result.partitions():
            stored = _stored(connection, [CallId(row.pbx, row.uniqueid) for row in rows])
            for row in rows:
                yield from _of_call(row, stored.get(CallId(row.pbx, row.uniqueid), {}))


def _stored(connection: Connection, keys: Iterable[CallId]) -> dict[CallId, dict[str, _Row]]:
    """Return the stored answers of some calls by question, in the order of the questions' names."""
    statement = select(answers).where(is_one_of(answers, keys)).order_by("pbx", "uniqueid", "question")
    found = groupby(connection.execute(statement), lambda answer: CallId(answer.pbx, answer.uniqueid))
    return {call: {answer.question: answer for answer in of_call} for call, of_call in found}


def _of_call(call: _Row, stored: dict[str, _Row]) -> Generator[Values]:
    if call.outcome in _STARTED or PRIMARY_QUESTION in stored:
        given = (call.outcome, call.options_heard, call.key, call.category, call.press_ms)
        yield _row(call, PRIMARY_QUESTION, call.layout, call.layout_version, given)
    if CONFIRMATION in stored:
        yield _row(call, CONFIRMATION, call.layout, call.layout_version, _given(stored[CONFIRMATION]))
    elif call.confirm_key is not None:
        # It was keyed, so the question was answered; what the key meant only the layout's version can say.
        given = (Outcome.RATED.value, None, call.confirm_key, None, None)
        yield _row(call, CONFIRMATION, call.layout, call.layout_version, given)
    for question, answer in stored.items():
        if question not in {PRIMARY_QUESTION, CONFIRMATION}:
            yield _row(call, question, question, answer.version, _given(answer))


def _given(answer: _Row) -> Values:
    return (answer.status, answer.options_heard, answer.key, answer.category, answer.press_ms)


def _row(call: _Row, question: str, layout: str | None, version: str | None, given: Values) -> Values:
    of_call = (call.uniqueid, call.pbx, call.ended_at, call.agent, call.queue)
    return (*of_call, question, layout, version, *given, call.test, call.excluded)
