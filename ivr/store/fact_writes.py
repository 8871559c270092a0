"""Writing facts: one statement for each kind, idempotent, in any order.

What a fact settled stays settled: of arrivals and legs only what was NULL is filled, and presses, answers and
exposures never change once stored. The call's own row is made by whichever fact comes first.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, or_

from ivr.domain.calls import (
    Answer,
    CallArrived,
    CallGone,
    CallId,
    Exposure,
    Fact,
    Leg,
    Press,
    RatingEntered,
)
from ivr.store import tables
from ivr.store.upserts import insert_into, insert_or_fill, insert_or_keep, proposed

Row = dict[str, Any]


class FactWrites:
    """The statements for one kind of database."""

    def __init__(self, dialect: str) -> None:
        calls = tables.calls

        def only_first(column: str) -> ColumnElement[Any]:
            # Being asked is NULL here, so a plain fill could turn it into a refusal to ask.
            return case((calls.c.entered_at.is_(None), proposed(calls, column, dialect)), else_=calls.c[column])

        self._arrive = insert_or_fill(
            calls,
            dialect,
            ("linkedid", "arrived_at", "caller", "site", "segment", "language"),
            {"test": or_(calls.c.test, proposed(calls, "test", dialect))},
        )
        self._enter = insert_or_fill(
            calls,
            dialect,
            ("entered_at", "entry_agent", "entry_queue"),
            {
                "entry_selection_probability": only_first("entry_selection_probability"),
                "entry_declined": only_first("entry_declined"),
                "entry_agent_is_named": only_first("entry_agent_is_named"),
            },
        )
        self._go = insert_or_fill(calls, dialect, ("gone_at",))
        # Something that only a handled call has: a channel that was settled as never handled is open again.
        self._show = insert_into(calls, dialect).on_conflict_do_update(
            index_elements=[calls.c.pbx, calls.c.uniqueid],
            set_={"state": "open"},
            where=calls.c.state == "discarded",
        )
        self._connect = insert_or_fill(
            tables.legs,
            dialect,
            ("agent", "interface", "queue", "ended_at", "ended_by", "wait_seconds", "talk_seconds"),
        )
        self._expose = insert_or_keep(tables.exposures, dialect)
        self._press = insert_or_keep(tables.presses, dialect)
        self._answer = insert_or_keep(tables.answers, dialect)
        self._by_kind: dict[type, Callable[[Connection, Any], None]] = {
            CallArrived: self._write_arrival,
            Leg: self._write_leg,
            RatingEntered: self._write_entry,
            Exposure: self._write_exposure,
            Press: self._write_press,
            Answer: self._write_answer,
            CallGone: self._write_departure,
        }

    def write(self, connection: Connection, fact: Fact) -> None:
        """Store ``fact``."""
        self._by_kind[type(fact)](connection, fact)

    def write_presses(self, connection: Connection, presses: tuple[Press, ...]) -> None:
        """Store presses of calls that are there already."""
        if presses:
            connection.execute(self._press, [_press_row(press) for press in presses])

    def _write_arrival(self, connection: Connection, fact: CallArrived) -> None:
        connection.execute(
            self._arrive,
            {
                **key_of(fact.call),
                "linkedid": fact.linkedid,
                "arrived_at": fact.arrived_at,
                "caller": fact.caller,
                "site": fact.site,
                "segment": fact.segment,
                "language": fact.language,
                "test": fact.test,
            },
        )

    def _write_leg(self, connection: Connection, fact: Leg) -> None:
        connection.execute(self._show, key_of(fact.call))
        connection.execute(
            self._connect,
            {
                **key_of(fact.call),
                "leg": fact.leg,
                "agent": fact.agent,
                "interface": fact.interface,
                "queue": fact.queue,
                "connected_at": fact.connected_at,
                "ended_at": fact.ended_at,
                "ended_by": fact.ended_by,
                "wait_seconds": fact.wait_seconds,
                "talk_seconds": fact.talk_seconds,
            },
        )

    def _write_entry(self, connection: Connection, fact: RatingEntered) -> None:
        connection.execute(self._show, key_of(fact.call))
        connection.execute(
            self._enter,
            {
                **key_of(fact.call),
                "entered_at": fact.entered_at,
                "entry_agent": fact.agent,
                "entry_queue": fact.queue,
                "entry_selection_probability": fact.selection_probability,
                "entry_declined": fact.declined,
                "entry_agent_is_named": fact.agent_is_named,
            },
        )

    def _write_exposure(self, connection: Connection, fact: Exposure) -> None:
        connection.execute(self._show, key_of(fact.call))
        connection.execute(
            self._expose,
            {
                **key_of(fact.call),
                "layout_version": fact.layout_version,
                "exposed_at": fact.exposed_at,
                "experiment": fact.assignment.experiment,
                "stratum": fact.assignment.stratum,
                "layout": fact.assignment.layout,
                "layout_probability": fact.assignment.layout_probability,
                "allocation": fact.assignment.allocation,
                "delay_seconds": fact.assignment.delay_seconds,
                "delay_probability": fact.assignment.delay_probability,
            },
        )

    def _write_press(self, connection: Connection, fact: Press) -> None:
        connection.execute(self._show, key_of(fact.call))
        connection.execute(self._press, _press_row(fact))

    def _write_answer(self, connection: Connection, fact: Answer) -> None:
        connection.execute(self._show, key_of(fact.call))
        connection.execute(
            self._answer,
            {
                **key_of(fact.call),
                "question": fact.question,
                "status": fact.status,
                "options_heard": fact.options_heard,
                "key": fact.key,
                "category": fact.category,
                "press_ms": fact.press_ms,
            },
        )

    def _write_departure(self, connection: Connection, fact: CallGone) -> None:
        connection.execute(self._go, {**key_of(fact.call), "gone_at": fact.gone_at})


def key_of(call: CallId) -> Row:
    """Return the natural key of a call as column values."""
    return {"pbx": call.pbx, "uniqueid": call.uniqueid}


def _press_row(press: Press) -> Row:
    return {
        **key_of(press.call),
        "number": press.number,
        "key": press.key,
        "lo_ms": press.lo_ms,
        "hi_ms": press.hi_ms,
    }
