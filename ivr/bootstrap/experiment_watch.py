"""The running experiment in the service: started with its definition locked, then looked after every minute."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import structlog

from ivr.bootstrap import parts
from ivr.domain.experiment_remarks import experiment_remarks
from ivr.domain.experiments import Experiment
from ivr.errors import IvrError
from ivr.store.allocations import SqlAllocations
from ivr.store.arm_counts import SqlArmCounts
from ivr.store.experiment_decisions import SqlExperimentDecisions
from ivr.usecases.offering import CurrentOffering
from ivr.usecases.ports import ExperimentMeter
from ivr.usecases.run_experiment import RunExperiment
from ivr.usecases.watch_guardrail import WatchGuardrail

LOOK_SECONDS = 60.0

log = structlog.get_logger(__name__)


async def started_experiment(experiment: Experiment, store: parts.Store, *, who: str) -> Experiment:
    """Return ``experiment`` as the log has it; started now, by ``who``, where it never was.

    Raises:
        ExperimentRefused: it is not what it was when it was started.
    """
    running = RunExperiment(SqlExperimentDecisions(store.database, store.writer), parts.now)
    return await running.start(experiment, who=who)


def tell_experiment(experiment: Experiment) -> None:
    """Tell the log which experiment assigns, and since when."""
    log.info(
        "experiment",
        key=experiment.key,
        started_at=_told(experiment.started_at),
        stopped_at=_told(experiment.stopped_at),
    )


async def warn_of_experiments(experiment: Experiment, store: parts.Store) -> None:
    """Warn in the log where the experiment that assigns was stopped, or another one was left running."""
    decisions = await SqlExperimentDecisions(store.database, store.writer).of()
    for remark in experiment_remarks(experiment.key, decisions):
        log.warning("experiment_remark", remark=remark)


def stopped_experiment(experiment: Experiment) -> str | None:
    """Return the remark at ``/readyz`` while the experiment that the settings name is a stopped one."""
    if experiment.stopped_at is None:
        return None
    return (
        f"experiment {experiment.key} was stopped ({experiment.stopped_at:%Y-%m-%d %H:%M} UTC), so everybody gets its "
        "control layout; set `experiment` to another one"
    )


@asynccontextmanager
async def watching_experiment(
    offering: CurrentOffering, store: parts.Store, meter: ExperimentMeter, *, look_seconds: float = LOOK_SECONDS
) -> AsyncIterator[None]:
    """Look after the offering's experiment while the block runs."""
    watch = WatchGuardrail(
        decisions=SqlExperimentDecisions(store.database, store.writer),
        counts=SqlArmCounts(store.database),
        allocations=SqlAllocations(store.writer),
        offering=offering,
        clock=parts.now,
        who="guardrail",
        meter=meter,
    )
    task = asyncio.create_task(_keep_looking(watch, look_seconds), name="experiment")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_looking(watch: WatchGuardrail, look_seconds: float) -> None:
    while True:
        try:
            await watch.look()
        except IvrError as refused:
            # Callers are asked all the same, by what was known at the last look.
            log.warning("experiment_not_watched", reason=str(refused))
        await asyncio.sleep(look_seconds)


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
