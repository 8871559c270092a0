"""What an experiment's log is told of the versions that callers hear: first all of them, then each change."""

import json
from dataclasses import replace
from datetime import timedelta

from ivr.domain.experiment_lock import DecisionKind, ExperimentDecision
from ivr.domain.heard_versions import change_of, changed_at, noted_versions
from tests.specimens import NOON, experiment

TRIAL = replace(experiment(), key="trial", started_at=NOON)
STARTED = ExperimentDecision("trial", NOON, "Ada", DecisionKind.STARTED, None, "{}")


def test_the_first_versions_are_noted_and_every_change_is() -> None:
    assert noted_versions([STARTED]) == {}
    log, later = [STARTED], NOON
    steps = (
        {"b": "1", "a": "1"},
        {"a": "1", "b": "1"},
        {"a": "2", "b": "1"},
        {"a": "1", "c": "7"},
    )
    for heard in steps:
        change = change_of(TRIAL, log, heard, at=later, who="serve: ivr")
        log += [] if change is None else [change]
        later += timedelta(days=1)
        assert noted_versions(log) == heard
    assert [(each.decision, each.reason, each.at) for each in log[1:]] == [
        (DecisionKind.LAYOUTS_NOTED, "a 1, b 1", NOON),
        (DecisionKind.LAYOUT_CHANGED, "a 1 -> 2", NOON + timedelta(days=2)),
        (DecisionKind.LAYOUT_CHANGED, "a 2 -> 1, b 1 -> none, c none -> 7", NOON + timedelta(days=3)),
    ]
    assert changed_at(log) == NOON + timedelta(days=3)
    assert changed_at(log[:2]) is None


def test_of_a_stopped_experiment_the_arms_that_nobody_hears_are_not_told() -> None:
    noted = change_of(TRIAL, [STARTED], {"a": "1", "b": "1"}, at=NOON, who="serve: ivr")
    assert noted is not None
    stopped = replace(TRIAL, stopped_at=NOON)
    assert change_of(stopped, [STARTED, noted], {"a": "1"}, at=NOON, who="serve: ivr") is None
    change = change_of(stopped, [STARTED, noted], {"a": "2"}, at=NOON, who="serve: ivr")
    assert change is not None
    assert change.reason == "a 1 -> 2"
    assert json.loads(change.definition or "") == {"a": "2", "b": "1"}
