"""Comments come out with their file and their time, deleted ones too."""

import io
import json
from dataclasses import replace
from datetime import timedelta

from ivr.domain.calls import CallId, Comment
from ivr.store.comments import SqlComments
from ivr.store.database import Database
from ivr.store.export_comments import COMMENT_FILE_COLUMNS, export_comments
from ivr.store.export_rows import ExportFormat
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer

from .samples import START, plain_row

CALL = CallId("madrid", "1.1")
DAY = timedelta(days=1)


def exported(database: Database, form: ExportFormat) -> bytes:
    target = io.BytesIO()
    export_comments(database, target, form)
    return target.getvalue()


async def test_an_empty_ledger_exports_a_header(database: Database) -> None:
    assert exported(database, ExportFormat.CSV).decode() == ",".join(COMMENT_FILE_COLUMNS) + "\n"
    assert json.loads(exported(database, ExportFormat.JSON)) == []


async def test_comments_of_closed_calls_are_there_with_what_became_of_them(
    ledger: SqlLedger, database: Database, writer: Writer
) -> None:
    later = START + timedelta(seconds=4)
    await ledger.record(
        Comment(CALL, "primary", "a+1", "wav", 4.02, later, START + 90 * DAY),
        Comment(CALL, "solved-12", "a+2", "gsm", 1.5, START, START + 30 * DAY),
        Comment(CallId("madrid", "open"), "primary", "b", "wav", 1.0, START, START + DAY),
        Comment(CallId("default", "call.1"), "primary", "c", "wav", 2.0, START, START + 90 * DAY),
    )
    comments = SqlComments(database, writer)
    await comments.note_deleted(await comments.expired(START + 31 * DAY), START + 31 * DAY)
    await ledger.close(replace(plain_row(9), call=CALL))
    await ledger.close(plain_row(1))
    shown = json.loads(exported(database, ExportFormat.JSON))
    assert [tuple(row.values()) for row in shown] == [
        ("call.1", "default", "primary", "c", "wav", 2.0, START.isoformat(), (START + 90 * DAY).isoformat(), None),
        (
            *("1.1", "madrid", "solved-12", "a+2", "gsm", 1.5),
            *(each.isoformat() for each in (START, START + 30 * DAY, START + 31 * DAY)),
        ),
        ("1.1", "madrid", "primary", "a+1", "wav", 4.02, later.isoformat(), (START + 90 * DAY).isoformat(), None),
    ]
    assert [tuple(row) for row in shown] == [COMMENT_FILE_COLUMNS] * 3
    assert exported(database, ExportFormat.CSV).decode().splitlines()[1] == (
        f"call.1,default,primary,c,wav,2.0,{START.isoformat()},{(START + 90 * DAY).isoformat()},"
    )
