"""Arm counts on both databases: closed calls of one experiment, in one span, by what they were given."""

from dataclasses import replace
from datetime import timedelta

from ivr.domain.calls import CallArrived, CallId, Exposure
from ivr.domain.experiments import Assignment
from ivr.domain.guardrails import CallCount
from ivr.domain.outcomes import Outcome
from ivr.store.arm_counts import SqlArmCounts
from ivr.store.database import Database
from ivr.store.ledger import SqlLedger

from .samples import START, plain_row

MINUTE = timedelta(minutes=1)


async def test_calls_are_counted_by_place_arm_and_outcome(ledger: SqlLedger, database: Database) -> None:
    given = {"experiment": "trial", "site": "north", "queue": "sales", "layout": "a", "delay_seconds": 2.0}
    rows = [replace(plain_row(number, Outcome.LEFT_IN_MENU), ended_at=START, **given) for number in range(4)]
    rows += [replace(rows[0], call=CallId("default", "late"), ended_at=START + MINUTE)]
    rows += [replace(rows[0], call=CallId("default", "early"), ended_at=START - MINUTE)]
    rows += [replace(rows[0], call=CallId("default", "other"), experiment="other")]
    rows += [replace(rows[0], call=CallId("default", "none"), experiment=None)]
    rows += [replace(rows[0], call=CallId("default", "test"), test=True)]
    rows += [replace(rows[0], call=CallId("default", "excluded"), excluded=True)]
    rows += [replace(rows[0], call=CallId("default", "nowhere"), site=None, queue=None, outcome=Outcome.RATED)]
    for row in rows:
        await ledger.close(row)
    counts = SqlArmCounts(database)
    hung_up = CallCount("north", "sales", "a", 2.0, Outcome.LEFT_IN_MENU, 4)
    nowhere = CallCount(None, None, "a", 2.0, Outcome.RATED, 1)
    within = await counts.of("trial", START, START + MINUTE)
    assert sorted(within, key=lambda count: count.calls) == [nowhere, hung_up]
    assert sum(count.calls for count in await counts.of("trial", START, None)) == 6
    assert await counts.of("nothing", START, None) == []


async def test_a_call_outside_every_experiment_keeps_its_exposure(ledger: SqlLedger) -> None:
    call = CallId("default", "1.1")
    nothing_by_chance = Assignment(None, "*", "sequential-123", 1.0, "sequential-123:1", 0.0, 1.0)
    await ledger.record(CallArrived(call), Exposure(call, nothing_by_chance, "v1", START))
    facts = await ledger.facts_of(call)
    assert facts is not None
    assert facts.exposure is not None
    assert facts.exposure.assignment == nothing_by_chance
