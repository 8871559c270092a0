"""The experiment in the service: locked at the start, and what another process decides is followed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.bootstrap import parts
from ivr.bootstrap.experiment_watch import started_experiment, watching_experiment
from ivr.domain.calls import CallId, HandledCall
from ivr.domain.experiment_lock import DecisionKind
from ivr.domain.outcomes import Outcome
from ivr.errors import ExperimentRefused
from ivr.settings import Settings
from ivr.store.experiment_decisions import SqlExperimentDecisions
from ivr.store.ledger import SqlLedger
from ivr.usecases.offering import CurrentOffering, Offering
from ivr.usecases.run_experiment import RunExperiment
from tests.specimens import experiment

TRIAL = replace(experiment({"sequential-123": 0.5, "paced-123": 0.5}), key="trial", control="sequential-123")


@dataclass
class Meter:
    stopped: bool | None = None

    def experiment_stopped(self, *, stopped: bool) -> None:
        self.stopped = stopped


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'ivr.db'}")


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_a_start_locks_and_a_change_is_refused(settings: Settings) -> None:
    async with parts.opened_store(settings) as store:
        first = await started_experiment(TRIAL, store, who="serve: ivr")
        assert first.started_at is not None
    async with parts.opened_store(settings) as store:
        assert await started_experiment(TRIAL, store, who="serve: ivr") == first
        with pytest.raises(ExperimentRefused, match=r"trial\.toml: salt is "):
            await started_experiment(replace(TRIAL, salt="other"), store, who="Eve")


async def test_a_stop_by_hand_is_followed(settings: Settings) -> None:
    meter = Meter()
    async with parts.opened_store(settings) as store, parts.opened_store(settings) as elsewhere:
        offering = CurrentOffering(Offering(await started_experiment(TRIAL, store, who="serve: ivr"), {}))
        async with watching_experiment(offering, store, meter, look_seconds=0.02):
            await until(lambda: meter.stopped is False)
            by_hand = RunExperiment(SqlExperimentDecisions(elsewhere.database, elsewhere.writer), parts.now)
            stopped_at = await by_hand.stop("trial", who="Ada", reason="enough")
            await until(lambda: meter.stopped is True)
            assert offering().experiment.stopped_at == stopped_at
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert "experiment" not in names


async def test_hang_ups_in_the_ledger_stop_it(settings: Settings) -> None:
    async with parts.opened_store(settings) as store:
        running = await started_experiment(TRIAL, store, who="serve: ivr")
        ledger, now = SqlLedger(store.database, store.writer), datetime.now(UTC)
        rows = [
            HandledCall(
                CallId("default", f"1.{number}"),
                now,
                Outcome.LEFT_IN_INTRO if number % 2 else Outcome.RATED,
                queue="sales",
                experiment="trial",
                layout="paced-123" if number % 2 else "sequential-123",
                delay_seconds=0.0,
            )
            for number in range(600)
        ]
        await asyncio.gather(*(ledger.close(row) for row in rows))
        meter, offering = Meter(), CurrentOffering(Offering(running, {}))
        async with watching_experiment(offering, store, meter, look_seconds=0.02):
            await until(lambda: meter.stopped is True)
        log = await SqlExperimentDecisions(store.database, store.writer).of("trial")
    assert [each.decision for each in log] == [DecisionKind.STARTED, DecisionKind.STOPPED_BY_GUARDRAIL]
    assert log[1].reason is not None
    assert log[1].reason.startswith(
        "hang-ups of layout paced-123: 100.0 % of 300 calls; of layout sequential-123: 0.0 %"
    )
