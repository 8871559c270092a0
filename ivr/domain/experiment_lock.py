"""The lock of an experiment: what was decided of it, and that nobody changes it while it runs.

A metric, a sample or an allocation that is chosen after the data have been seen proves nothing. So the whole
definition is kept with the decision to start, and another one under the same key is refused from then on.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ivr.domain.experiments import Experiment, Stratum
from ivr.errors import ExperimentRefused


class DecisionKind(StrEnum):
    """What can be decided of an experiment."""

    STARTED = "started"
    RAMPED = "ramped"
    STOPPED = "stopped"
    STOPPED_BY_GUARDRAIL = "stopped_by_guardrail"
    ENDED = "ended"
    LAYOUTS_NOTED = "layouts_noted"
    LAYOUT_CHANGED = "layout_changed"


VERSIONS_NOTED = frozenset({DecisionKind.LAYOUTS_NOTED, DecisionKind.LAYOUT_CHANGED})
"""What tells the versions that callers can hear; ``definition`` holds them, by layout."""
STOPS = frozenset({DecisionKind.STOPPED, DecisionKind.STOPPED_BY_GUARDRAIL})


@dataclass(frozen=True, slots=True)
class ExperimentDecision:
    """One entry of the log: ``who`` is a person or the service; ``definition`` is JSON: the experiment, or versions."""

    experiment: str
    at: datetime
    who: str
    decision: DecisionKind
    reason: str | None = None
    definition: str | None = None

    def __post_init__(self) -> None:
        for name, text in (("--by", self.who), ("--reason", self.reason)):
            if text is not None and (not text.strip() or not text.isprintable()):
                raise ExperimentRefused(f"{name} is {text!r}; write it in words, in one line")


def definition_of(experiment: Experiment) -> str:
    """Return the whole of what is locked as canonical JSON: the same experiment gives the same text."""
    whole: dict[str, Any] = {
        "salt": experiment.salt,
        "unit": experiment.unit,
        "primary_metric": experiment.primary_metric,
        "minimum_sample": experiment.minimum_sample,
        "stop_rule": experiment.stop_rule,
        "from": _moment(experiment.starts),
        "to": _moment(experiment.ends),
        "control": experiment.control_layout,
        "queues": sorted(experiment.queues) or None,
        "holdout": experiment.holdout or None,
        "ramp": [{"from": _moment(step.starts), "share": step.share} for step in experiment.ramp] or None,
        "guardrail": asdict(experiment.guardrail),
        "consents": {name: asdict(consent) for name, consent in experiment.consents.items()} or None,
        "strata": {stratum.name: _stratum(stratum) for stratum in experiment.strata},
    }
    # What is not made use of is left out, so that a feature that comes one day changes nothing that runs.
    used = {name: value for name, value in whole.items() if value is not None}
    return json.dumps(used, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def as_it_stands(experiment: Experiment, decisions: Sequence[ExperimentDecision]) -> Experiment:
    """Return ``experiment`` with what the log says of its start and its stop."""
    started = _first(decisions, {DecisionKind.STARTED})
    stopped = _first(decisions, STOPS)
    return replace(
        experiment,
        started_at=None if started is None else started.at,
        stopped_at=None if stopped is None else stopped.at,
    )


def require_unchanged(experiment: Experiment, decisions: Sequence[ExperimentDecision]) -> None:
    """Refuse an experiment that is not what it was at its start; raises ExperimentRefused."""
    started = _first(decisions, {DecisionKind.STARTED})
    if started is None or started.definition is None:
        return
    changed = next(_differences(json.loads(started.definition), json.loads(definition_of(experiment))), None)
    if changed is None:
        return
    place, was, now = changed
    key = experiment.key
    if _first(decisions, STOPS) is None:
        remedy = f"stop it with `ivr experiments stop {key} --by NAME` and write the change under a new key"
    else:
        remedy = "it has been stopped, so write the change under a new key"
    raise ExperimentRefused(
        f"{key}.toml: {place} is {now}, and was {was} when the experiment was started "
        f"({started.at:%Y-%m-%d %H:%M} UTC, {started.who}); write {was} again, or {remedy}"
    )


def _first(
    decisions: Sequence[ExperimentDecision], kinds: frozenset[DecisionKind] | set[DecisionKind]
) -> ExperimentDecision | None:
    return next((each for each in decisions if each.decision in kinds), None)


def _differences(was: Mapping[str, Any], now: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield what differs, by the order of the keys, each with its old and its new value as JSON."""
    for name in sorted(was.keys() | now.keys()):
        old, new = was.get(name), now.get(name)
        spelled = f"{place}.{name}" if place else name
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(old, new, spelled)
        elif old != new:
            yield spelled, _shown(old), _shown(new)


def _shown(value: object) -> str:
    return "absent" if value is None else json.dumps(value)


def _stratum(stratum: Stratum) -> dict[str, Any]:
    arms: dict[str, dict[str, float]] = {
        "layouts": dict(stratum.layouts),
        "delays": {f"{delay:g}": share for delay, share in stratum.delays.items()},
        "invitations": dict(stratum.invitations),
        "scripts": dict(stratum.scripts),
    }
    used = {kind: {arm: float(share) for arm, share in shares.items()} for kind, shares in arms.items() if shares}
    return used if stratum.control is None else {**used, "control": stratum.control}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
