"""Calls for the tests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ivr.domain.calls import (
    PRIMARY_QUESTION,
    Answer,
    Attribution,
    CallArrived,
    CallGone,
    CallId,
    EndedBy,
    Exposure,
    Fact,
    HandledCall,
    Leg,
    Press,
    RatingEntered,
)
from ivr.domain.experiments import Assignment
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.outcomes import Outcome
from ivr.store.tallies import SqlTallies
from ivr.usecases.report_window import ALL_CALLS

START = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
CALLER = "h1:" + "ab" * 32


def facts(call: CallId) -> list[Fact]:
    """Everything of a rated call with two legs."""

    def at(seconds: float) -> datetime:
        return START + timedelta(seconds=seconds)

    assignment = Assignment("default", "berlin", "sparse-531", 1 / 3, "paced-123:0.5 sparse-531:0.5", 0.5, 0.1)
    return [
        CallArrived(call, "link-1", at(0), CALLER, "berlin", "billing", "de"),
        Leg(call, "agent-1", "ann", "PJSIP/ann", "sales", at(10), at(60), EndedBy.TRANSFER, 10.0, 50.0),
        Leg(call, "agent-2", "bob", "PJSIP/bob", "support", at(70), at(130.5), EndedBy.AGENT, 10.1, 60.5),
        RatingEntered(call, at(131), "bob", "support", 0.25, None, agent_is_named=True),
        Exposure(call, assignment, "v1", at(131.2)),
        Press(call, 1, "9", -350, -20),
        Press(call, 2, "5", 4100, 4100),
        Answer(call, PRIMARY_QUESTION, Outcome.RATED, 1, "5", 2, 4100),
        CallGone(call, at(140)),
    ]


def full_row(call: CallId) -> HandledCall:
    """A closed call with a value in every column."""
    return HandledCall(
        call=call,
        ended_at=START,
        outcome=Outcome.RATED,
        agent="Ann, «Müller» 王",
        queue="sales",
        team="north",
        site="berlin",
        segment='says "hello"',
        language="de",
        legs=2,
        attribution=Attribution.UNCERTAIN,
        caller=CALLER,
        wait_seconds=0.1 + 0.2,
        talk_seconds=1 / 3,
        ended_by=EndedBy.TRANSFER,
        experiment="default",
        layout="sparse-531",
        layout_version="v1",
        layout_probability=1 / 3,
        allocation="paced-123:0.666667 sparse-531:0.333333",
        delay_seconds=0.5,
        delay_probability=1e-7,
        selection_probability=0.25,
        options_heard=1,
        press_ms=-20,
        key="5",
        category=2,
        keys=(Press(call, 1, "9", -350, 120), Press(call, 2, "*", None, None), Press(call, 3, "5", -20, -20)),
        confirm_probability=0.05,
        confirm_key="5",
        followup="answered",
        followup_probability=0.1,
        followup_category=3,
        test=False,
        excluded=False,
    )


def plain_row(number: int, outcome: Outcome = Outcome.NO_KEY, *, agent: str | None = "ann") -> HandledCall:
    return HandledCall(
        call=CallId("default", f"call.{number}"),
        ended_at=START + timedelta(seconds=number),
        outcome=outcome,
        agent=agent,
        queue="sales",
        category=number % 3 if outcome is Outcome.RATED else None,
        key=str(number % 3) if outcome is Outcome.RATED else None,
    )


async def all_counts(tallies: SqlTallies) -> Sequence[OutcomeCount]:
    return await tallies.outcome_counts(ALL_CALLS)


async def all_handled(tallies: SqlTallies) -> int:
    return await tallies.handled_calls(ALL_CALLS)
