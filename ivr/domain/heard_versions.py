"""The versions that an experiment lets callers hear, as its log has them: a layout may be changed, never in silence.

A change of a layout does not end an experiment, since a recording that was made anew must not keep a service from
starting. It is a change of what is compared all the same, so the log says when it was, and counts begin anew there.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from ivr.domain.experiment_lock import VERSIONS_NOTED, DecisionKind, ExperimentDecision
from ivr.domain.experiments import Experiment


def noted_versions(decisions: Sequence[ExperimentDecision]) -> Mapping[str, str]:
    """Return the version of each layout that was last noted; nothing where no service has noted any yet."""
    last = next((each for each in reversed(decisions) if each.decision in VERSIONS_NOTED), None)
    versions: dict[str, str] = {} if last is None or last.definition is None else json.loads(last.definition)
    return versions


def change_of(
    experiment: Experiment, decisions: Sequence[ExperimentDecision], heard: Mapping[str, str], *, at: datetime, who: str
) -> ExperimentDecision | None:
    """Return what the log has to be told now that callers can hear ``heard``; None where it knows.

    ``experiment`` is as it stands. One that was stopped gives its control alone; its other arms are left as they were.
    """
    noted = noted_versions(decisions)
    now = dict(heard) if experiment.stopped_at is None else {**noted, **heard}
    if now == noted:
        return None
    definition = json.dumps(now, sort_keys=True, separators=(",", ":"))
    if not noted:
        kind, told = DecisionKind.LAYOUTS_NOTED, [f"{key} {now[key]}" for key in sorted(now)]
    else:
        changed = [key for key in sorted(noted.keys() | now.keys()) if noted.get(key) != now.get(key)]
        kind = DecisionKind.LAYOUT_CHANGED
        told = [f"{key} {noted.get(key, 'none')} -> {now.get(key, 'none')}" for key in changed]
    return ExperimentDecision(experiment.key, at, who, kind, ", ".join(told), definition)


def changed_at(decisions: Sequence[ExperimentDecision]) -> datetime | None:
    """Return when a layout was last changed; None where none was."""
    return max((each.at for each in decisions if each.decision is DecisionKind.LAYOUT_CHANGED), default=None)
