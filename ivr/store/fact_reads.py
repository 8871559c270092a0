"""Reading facts: everything known of one call, typed again."""

from sqlalchemy import Connection, Row, Select, Table, select

from ivr.domain.calls import (
    PRIMARY_QUESTION,
    Answer,
    CallArrived,
    CallFacts,
    CallGone,
    CallId,
    EndedBy,
    Exposure,
    Leg,
    Press,
    RatingEntered,
)
from ivr.domain.experiments import Assignment
from ivr.domain.outcomes import Outcome
from ivr.store import tables


def read_facts(connection: Connection, call: CallId) -> CallFacts | None:
    """Return what is known of ``call``; None where nothing is."""
    row = connection.execute(_of(tables.calls, call)).one_or_none()
    if row is None:
        return None
    legs = connection.execute(_of(tables.legs, call).order_by("connected_at", "leg"))
    # A caller who was led through the rating twice is judged by the first time.
    exposures = connection.execute(_of(tables.exposures, call).order_by("exposed_at", "layout_version"))
    presses = connection.execute(_of(tables.presses, call).order_by("number"))
    answers = connection.execute(_of(tables.answers, call).where(tables.answers.c.question == PRIMARY_QUESTION))
    exposure, answer = exposures.first(), answers.first()
    return CallFacts(
        arrived=CallArrived(
            call, row.linkedid, row.arrived_at, row.caller, row.site, row.segment, row.language, row.test
        ),
        legs=tuple(_leg(call, leg) for leg in legs),
        entered=None if row.entered_at is None else _entry(call, row),
        exposure=None if exposure is None else _exposure(call, exposure),
        presses=tuple(Press(call, press.number, press.key, press.lo_ms, press.hi_ms) for press in presses),
        answer=None if answer is None else _answer(call, answer),
        gone=None if row.gone_at is None else CallGone(call, row.gone_at),
    )


def _of(table: Table, call: CallId) -> Select[*tuple[object, ...]]:
    return select(table).where(table.c.pbx == call.pbx, table.c.uniqueid == call.uniqueid)


def _leg(call: CallId, row: Row[*tuple[object, ...]]) -> Leg:
    return Leg(
        call=call,
        leg=row.leg,
        agent=row.agent,
        interface=row.interface,
        queue=row.queue,
        connected_at=row.connected_at,
        ended_at=row.ended_at,
        ended_by=None if row.ended_by is None else EndedBy(row.ended_by),
        wait_seconds=row.wait_seconds,
        talk_seconds=row.talk_seconds,
    )


def _entry(call: CallId, row: Row[*tuple[object, ...]]) -> RatingEntered:
    return RatingEntered(
        call=call,
        entered_at=row.entered_at,
        agent=row.entry_agent,
        queue=row.entry_queue,
        selection_probability=row.entry_selection_probability,
        declined=None if row.entry_declined is None else Outcome(row.entry_declined),
        agent_is_named=row.entry_agent_is_named,
    )


def _exposure(call: CallId, row: Row[*tuple[object, ...]]) -> Exposure:
    return Exposure(
        call=call,
        assignment=Assignment(
            experiment=row.experiment,
            stratum=row.stratum,
            layout=row.layout,
            layout_probability=row.layout_probability,
            allocation=row.allocation,
            delay_seconds=row.delay_seconds,
            delay_probability=row.delay_probability,
        ),
        layout_version=row.layout_version,
        exposed_at=row.exposed_at,
    )


def _answer(call: CallId, row: Row[*tuple[object, ...]]) -> Answer:
    return Answer(
        call=call,
        question=row.question,
        status=Outcome(row.status),
        options_heard=row.options_heard,
        key=row.key,
        category=row.category,
        press_ms=row.press_ms,
    )
