"""Comments: which recordings are due to be deleted, and which were."""

from collections.abc import Sequence, Set
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, select, update

from ivr.domain.calls import CallId
from ivr.store.database import Database
from ivr.store.tables import comments
from ivr.store.writer import Writer
from ivr.usecases.delete_comments import KeptComment

_MANY = 500  # SQLite takes a bounded number of values in one statement


class SqlComments:
    """Implements what the use cases need to know of recordings; every method raises DatabaseRefused."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def files(self) -> Set[tuple[str, str]]:
        """Return file and format of every comment, deleted ones too."""

        def query(connection: Connection) -> set[tuple[str, str]]:
            return {(row.file, row.format) for row in connection.execute(select(comments.c.file, comments.c.format))}

        return await self._database.read_report(query)

    async def noted_deleted(self, files: Set[tuple[str, str]]) -> Set[tuple[str, str]]:
        """Return those of ``files``, names and formats, that are noted as deleted."""

        def query(connection: Connection) -> set[tuple[str, str]]:
            columns, names, noted = comments.c, iter(sorted({file for file, _ in files})), set[tuple[str, str]]()
            while chunk := list(islice(names, _MANY)):
                statement = select(columns.file, columns.format).where(
                    columns.file.in_(chunk), columns.deleted_at.is_not(None)
                )
                noted |= {(row.file, row.format) for row in connection.execute(statement)}
            return noted & files

        return await self._database.read_report(query)

    async def expired(self, at: datetime) -> Sequence[KeptComment]:
        """Return the comments that were to be kept until ``at`` at most and are not noted as deleted, oldest first."""

        def query(connection: Connection) -> list[KeptComment]:
            columns = comments.c
            statement = (
                select(columns.pbx, columns.uniqueid, columns.question, columns.file, columns.format)
                .where(columns.keep_until <= at, columns.deleted_at.is_(None))
                .order_by(columns.keep_until, columns.pbx, columns.uniqueid, columns.question)
            )
            return [
                KeptComment(CallId(row.pbx, row.uniqueid), row.question, row.file, row.format)
                for row in connection.execute(statement)
            ]

        return await self._database.read_report(query)

    async def note_deleted(self, deleted: Sequence[KeptComment], at: datetime) -> None:
        """Note that the files of ``deleted`` are gone; durable on return."""

        def work(connection: Connection) -> None:
            for comment in deleted:
                connection.execute(
                    update(comments)
                    .where(
                        comments.c.pbx == comment.call.pbx,
                        comments.c.uniqueid == comment.call.uniqueid,
                        comments.c.question == comment.question,
                        comments.c.deleted_at.is_(None),
                    )
                    .values(deleted_at=at)
                )

        await self._writer.write(work)
