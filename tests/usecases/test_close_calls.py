"""Closing calls: which are closed, with what they were given, or would have been given."""

import pytest

from ivr.domain.calls import CallArrived, CallGone, CallId, EndedBy, Exposure, Fact, Leg, RatingEntered
from ivr.domain.experiments import assign
from ivr.domain.outcomes import Outcome
from ivr.usecases.close_calls import CloseCalls
from tests.memory_ledger import MemoryDirectory, MemoryLedger
from tests.specimens import CALL, assignment, at, experiment, layout, version

TRIAL = experiment({"sequential-123": 0.5, "paced-123": 0.5}, {0.0: 0.5, 2.0: 0.5})
VERSIONS = {
    "sequential-123": version(),
    "paced-123": version(layout(key="paced-123", pause_seconds=3.0)),
}
LEG = Leg(CALL, "1700000000.2", "ana", "PJSIP/ana", "sales", at(10), at(60), EndedBy.CALLER, 8.0, 50.0)
ENTERED = RatingEntered(CALL, at(60), "ana", "sales", 1.0)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


def closing(ledger: MemoryLedger, *queues: str) -> CloseCalls:
    return CloseCalls(
        ledger=ledger,
        directory=MemoryDirectory(teams={"ana": "blue"}),
        experiment=TRIAL,
        versions=VERSIONS,
        queues=frozenset(queues),
        clock=lambda: at(90),
    )


async def test_a_call_that_was_never_asked_gets_what_it_would_have_been_given(ledger: MemoryLedger) -> None:
    await ledger.record(CallArrived(CALL, caller="h1:ab", site="north"), LEG)
    await closing(ledger).close_gone(CALL)
    row = ledger.rows[CALL]
    given = assign(TRIAL, site="north", queue="sales", caller="h1:ab", call=str(CALL))
    assert (row.layout, row.delay_seconds, row.allocation) == (given.layout, given.delay_seconds, given.allocation)
    assert (row.layout_probability, row.delay_probability) == (0.5, 0.5)
    assert row.layout_version == VERSIONS[given.layout].version
    assert (row.outcome, row.team, row.talk_seconds) == (Outcome.CALLER_LEFT_FIRST, "blue", 50.0)


async def test_what_was_played_stands_whatever_the_experiment_says_now(ledger: MemoryLedger) -> None:
    exposed = Exposure(CALL, assignment(1.5), "an-older-version", at(61))
    await ledger.record(LEG, ENTERED, exposed)
    await closing(ledger).close_gone(CALL)
    row = ledger.rows[CALL]
    assert (row.layout_version, row.delay_seconds, row.allocation) == ("an-older-version", 1.5, "sequential-123:1")


async def test_a_queue_that_does_not_count_is_settled_without_a_row(ledger: MemoryLedger) -> None:
    await ledger.record(LEG)
    await closing(ledger, "support").close_gone(CALL)
    assert (ledger.rows, ledger.discarded) == ({}, {CALL})
    await closing(ledger, "support", "sales").close_gone(CALL)
    assert list(ledger.rows) == [CALL]


async def test_a_direct_call_counts_for_the_queue_that_its_rating_entry_names(ledger: MemoryLedger) -> None:
    await ledger.record(Leg(CALL, "1700000000.2", "ana", "PJSIP/ana", None, at(10), at(60)), ENTERED)
    await closing(ledger, "sales").close_gone(CALL)
    assert ledger.rows[CALL].queue == "sales"


async def test_a_channel_without_an_agent_is_no_handled_call(ledger: MemoryLedger) -> None:
    await ledger.record(CallArrived(CALL, caller="h1:ab"))
    await closing(ledger).close_gone(CALL)
    assert (ledger.rows, ledger.discarded) == ({}, {CALL})


async def test_a_call_that_nobody_knows_is_left_alone(ledger: MemoryLedger) -> None:
    await closing(ledger).close(CALL)
    assert (ledger.rows, ledger.discarded) == ({}, set())


async def test_closing_again_changes_nothing(ledger: MemoryLedger) -> None:
    await ledger.record(CallArrived(CALL, caller="h1:ab"), LEG, ENTERED)
    closes = closing(ledger)
    await closes.close_gone(CALL)
    first = ledger.rows[CALL]
    await closes.close_gone(CALL)
    await closes.close(CALL)
    assert ledger.rows[CALL] == first


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
async def test_facts_in_any_order_close_to_the_same_row(ledger: MemoryLedger, order: tuple[int, ...]) -> None:
    facts: list[Fact] = [CallArrived(CALL, caller="h1:ab"), LEG, ENTERED]
    for number in order:
        await ledger.record(facts[number])
        await closing(ledger).close(CALL)
    await closing(ledger).close_gone(CALL)
    row = ledger.rows[CALL]
    assert (row.agent, row.outcome, row.caller, row.ended_at) == ("ana", Outcome.UNKNOWN, "h1:ab", at(60))


async def test_calls_whose_channel_is_no_more_are_closed_and_only_those(ledger: MemoryLedger) -> None:
    live, gone, elsewhere = CallId("default", "1"), CallId("default", "2"), CallId("madrid", "3")
    for call in (live, gone, elsewhere):
        await ledger.record(RatingEntered(call, at(60), "ana", "sales", 1.0))
    assert await closing(ledger).close_all_but("default", {"1"}) == 1
    assert list(ledger.rows) == [gone]
    assert ledger.rows[gone].outcome is Outcome.UNKNOWN
    assert await closing(ledger).close_all_but("default", {"1"}) == 0


async def test_the_moment_of_the_end_is_the_first_that_was_noted(ledger: MemoryLedger) -> None:
    await ledger.record(LEG, CallGone(CALL, at(70)))
    await closing(ledger).close_gone(CALL)
    facts = await ledger.facts_of(CALL)
    assert facts is not None
    assert facts.gone == CallGone(CALL, at(70))
