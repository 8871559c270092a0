"""Fits as rows: each a version that is only added, old ones given up when there are many."""

import structlog
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from ivr.store.database import Database
from ivr.store.fit_document import document_of, figures_of
from ivr.store.tables import fits
from ivr.store.writer import Writer
from ivr.usecases.fits import Fit, Months

_log = structlog.get_logger(__name__)
KEPT_OF_MONTHS = 20
"""So many fits of the same months are kept."""
KEPT_IN_ALL = 200


class SqlKeptFits:
    """Implements :class:`ivr.usecases.fits.KeptFits`; every method raises DatabaseRefused where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, months: Months) -> int | None:
        """Return the number of the newest fit of exactly these months; None where there is none."""
        statement = select(func.max(fits.c.id)).where(_of(months))
        return await self._database.read_report(lambda connection: connection.execute(statement).scalar())

    async def load(self, version: int) -> Fit | None:
        """Return that fit; None where it is not kept any more, or cannot be read: then the next one takes its place."""
        statement = select(fits).where(fits.c.id == version)
        row = await self._database.read_report(lambda connection: connection.execute(statement).one_or_none())
        if row is None:
            return None
        try:
            figures = figures_of(row.figures)
        except ValueError:
            # Cut off, edited by hand, or of a program with other fields: pages go on without it.
            _log.warning("fit_unreadable", version=version)
            return None
        return Fit(
            months=Months(row.first_month, row.last_month),
            basis=row.basis,
            computed_at=row.computed_at,
            seconds=row.seconds,
            handled=row.handled,
            figures=figures,
        )


class SqlFits(SqlKeptFits):
    """Implements :class:`ivr.usecases.fits.Fits`."""

    def __init__(self, database: Database, writer: Writer) -> None:
        super().__init__(database)
        self._writer = writer

    async def add(self, fit: Fit) -> int:
        """Keep ``fit`` as a new version and return its number; durable on return."""
        document = document_of(fit.figures)

        def work(connection: Connection) -> int:
            result = connection.execute(
                insert(fits)
                .values(
                    first_month=fit.months.first,
                    last_month=fit.months.last,
                    basis=fit.basis,
                    computed_at=fit.computed_at,
                    seconds=fit.seconds,
                    handled=fit.handled,
                    figures=document,
                )
                .returning(fits.c.id)
            )
            version: int = result.scalar_one()
            _give_up(connection, _of(fit.months), KEPT_OF_MONTHS)
            _give_up(connection, fits.c.id.is_not(None), KEPT_IN_ALL)
            return version

        return await self._writer.write(work)


def _of(months: Months) -> ColumnElement[bool]:
    first, last = months.first, months.last
    return fits.c.first_month.is_not_distinct_from(first) & fits.c.last_month.is_not_distinct_from(last)


def _give_up(connection: Connection, among: ColumnElement[bool], kept: int) -> None:
    oldest_kept = select(fits.c.id).where(among).order_by(fits.c.id.desc()).limit(1).offset(kept - 1).scalar_subquery()
    connection.execute(delete(fits).where(among, fits.c.id < oldest_kept))
