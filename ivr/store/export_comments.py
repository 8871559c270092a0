"""Exporting comments: what was recorded, where the file is, and until when; nothing of the voice."""

from collections.abc import Generator
from typing import BinaryIO

from sqlalchemy import Connection, and_, select

from ivr.store.call_rows import is_handled
from ivr.store.database import Database
from ivr.store.export_rows import ExportFormat, Values, export_rows
from ivr.store.tables import calls, comments

COMMENT_FILE_COLUMNS = (
    "call_id",
    "pbx",
    "question",
    "file",
    "format",
    "seconds",
    "recorded_at",
    "keep_until",
    "deleted_at",
)
_AT_ONCE = 2000


def export_comments(database: Database, target: BinaryIO, form: ExportFormat) -> int:
    """Write every comment of every closed call to ``target``, oldest call first, deleted ones too; return how many.

    Raises DatabaseRefused.
    """
    return export_rows(database, "comments", COMMENT_FILE_COLUMNS, _read, target, form)


def _read(connection: Connection) -> Generator[Values]:
    of_call = and_(comments.c.pbx == calls.c.pbx, comments.c.uniqueid == calls.c.uniqueid)
    statement = (
        select(
            comments.c.uniqueid,
            comments.c.pbx,
            comments.c.question,
            comments.c.file,
            comments.c.format,
            comments.c.seconds,
            comments.c.recorded_at,
            comments.c.keep_until,
            comments.c.deleted_at,
        )
        .join_from(comments, calls, of_call)
        .where(is_handled())
        .order_by(calls.c.ended_at, calls.c.pbx, calls.c.uniqueid, comments.c.recorded_at, comments.c.question)
    )
    with connection.execute(statement, execution_options={"yield_per": _AT_ONCE}) as result:
        yield from result
