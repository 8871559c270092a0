"""Run an experiment: start it with its definition locked, stop it for good, and keep what was decided."""

from datetime import datetime

from ivr.domain.experiment_lock import (
    STOPS,
    DecisionKind,
    ExperimentDecision,
    as_it_stands,
    definition_of,
    require_unchanged,
)
from ivr.domain.experiments import Experiment
from ivr.errors import ExperimentRefused
from ivr.usecases.ports import Clock, ExperimentDecisions


class RunExperiment:
    """Starts and stops experiments; what it decides is only ever added to the log."""

    def __init__(self, decisions: ExperimentDecisions, clock: Clock) -> None:
        self._decisions = decisions
        self._clock = clock

    async def start(self, experiment: Experiment, *, who: str, reason: str | None = None) -> Experiment:
        """Return ``experiment`` as it stands in the log; started now by ``who`` where it is not there yet.

        One that has been stopped stays so: whoever is assigned gets its control layout.

        Raises:
            ExperimentRefused: it is not what it was when it was started.
        """
        await self._add_start(experiment, who, reason)
        # Read after the start: of two services at once, one has started it and the other must find its definition.
        decisions = await self._decisions.of(experiment.key)
        require_unchanged(experiment, decisions)
        return as_it_stands(experiment, decisions)

    async def start_anew(self, experiment: Experiment, *, who: str, reason: str | None = None) -> Experiment:
        """Start ``experiment``, which must not have been started before; raises ExperimentRefused.

        Of several who start it at once one does; the others are refused like whoever comes later.
        """
        decisions = await self._decisions.of(experiment.key)
        if not decisions and await self._add_start(experiment, who, reason):
            return as_it_stands(experiment, await self._decisions.of(experiment.key))
        decisions = await self._decisions.of(experiment.key)
        stopped = next((each for each in decisions if each.decision in STOPS), None)
        if stopped is not None:
            raise ExperimentRefused(
                f"experiment {experiment.key} was stopped ({_when(stopped)}) and a stopped one is not used again; "
                "write it anew, with a new key and a new salt, and start that"
            )
        require_unchanged(experiment, decisions)
        raise ExperimentRefused(
            f"experiment {experiment.key} has been started already ({_when(decisions[0])}); nothing is left to do"
        )

    async def stop(self, key: str, *, who: str, reason: str | None = None) -> datetime:
        """Stop the experiment ``key`` for good, and return when; from then on everybody gets its control layout.

        Raises:
            ExperimentRefused: it was never started, or has been stopped already.
        """
        stopped = ExperimentDecision(key, self._clock(), who, DecisionKind.STOPPED, reason)
        decisions = await self._decisions.of(key)
        if not any(each.decision is DecisionKind.STARTED for each in decisions):
            raise ExperimentRefused(
                f"experiment {key} has not been started, so nothing is to stop; see `ivr experiments list`"
            )
        if not await self._decisions.add(stopped):
            earlier = next(each for each in await self._decisions.of(key) if each.decision in STOPS)
            raise ExperimentRefused(
                f"experiment {key} has been stopped already ({_when(earlier)}); see `ivr experiments decisions {key}`"
            )
        return stopped.at

    async def _add_start(self, experiment: Experiment, who: str, reason: str | None) -> bool:
        definition = definition_of(experiment)
        return await self._decisions.add(
            ExperimentDecision(experiment.key, self._clock(), who, DecisionKind.STARTED, reason, definition)
        )


def _when(decision: ExperimentDecision) -> str:
    return f"{decision.at:%Y-%m-%d %H:%M} UTC, {decision.who}"
