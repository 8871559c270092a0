"""Reading facts: everything known of one call, typed again, with one statement a table."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, select

from ivr.domain.calls import (
    PRIMARY_QUESTION,
    Answer,
    CallArrived,
    CallFacts,
    CallGone,
    CallId,
    EndedBy,
    Exposure,
    Invited,
    Leg,
    Press,
    RatingEntered,
)
from ivr.domain.experiments import Assignment
from ivr.domain.outcomes import Outcome
from ivr.store import fact_rows, tables
from ivr.store.bulk_statement import Row
from ivr.store.driver_cursor import driver_cursor
from ivr.store.prepared_read import PreparedRead

_ARRIVAL = fact_rows.ARRIVAL_COLUMNS[2:]
_ENTRY = fact_rows.ENTRY_COLUMNS[2:]


class FactReads:
    """The statements for one kind of database."""

    def __init__(self, dialect: str) -> None:
        self._call = PreparedRead(_of(tables.calls, (*_ARRIVAL, *_ENTRY, "gone_at", "asked_seconds")), dialect)
        legs = _of(tables.legs, fact_rows.LEG_COLUMNS[2:]).order_by("connected_at", "leg")
        self._legs = PreparedRead(legs, dialect)
        # A caller who was led through the rating twice is judged by the first time.
        exposures = _of(tables.exposures, fact_rows.EXPOSURE_COLUMNS[2:]).order_by("exposed_at", "layout_version")
        self._exposures = PreparedRead(exposures, dialect)
        self._presses = PreparedRead(_of(tables.presses, fact_rows.PRESS_COLUMNS[2:]).order_by("number"), dialect)
        self._answers = PreparedRead(_of(tables.answers, fact_rows.ANSWER_COLUMNS[2:]).order_by("question"), dialect)
        self._invitation = PreparedRead(_of(tables.invitations, fact_rows.INVITATION_COLUMNS[2:]), dialect)

    def read(self, connection: Connection, call: CallId) -> CallFacts | None:
        """Return what is known of ``call``, as of one moment; None where nothing is."""
        key = fact_rows.key_of(call)
        with connection.begin(), driver_cursor(connection) as cursor:
            row = self._call.first(cursor, **key)
            if row is None:
                return None
            legs = self._legs.rows(cursor, **key)
            exposure = self._exposures.first(cursor, **key)
            presses = self._presses.rows(cursor, **key)
            answers = [_answer(call, answer) for answer in self._answers.rows(cursor, **key)]
        *arrival_and_entry, gone_at, asked_seconds = row
        arrival, entry = arrival_and_entry[: len(_ARRIVAL)], arrival_and_entry[len(_ARRIVAL) :]
        return CallFacts(
            arrived=CallArrived(call, *arrival),
            legs=tuple(_leg(call, leg) for leg in legs),
            entered=_entry(call, entry),
            exposure=None if exposure is None else _exposure(call, exposure),
            presses=tuple(Press(call, *press) for press in presses),
            answer=next((answer for answer in answers if answer.question == PRIMARY_QUESTION), None),
            gone=None if gone_at is None else CallGone(call, gone_at),
            further=tuple(answer for answer in answers if answer.question != PRIMARY_QUESTION),
            asked_seconds=asked_seconds,
        )

    def read_invitation(self, connection: Connection, call: CallId) -> Invited | None:
        """Return how ``call`` was invited before it reached an agent; None where it was not."""
        with connection.begin(), driver_cursor(connection) as cursor:
            row = self._invitation.first(cursor, **fact_rows.key_of(call))
        return None if row is None else Invited(call, *row)


def _of(table: Table, columns: Sequence[str]) -> Select[*tuple[Any, ...]]:
    return select(*(table.c[name] for name in columns)).where(
        table.c.pbx == bindparam("pbx"), table.c.uniqueid == bindparam("uniqueid")
    )


def _leg(call: CallId, row: Row) -> Leg:
    leg, agent, interface, queue, connected_at, ended_at, ended_by, wait_seconds, talk_seconds = row
    by = None if ended_by is None else EndedBy(ended_by)
    return Leg(call, leg, agent, interface, queue, connected_at, ended_at, by, wait_seconds, talk_seconds)


def _entry(call: CallId, row: Sequence[Any]) -> RatingEntered | None:
    entered_at, agent, queue, selection_probability, declined, agent_is_named, declined_by = row
    if entered_at is None:
        return None
    reason = None if declined is None else Outcome(declined)
    return RatingEntered(
        call,
        entered_at,
        agent,
        queue,
        selection_probability,
        reason,
        agent_is_named=agent_is_named,
        declined_by=declined_by,
    )


def _exposure(call: CallId, row: Row) -> Exposure:
    layout_version, exposed_at, *given, confirm_probability = row
    return Exposure(call, Assignment(*given), layout_version, exposed_at, confirm_probability)


def _answer(call: CallId, row: Row) -> Answer:
    question, status, *rest = row
    return Answer(call, question, Outcome(status), *rest)
