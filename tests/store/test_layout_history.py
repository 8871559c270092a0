"""What pages read of the history of layouts and experiments, on both databases."""

from dataclasses import replace
from datetime import timedelta

from ivr.domain.allocation_spans import AllocationSpan
from ivr.domain.experiment_lock import DecisionKind, ExperimentDecision
from ivr.domain.experiments import Experiment, PrimaryMetric, StopRule, Stratum, Unit
from ivr.domain.lifecycle import LayoutDecision, NotedVersion, State, Step
from ivr.store.allocations import SqlAllocations
from ivr.store.database import Database
from ivr.store.experiment_decisions import SqlExperimentDecisions
from ivr.store.layout_history import SqlExperimentLog, SqlLayoutHistory
from ivr.store.layout_versions import SqlLayoutVersions
from ivr.store.writer import Writer

from .samples import START

TRIAL = Experiment(
    key="trial",
    salt="trial-1",
    unit=Unit.CALLER,
    strata=(
        Stratum("*", {"plain": 0.6, "paced": 0.4}, {0.0: 0.9, 2.0: 0.1}),
        Stratum("north", {"plain": 1.0}, {0.0: 1.0}),
    ),
    primary_metric=PrimaryMetric.TOP_BOX,
    minimum_sample=100,
    stop_rule=StopRule.NONE,
    control="plain",
)


async def test_allocations_are_told_from_when_to_when(database: Database, writer: Writer) -> None:
    history = SqlLayoutHistory(database)
    assert await history.allocations() == []
    noted = SqlAllocations(writer)
    stopped = START + timedelta(days=2)
    await noted.note([TRIAL], START)
    await noted.note([replace(TRIAL, stopped_at=stopped)], stopped)
    assert await history.allocations() == [
        AllocationSpan("trial", "*", START, stopped, {"paced": 0.4, "plain": 0.6}, {0.0: 0.9, 2.0: 0.1}),
        AllocationSpan("trial", "north", START, None, {"plain": 1.0}, {0.0: 1.0}),
        AllocationSpan("trial", "*", stopped, None, {"plain": 1.0}, {0.0: 1.0}),
    ]


async def test_versions_and_decisions_are_read_without_a_writer(database: Database, writer: Writer) -> None:
    versions = SqlLayoutVersions(database, writer)
    await versions.note(NotedVersion("plain", "v1", "en", 'key = "plain"', {}, (), START))
    steps = (Step.DRAFTED, Step.CHECKED, Step.PUBLISHED)
    await versions.decide(*(LayoutDecision("plain", "v1", START, "ada", step) for step in steps))
    history = SqlLayoutHistory(database)
    (standing,) = await history.standings("plain")
    assert (standing.version, standing.state) == ("v1", State.PUBLISHED)
    assert [each.step for each in await history.decisions("plain")] == list(steps)
    assert await history.standings("other") == []


async def test_the_log_of_experiments_is_read_without_a_writer(database: Database, writer: Writer) -> None:
    await SqlExperimentDecisions(database, writer).add(
        ExperimentDecision("trial", START, "ada", DecisionKind.STARTED, definition="{}")
    )
    log = SqlExperimentLog(database)
    assert [(each.experiment, each.decision) for each in await log.of()] == [("trial", DecisionKind.STARTED)]
    assert await log.of("other") == []
