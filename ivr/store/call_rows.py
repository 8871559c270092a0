"""The closed row of a call, between its record and its table columns."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, false, or_, select

from ivr.domain.calls import Attribution, CallId, EndedBy, HandledCall, Press
from ivr.domain.outcomes import Outcome
from ivr.errors import DatabaseRefused
from ivr.store.tables import calls, imports, presses

CLOSED_COLUMNS = tuple(field.name for field in fields(HandledCall) if field.name not in {"call", "keys"})
"""The columns that closing writes: a record's fields, without the key and the presses, which have their own table."""
_MANY = 500  # SQLite takes a bounded number of values in one statement


def closed_values(row: HandledCall) -> dict[str, Any]:
    """Return ``row`` as values of its columns, its key included."""
    values: dict[str, Any] = {name: getattr(row, name) for name in CLOSED_COLUMNS}
    return {"pbx": row.call.pbx, "uniqueid": row.call.uniqueid, "state": "closed", **values}


def is_visible() -> ColumnElement[bool]:
    """Say that a row is a live call's, or of a file that was imported whole."""
    whole = select(imports.c.id).where(imports.c.complete)
    return or_(calls.c.import_id.is_(None), calls.c.import_id.in_(whole))


def is_handled() -> ColumnElement[bool]:
    """Say that a row is a closed, visible call."""
    return (calls.c.state == "closed") & is_visible()


def is_one_of(table: Table, keys: Iterable[CallId]) -> ColumnElement[bool]:
    """Say that a row of ``table`` belongs to one of the calls; some hundred at most.

    Grouped by Asterisk, as PostgreSQL plans a long list of pairs far more slowly than a list of texts.
    """
    by_pbx: dict[str, list[str]] = {}
    for key in keys:
        by_pbx.setdefault(key.pbx, []).append(key.uniqueid)
    return or_(false(), *((table.c.pbx == pbx) & table.c.uniqueid.in_(uniqueids) for pbx, uniqueids in by_pbx.items()))


def with_presses(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[HandledCall]:
    """Return closed rows of ``calls`` as records, each with its presses."""
    heard: dict[CallId, tuple[Press, ...]] = {}
    remaining = iter(rows)
    while chunk := [CallId(row.pbx, row.uniqueid) for row in islice(remaining, _MANY)]:
        statement = select(presses).where(is_one_of(presses, chunk)).order_by("pbx", "uniqueid", "number")
        found = connection.execute(statement)
        for key, group in groupby(found, lambda press: CallId(press.pbx, press.uniqueid)):
            heard[key] = tuple(Press(key, one.number, one.key, one.lo_ms, one.hi_ms) for one in group)
    return [_record(row, heard.get(CallId(row.pbx, row.uniqueid), ())) for row in rows]


def _record(row: Row[*tuple[Any, ...]], keys: tuple[Press, ...]) -> HandledCall:
    if row.outcome is None:
        raise DatabaseRefused(
            f"call {row.pbx}/{row.uniqueid} is closed without an outcome; "
            "give it one, for instance with `ivr import calls --update`"
        )
    values = {name: getattr(row, name) for name in CLOSED_COLUMNS}
    values["outcome"] = Outcome(row.outcome)
    values["attribution"] = Attribution(row.attribution)
    values["ended_by"] = EndedBy(row.ended_by)
    return HandledCall(call=CallId(row.pbx, row.uniqueid), keys=keys, **values)
