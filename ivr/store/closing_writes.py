"""Writing closings: the one row of a handled call with what it counts, or the word that a channel never was one."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, func

from ivr.domain.calls import CallId, HandledCall
from ivr.store.bulk_statement import BulkStatement, Row
from ivr.store.call_rows import CLOSED_COLUMNS, closed_values
from ivr.store.driver_cursor import PLACEHOLDERS, driver_batch
from ivr.store.fact_rows import PRESS_COLUMNS, press_row
from ivr.store.tables import calls, presses
from ivr.store.tally_writes import TallyWrites
from ivr.store.upserts import insert_or_keep, insert_or_replace, proposed

_DISCARD = "UPDATE calls SET state = 'discarded' WHERE state = 'open' AND pbx = {mark} AND uniqueid = {mark}"


class Closing(NamedTuple):
    """A closed call as its row, and its presses as theirs."""

    row: Row
    presses: tuple[Row, ...]


class ClosingWrites:
    """The statements for one kind of database."""

    def __init__(self, dialect: str) -> None:
        # A live closing makes an imported row a live one, which no failing import can take away.
        changed = ("state", "import_id", *CLOSED_COLUMNS)
        # A fact's column: a closing that has read the facts before it was stored must not erase it.
        asked = func.coalesce(proposed(calls, "asked_seconds", dialect), calls.c.asked_seconds)
        self._columns = [name for name in calls.columns.keys() if name in {"pbx", "uniqueid", *changed}]  # noqa: SIM118
        # What was decided about a contested rating stands, whatever facts come late.
        kept = {"asked_seconds": asked, "excluded": calls.c.excluded}
        self._close = BulkStatement.of(insert_or_replace(calls, dialect, changed, kept), self._columns, dialect)
        self._press = BulkStatement.of(insert_or_keep(presses, dialect), PRESS_COLUMNS, dialect)
        self._tallies = TallyWrites(dialect)
        self._discard = _DISCARD.format(mark=PLACEHOLDERS[dialect])

    def closing_of(self, call: HandledCall) -> Closing:
        """Return ``call`` as :meth:`close` takes it; raises ValueError for a value that its column cannot mean."""
        values: dict[str, Any] = {**closed_values(call), "import_id": None}
        row = tuple(_plain(values[name]) for name in self._columns)
        return Closing(self._close.bound(row), tuple(press_row(press) for press in call.keys))

    def close(self, connection: Connection, closings: Sequence[Closing]) -> Sequence[None]:
        """Store the rows, each replacing an earlier closing; presses that are not there yet are added."""
        with driver_batch(connection) as cursor:
            self._close.run(cursor, [closing.row for closing in closings])
            self._press.run(cursor, [press for closing in closings for press in closing.presses])
        self._tallies.settle(connection)
        return [None] * len(closings)

    def discard(self, connection: Connection, channels: Sequence[CallId]) -> Sequence[None]:
        """Mark channels that were never handled as settled; a closed call stays closed."""
        with driver_batch(connection) as cursor:
            cursor.executemany(self._discard, [(channel.pbx, channel.uniqueid) for channel in channels])
        return [None] * len(channels)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever the columns hold
    return str(value) if isinstance(value, StrEnum) else value
