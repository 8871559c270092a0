"""The log of decisions on both databases: it grows, it is never changed, and each thing is decided once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ivr.domain.experiment_lock import DecisionKind, ExperimentDecision
from ivr.store.database import Database, open_database
from ivr.store.experiment_decisions import SqlExperimentDecisions
from ivr.store.writer import Writer

from .samples import START

STARTED = ExperimentDecision("trial", START, "Ada", DecisionKind.STARTED, "pilot", '{"salt":"a"}')
STOPPED = ExperimentDecision(
    "trial", START + timedelta(hours=1), "guardrail", DecisionKind.STOPPED_BY_GUARDRAIL, "40 %"
)


@pytest.fixture
def log(database: Database, writer: Writer) -> SqlExperimentDecisions:
    return SqlExperimentDecisions(database, writer)


async def test_decisions_come_back_in_their_order(log: SqlExperimentDecisions) -> None:
    other = replace(STARTED, experiment="other", reason=None)
    for decision in (STARTED, other, STOPPED):
        assert await log.add(decision)
    assert await log.of("trial") == [STARTED, STOPPED]
    assert await log.of() == [STARTED, other, STOPPED]
    assert await log.of("nothing") == []


async def test_each_thing_is_decided_once(log: SqlExperimentDecisions) -> None:
    ramped = replace(STARTED, decision=DecisionKind.RAMPED, reason="share 0.1", definition=None)
    once = [
        STARTED,
        ramped,
        replace(ramped, reason="share 0.5"),
        STOPPED,
        replace(STARTED, decision=DecisionKind.ENDED),
    ]
    for decision in once:
        assert await log.add(decision)
    for decision in once:
        assert not await log.add(replace(decision, at=START + timedelta(days=9), who="Bob"))
    assert not await log.add(replace(STOPPED, decision=DecisionKind.STOPPED))
    assert await log.of() == once


async def test_versions_are_noted_whenever_they_differ_from_the_last(log: SqlExperimentDecisions) -> None:
    def noted(versions: str, kind: DecisionKind = DecisionKind.LAYOUT_CHANGED) -> ExperimentDecision:
        return replace(STARTED, decision=kind, reason="told", definition=versions)

    first, changed = noted('{"a":"1"}', DecisionKind.LAYOUTS_NOTED), noted('{"a":"2"}')
    back = noted('{"a":"1"}')
    for decision in (first, changed, back, changed):
        assert await log.add(decision)
        assert not await log.add(replace(decision, who="another service"))
    assert await log.of() == [first, changed, back, changed]


async def test_two_services_at_once_start_an_experiment_once(
    database: Database, url: str, log: SqlExperimentDecisions
) -> None:
    beside = open_database(url)
    async with Writer(beside) as writer:
        other = SqlExperimentDecisions(beside, writer)
        added = await asyncio.gather(*(each.add(STARTED) for each in (log, other) * 10))
    beside.close()
    assert sum(added) == 1
    assert await log.of() == [STARTED]


CHANGES = {
    "sqlite": (
        "INSERT OR REPLACE INTO experiment_decisions SELECT id, experiment, at, 'Eve', decision, reason, definition "
        "FROM experiment_decisions"
    ),
    "postgresql": "TRUNCATE experiment_decisions",
}


@pytest.mark.parametrize(
    "change", ["UPDATE experiment_decisions SET who = 'Eve'", "DELETE FROM experiment_decisions", ""]
)
async def test_the_database_itself_refuses_a_change(
    database: Database, log: SqlExperimentDecisions, change: str
) -> None:
    await log.add(STARTED)
    change = change or CHANGES[database.dialect]
    with pytest.raises(DBAPIError, match="only ever added to"), database.engine.begin() as connection:
        connection.execute(text(change))
    assert await log.of() == [STARTED]
