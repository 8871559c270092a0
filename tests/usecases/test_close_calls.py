"""Closing calls: which are closed, with what they were given, or would have been given."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import pytest

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
    Leg,
    Press,
    RatingEntered,
)
from ivr.domain.do_not_ask import DoNotAskEntry
from ivr.domain.experiments import assign
from ivr.domain.layouts import Layout
from ivr.domain.outcomes import Outcome
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.keep_do_not_ask import KeepDoNotAsk
from tests.memory_ledger import LedgerFailed, MemoryDirectory, MemoryLedger
from tests.specimens import CALL, assignment, at, experiment, layout, offering, version

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
        offering=offering(TRIAL, VERSIONS),
        queues=frozenset(queues),
        clock=lambda: at(90),
    )


async def test_a_call_that_was_never_asked_gets_what_it_would_have_been_given(ledger: MemoryLedger) -> None:
    await ledger.record(CallArrived(CALL, caller="h1:ab", site="north"), LEG)
    await closing(ledger).close_gone(CALL)
    row = ledger.rows[CALL]
    given = assign(TRIAL, site="north", queue="sales", caller="h1:ab", call=str(CALL), at=at(60))
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


@pytest.mark.parametrize(
    ("played", "outcome"),
    [(VERSIONS["sequential-123"].version, Outcome.RATED), ("an-older-version", Outcome.UNKNOWN)],
)
async def test_after_a_crash_a_key_is_read_by_the_layout_that_was_played(
    ledger: MemoryLedger, played: str, outcome: Outcome
) -> None:
    await ledger.record(LEG, ENTERED, Exposure(CALL, assignment(), played, at(61)), Press(CALL, 1, "1", 900, 900))
    await closing(ledger).close_gone(CALL)
    row = ledger.rows[CALL]
    assert row.outcome is outcome
    assert [press.key for press in row.keys] == ["1"]


class Archive:
    """Knows one older version of one layout."""

    async def layout_of(self, key: str, version: str) -> Layout | None:
        return layout() if (key, version) == ("sequential-123", "an-older-version") else None


@pytest.mark.parametrize(
    ("played", "outcome"), [("an-older-version", Outcome.RATED), ("a-lost-version", Outcome.UNKNOWN)]
)
async def test_a_key_is_read_by_an_older_version_too_where_that_is_archived(
    ledger: MemoryLedger, played: str, outcome: Outcome
) -> None:
    await ledger.record(LEG, ENTERED, Exposure(CALL, assignment(), played, at(61)), Press(CALL, 1, "1", 900, 900))
    closes = CloseCalls(
        ledger=ledger,
        directory=MemoryDirectory(),
        offering=offering(TRIAL, {"paced-123": VERSIONS["paced-123"]}),
        queues=frozenset(),
        clock=lambda: at(90),
        archive=Archive(),
    )
    await closes.close_gone(CALL)
    assert ledger.rows[CALL].outcome is outcome


class Entries:
    """The do-not-ask list in memory; ``is_broken`` makes it fail."""

    def __init__(self) -> None:
        self.words: list[DoNotAskEntry] = []
        self.is_broken = False

    async def append(self, entries: Iterable[DoNotAskEntry]) -> int:
        if self.is_broken:
            raise LedgerFailed("do not ask")
        before = len(self.words)
        for entry in entries:
            last = next((word for word in reversed(self.words) if word.caller == entry.caller), None)
            if entry.changes(last):
                self.words.append(entry)
        return len(self.words) - before


def refusing(ledger: MemoryLedger, entries: Entries) -> CloseCalls:
    return CloseCalls(
        ledger=ledger,
        directory=MemoryDirectory(),
        offering=offering(TRIAL, VERSIONS),
        queues=frozenset(),
        clock=lambda: at(90),
        refusals=KeepDoNotAsk(entries, lambda: at(80)),
    )


DECLINED = Answer(CALL, PRIMARY_QUESTION, Outcome.OPTED_OUT, 1)
DECLINED_LATER = Answer(CALL, "solved-12", Outcome.OPTED_OUT, 1, version="v")
RATED = Answer(CALL, PRIMARY_QUESTION, Outcome.RATED, 1, "1", 2, 900)
KNOWN = CallArrived(CALL, caller="h1:ab")


@pytest.mark.parametrize("answers", [(DECLINED,), (RATED, DECLINED_LATER)], ids=["at first", "in a further question"])
async def test_a_refusal_that_was_lost_is_entered_when_the_call_is_closed(
    ledger: MemoryLedger, answers: tuple[Answer, ...]
) -> None:
    entries = Entries()
    await ledger.record(KNOWN, ENTERED, *answers)
    closes = refusing(ledger, entries)
    await closes.close_gone(CALL)
    await closes.close(CALL)
    assert [(word.caller, word.at, word.call) for word in entries.words] == [("h1:ab", at(60), CALL)]


@pytest.mark.parametrize(
    ("arrived", "answer"),
    [(replace(KNOWN, test=True), DECLINED), (CallArrived(CALL), DECLINED), (KNOWN, RATED)],
    ids=["a test call", "an unknown caller", "a caller who answered"],
)
async def test_nobody_else_is_entered(ledger: MemoryLedger, arrived: CallArrived, answer: Answer) -> None:
    entries = Entries()
    await ledger.record(arrived, ENTERED, answer)
    await refusing(ledger, entries).close_gone(CALL)
    assert entries.words == []


async def test_a_call_that_is_closed_anew_does_not_undo_what_the_caller_said_later(ledger: MemoryLedger) -> None:
    entries = Entries()
    await ledger.record(KNOWN, ENTERED, DECLINED)
    closes = refusing(ledger, entries)
    await closes.close_gone(CALL)
    assert await KeepDoNotAsk(entries, lambda: at(70)).withdraw(["h1:ab"], "eve") == 1
    await closes.close(CALL)
    assert [word.is_refusal for word in entries.words] == [True, False]


async def test_a_call_whose_refusal_cannot_be_entered_stays_open_until_it_can(ledger: MemoryLedger) -> None:
    entries = Entries()
    entries.is_broken = True
    await ledger.record(KNOWN, ENTERED, DECLINED)
    closes = refusing(ledger, entries)
    with pytest.raises(LedgerFailed):
        await closes.close_gone(CALL)
    assert await ledger.open_calls() == [CALL]
    entries.is_broken = False
    await closes.close_all_but("default", frozenset())
    assert ledger.rows[CALL].outcome is Outcome.OPTED_OUT
    assert len(entries.words) == 1


async def test_what_a_call_would_have_been_given_is_what_it_had_been_when_it_ended(ledger: MemoryLedger) -> None:
    """The experiment ended between the call's end and its closing."""
    await ledger.record(CallArrived(CALL, caller="h1:ab"), LEG)
    for ends, expected in ((at(61), TRIAL.key), (at(59), None)):
        closes = CloseCalls(
            ledger=ledger,
            directory=MemoryDirectory(),
            offering=offering(replace(TRIAL, ends=ends, control="sequential-123"), VERSIONS),
            queues=frozenset(),
            clock=lambda: at(90),
        )
        await closes.close_gone(CALL)
        assert ledger.rows[CALL].experiment == expected


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


async def test_a_rating_counts_for_the_agent_who_had_talked_when_it_was_given(ledger: MemoryLedger) -> None:
    """The caller goes on to a second queue after the rating."""
    afterwards = Leg(CALL, "1700000000.3", "bo", "PJSIP/bo", "support", at(70), at(90), EndedBy.CALLER, 2.0, 20.0)
    await ledger.record(CallArrived(CALL), LEG, ENTERED, afterwards)
    await closing(ledger).close_gone(CALL)
    row = ledger.rows[CALL]
    assert (row.agent, row.queue, row.team, row.talk_seconds) == ("ana", "sales", "blue", 50.0)
    assert (row.legs, row.attribution, row.ended_at) == (2, Attribution.CERTAIN, at(90))


async def test_of_two_closings_at_once_the_one_that_knows_more_stands(ledger: MemoryLedger) -> None:
    closes = closing(ledger)
    await ledger.record(CallArrived(CALL), LEG)
    slow, team_of = asyncio.Event(), closes._directory.team_of

    async def slow_once(person: str, at_moment: datetime) -> str | None:
        closes._directory.team_of = team_of  # type: ignore[method-assign]
        await slow.wait()
        return await team_of(person, at_moment)

    closes._directory.team_of = slow_once  # type: ignore[method-assign]
    first = asyncio.create_task(closes.close(CALL))
    await asyncio.sleep(0)
    await ledger.record(ENTERED, Answer(CALL, PRIMARY_QUESTION, Outcome.NO_KEY, 3))
    second = asyncio.create_task(closes.close(CALL))
    for _ in range(20):
        await asyncio.sleep(0)
    slow.set()
    await asyncio.gather(first, second)
    assert ledger.rows[CALL].outcome is Outcome.NO_KEY


async def test_calls_of_other_pbxs_are_closed_when_the_service_starts(ledger: MemoryLedger) -> None:
    here, elsewhere = CallId("default", "1"), CallId("madrid", "3")
    for call in (here, elsewhere):
        await ledger.record(RatingEntered(call, at(60), "ana", "sales", 1.0))
    await closing(ledger).close_elsewhere("default")
    assert list(ledger.rows) == [elsewhere]
