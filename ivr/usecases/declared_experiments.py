"""Declared experiments: what was said before the data, as locked at the start, or as the file has it before that."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ivr.domain.experiment_lock import STOPS, DecisionKind, ExperimentDecision, definition_of
from ivr.domain.experiments import Experiment, PrimaryMetric, StopRule, Unit
from ivr.domain.guardrails import Guardrail


class ExperimentState(StrEnum):
    """How far an experiment has come. ``carried``: calls have its key, and nothing else is known of it here."""

    CARRIED = "carried"
    NOT_STARTED = "not_started"
    RUNNING = "running"
    STOPPED = "stopped"
    STOPPED_BY_GUARDRAIL = "stopped_by_guardrail"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class DeclaredStratum:
    """The shares that were declared for a stratum, 0 to 1; silences by seconds. ``control`` None: the experiment's."""

    name: str
    layouts: Mapping[str, float]
    delays: Mapping[float, float]
    control: str | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What was declared; ``definition`` is the whole of it as JSON, locked from the start on."""

    primary_metric: PrimaryMetric
    minimum_sample: int
    stop_rule: StopRule
    unit: Unit
    control: str
    holdout: float
    ramp: tuple[tuple[datetime, float], ...]
    strata: tuple[DeclaredStratum, ...]
    guardrail: Guardrail
    is_locked: bool
    definition: str


def declared_of(experiment: Experiment | None, log: Sequence[ExperimentDecision]) -> Declared | None:
    """Return what was declared: as locked at the start; before it, as the file has it; None where neither is there."""
    started = next((each for each in log if each.decision is DecisionKind.STARTED), None)
    locked = None if started is None else started.definition
    definition = locked if locked is not None else None if experiment is None else definition_of(experiment)
    if definition is None:
        return None
    whole: Mapping[str, Any] = json.loads(definition)
    return Declared(
        primary_metric=PrimaryMetric(whole["primary_metric"]),
        minimum_sample=whole["minimum_sample"],
        # What older files called a stop rule is a guardrail now.
        stop_rule=StopRule(whole["stop_rule"]) if whole["stop_rule"] in set(StopRule) else StopRule.NONE,
        unit=Unit(whole["unit"]),
        control=whole["control"],
        holdout=whole.get("holdout", 0.0),
        ramp=tuple((datetime.fromisoformat(step["from"]), step["share"]) for step in whole.get("ramp", ())),
        strata=tuple(_stratum(name, stratum) for name, stratum in whole["strata"].items()),
        guardrail=Guardrail(**whole["guardrail"]) if "guardrail" in whole else Guardrail(),
        is_locked=locked is not None,
        definition=definition,
    )


def state_of(declared: Declared | None, log: Sequence[ExperimentDecision]) -> ExperimentState:
    """Return how far an experiment has come by its log."""
    last = {each.decision for each in log}
    if DecisionKind.STOPPED_BY_GUARDRAIL in last:
        return ExperimentState.STOPPED_BY_GUARDRAIL
    if last & STOPS:
        return ExperimentState.STOPPED
    if DecisionKind.ENDED in last:
        return ExperimentState.ENDED
    if DecisionKind.STARTED in last:
        return ExperimentState.RUNNING
    return ExperimentState.CARRIED if declared is None else ExperimentState.NOT_STARTED


def moment_of(log: Sequence[ExperimentDecision], kinds: frozenset[DecisionKind] | set[DecisionKind]) -> datetime | None:
    """Return when the first decision of one of these ``kinds`` was taken; None where none was."""
    return next((each.at for each in log if each.decision in kinds), None)


def _stratum(name: str, stratum: Mapping[str, Any]) -> DeclaredStratum:
    delays = {float(delay): share for delay, share in stratum.get("delays", {}).items()}
    return DeclaredStratum(name, stratum["layouts"], delays, stratum.get("control"))
