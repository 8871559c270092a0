"""The comparison has to be able to fail: each fault that the ledger could have is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.calls import (
    PRIMARY_QUESTION,
    Answer,
    CallArrived,
    CallFacts,
    CallId,
    HandledCall,
    Press,
    RatingEntered,
)
from ivr.domain.outcomes import Outcome
from ivr.rig.comparison import ComparedCall, StoredCall, compare
from ivr.rig.plan import Anchor, Behaviour, CallPlan, PlannedAnswer
from ivr.rig.plan import Press as PlannedPress
from ivr.rig.record import AgentLeg, CallRecord, SentKey

CALL = CallId("lab", "1.1")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PLAN = CallPlan(
    number=1,
    caller="+442079460001",
    extension="support",
    behaviour=Behaviour.PRESSES,
    talk_seconds=2.0,
    steps=(
        PlannedPress("1", Anchor.FIRST_FRAME, 500, question=PRIMARY_QUESTION),
        PlannedPress("2", Anchor.KEY_UP, 900, question="solved-12"),
    ),
    outcomes=frozenset({Outcome.RATED}),
    answers=(PlannedAnswer(PRIMARY_QUESTION, "1"), PlannedAnswer("solved-12", "2")),
)
RECORD = CallRecord(
    plan=PLAN,
    call_id="1-x@rig",
    uniqueid="1.1",
    connected_at=NOON,
    legs=(AgentLeg("agent01", NOON, NOON + timedelta(seconds=2), "agent"),),
    agent_left_at=NOON + timedelta(seconds=2),
    first_frame_at=NOON + timedelta(seconds=3),
    sent=(
        SentKey("1", NOON + timedelta(seconds=4), 900, 1000, PRIMARY_QUESTION),
        SentKey("2", NOON + timedelta(seconds=5), 1900, 2000, "solved-12"),
    ),
    left_at=NOON + timedelta(seconds=9),
    left_by="pbx",
    speech_ms=(),
    fault=None,
)
PRESSES = (Press(CALL, 1, "1", 1000, 1000, PRIMARY_QUESTION), Press(CALL, 2, "2", 2000, 2000, "solved-12"))
ROW = HandledCall(call=CALL, ended_at=NOON, outcome=Outcome.RATED, agent="ana.silva", key="1", category=2, keys=PRESSES)
FACTS = CallFacts(
    arrived=CallArrived(CALL),
    entered=RatingEntered(CALL, NOON, "ana.silva", "support", 1.0),
    presses=PRESSES,
    further=(Answer(CALL, "solved-12", Outcome.RATED, 2, "2", 0),),
)


def _of(record: CallRecord, stored: StoredCall | None) -> ComparedCall:
    found = {} if stored is None else {"1.1": stored}
    (compared,) = compare([record], found, {"agent01": "ana.silva"}).calls
    return compared


def _difference(record: CallRecord, stored: StoredCall | None) -> str | None:
    return _of(record, stored).difference


def test_what_was_done_and_stored_alike_differs_in_nothing() -> None:
    compared = _of(RECORD, StoredCall(ROW, FACTS))
    assert compared.difference is None
    assert (compared.pressed, compared.stored) == ("12", "12")
    assert compared.answers == {PRIMARY_QUESTION: "1", "solved-12": "2"}


def _told(presses: tuple[Press, ...]) -> StoredCall:
    return StoredCall(replace(ROW, keys=presses), replace(FACTS, presses=presses))


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (None, "answered, but not in the ledger"),
        (_told(PRESSES[:1]), "pressed 12, stored 1"),
        (_told((replace(PRESSES[0], key="3"), PRESSES[1])), "pressed 12, stored 32"),
        (StoredCall(replace(ROW, key="5"), FACTS), "the answer 5 was never pressed"),
        (StoredCall(replace(ROW, agent="bo.lindqvist"), FACTS), "ana.silva talked last, bo.lindqvist is credited"),
        (StoredCall(replace(ROW, outcome=Outcome.NO_KEY), FACTS), "is no_key, not rated"),
        (
            _told((PRESSES[0], replace(PRESSES[1], question=PRIMARY_QUESTION))),
            "the key 2 was meant for solved-12 and stored for primary",
        ),
        (StoredCall(ROW, replace(FACTS, further=())), "answered solved-12 with 2, stored nothing"),
        (StoredCall(replace(ROW, key="2"), FACTS), "answered primary with 1, stored 2"),
    ],
)
def test_every_fault_is_told(stored: StoredCall | None, told: str) -> None:
    assert _difference(RECORD, stored) == told


def test_an_answer_that_nobody_gave_is_told() -> None:
    plan = replace(PLAN, answers=(PlannedAnswer(PRIMARY_QUESTION, "1"), PlannedAnswer("solved-12", None)))
    assert _difference(replace(RECORD, plan=plan), StoredCall(ROW, FACTS)) == (
        "answered solved-12 with nothing, stored 2"
    )


@pytest.mark.parametrize(
    ("declined_by", "told"),
    [
        ("caller_throttle", None),
        ("minimum_talk", "is throttled by minimum_talk"),
        ("unavailable", "is throttled by unavailable"),
        (None, "is throttled by no rule"),
    ],
)
def test_who_is_not_asked_is_so_by_the_rule_that_gives_this_outcome(declined_by: str | None, told: str | None) -> None:
    record = replace(RECORD, plan=replace(PLAN, outcomes=frozenset({Outcome.THROTTLED}), steps=(), answers=()), sent=())
    entered = RatingEntered(CALL, NOON, "ana.silva", "support", 0.0, Outcome.THROTTLED, declined_by=declined_by)
    row = replace(ROW, outcome=Outcome.THROTTLED, key=None, keys=())
    assert _difference(record, StoredCall(row, replace(FACTS, presses=(), further=(), entered=entered))) == told


def test_what_a_caller_could_not_do_is_not_expected() -> None:
    record = replace(RECORD, sent=(), done=False)
    row = replace(ROW, outcome=Outcome.UNAVAILABLE, key=None, keys=())
    assert _difference(record, StoredCall(row, replace(FACTS, presses=(), further=()))) is None


def test_a_row_without_a_call_is_told() -> None:
    comparison = compare([], {"1.1": StoredCall(ROW, FACTS)}, {})
    assert comparison.mismatches == 1
