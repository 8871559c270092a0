"""Reading the period tallies: the cells of some months for a fit, as plain tuples through the driver's cursor.

Cells with the same contact or result share one object of it, so whoever numbers them need not compare them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, Table, bindparam, cast, exists, func, or_, select

from ivr.domain.kpi.contributions import Contributions
from ivr.domain.kpi.period_cells import Contact, GroupCell, PeriodCell, Result
from ivr.domain.outcomes import Outcome
from ivr.errors import TalliesNotBuilt
from ivr.store.bulk_statement import Row
from ivr.store.cell_writes import LIVE
from ivr.store.database import Database
from ivr.store.driver_cursor import driver_cursor
from ivr.store.prepared_read import PreparedRead
from ivr.store.tables import (
    group_tallies,
    imports,
    period_tallies,
    tally_changes,
    tally_contacts,
    tally_results,
    tally_state,
)
from ivr.store.tally_writes import counted, noted_changes, read_state
from ivr.usecases.fits import Months, PeriodCounts

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_UNBUILT = "holds calls that are not tallied yet; run `ivr db tallies --rebuild`"


class _End(NamedTuple):
    """A result as the tallies keep it, and as cells have it."""

    result: Result
    confirm_key: str | None


class SqlPeriodTallies:
    """Implements :class:`ivr.usecases.fits.PeriodTallies`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, months: Months) -> PeriodCounts:
        """Return the cells of ``months`` as of one moment; raises TalliesNotBuilt."""
        return await self._database.read_report(lambda connection: self._read(connection, months))

    async def revision(self) -> int:
        """Return a number that has grown whenever any cell has changed; raises TalliesNotBuilt."""
        return await self._database.read_report(self._revision)

    async def zone(self) -> str:
        """Return the name of the time zone that the months of the cells are months of."""
        return await self._database.read_report(lambda connection: read_state(connection).zone)

    def _read(self, connection: Connection, months: Months) -> PeriodCounts:
        revision, state = self._revision(connection), read_state(connection)
        if state.book is None:
            raise self._unbuilt()
        contacts, ends = _contacts(connection, months), _ends(connection)
        cells = [
            PeriodCell(agent or None, contacts[contact], *ends[result], calls)
            for contact, agent, result, calls in _rows(connection, period_tallies, state.book)
            if calls and contact in contacts
        ]
        groups = [
            GroupCell(group, contacts[contact], ends[result].result, calls)
            for contact, group, result, calls in _rows(connection, group_tallies, state.book)
            if calls and contact in contacts
        ]
        if noted := noted_changes(connection):
            cells, groups = _with_noted(counted(noted, ZoneInfo(state.zone)), months, cells, groups)
        return PeriodCounts(cells, groups, revision)

    def _revision(self, connection: Connection) -> int:
        # A change that is noted counts at once, and once it is in the cells it counts in the revision.
        noted = select(func.count()).select_from(tally_changes).scalar_subquery()
        book, revision = connection.execute(select(tally_state.c.book, tally_state.c.revision + noted)).one()
        if book is None:
            raise self._unbuilt()
        return int(revision)

    def _unbuilt(self) -> TalliesNotBuilt:
        return TalliesNotBuilt(f"the database {self._database.place} {_UNBUILT}")


def _contacts(connection: Connection, months: Months) -> dict[int, Contact]:
    statement = select(tally_contacts)
    if months.first is not None:
        statement = statement.where(tally_contacts.c.period >= months.first)
    if months.last is not None:
        statement = statement.where(tally_contacts.c.period <= months.last)
    return {row[0]: Contact(*row[1:]) for row in connection.execute(statement)}


def _ends(connection: Connection) -> dict[int, _End]:
    results: dict[Result, Result] = {}
    ends = {row[0]: _end(row[1:]) for row in connection.execute(select(tally_results))}
    return {number: _End(results.setdefault(result, result), key) for number, (result, key) in ends.items()}


def _end(content: Iterable[Any]) -> _End:
    outcome, category, followup, followup_category, confirm_key, *_of_days = content
    return _End(Result(_OUTCOMES.get(outcome), category, followup, followup_category), confirm_key)


def _rows(connection: Connection, table: Table, book: int) -> Sequence[Row]:
    """Return the cells of a book as rows: contact, agent or group, result, calls."""
    whole = select(imports.c.id).where(imports.c.complete)
    keys, calls = table.primary_key.columns[2:], table.c.calls
    is_apart = select(exists().where(table.c.book == book, table.c.import_id > LIVE))
    if connection.execute(is_apart).scalar():
        # The same cell may be there once for live calls and once for each import.
        statement = select(*keys, cast(func.sum(calls), BigInteger)).group_by(*keys)
    else:
        statement = select(*keys, calls)
    statement = statement.where(
        table.c.book == bindparam("book"), or_(table.c.import_id == bindparam("live"), table.c.import_id.in_(whole))
    )
    with driver_cursor(connection) as cursor:
        return PreparedRead(statement, connection.dialect.name).rows(cursor, book=book, live=LIVE)


def _with_noted(
    noted: Contributions, months: Months, cells: Iterable[PeriodCell], groups: Iterable[GroupCell]
) -> tuple[list[PeriodCell], list[GroupCell]]:
    """Return the cells with what is not in them yet."""
    of_agents = Counter({cell[:-1]: cell.calls for cell in cells})
    of_groups = Counter({cell[:-1]: cell.calls for cell in groups})
    shared = {contact: contact for _, contact, *_ in of_agents}
    results = {result: result for _, _, result in of_groups}
    contacts = [shared.setdefault(contact, contact) for contact in (Contact(*content) for content in noted.contacts)]
    ends = [
        _End(results.setdefault(result, result), key) for result, key in (_end(content) for content in noted.results)
    ]
    agents = list(noted.agents)
    for (contact, agent, result), calls in noted.period.items():
        if _is_in(contacts[contact].period, months):
            of_agents[agents[agent] or None, contacts[contact], *ends[result]] += calls
    for (contact, group, result), calls in noted.groups.items():
        if _is_in(contacts[contact].period, months):
            of_groups[group, contacts[contact], ends[result].result] += calls
    return (
        [PeriodCell(*key, calls) for key, calls in of_agents.items() if calls],
        [GroupCell(*key, calls) for key, calls in of_groups.items() if calls],
    )


def _is_in(period: str, months: Months) -> bool:
    return (months.first is None or months.first <= period) and (months.last is None or period <= months.last)
