"""The lock: the same experiment is the same text, another one is refused with what differs."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ivr.domain.consents import Consent
from ivr.domain.experiment_lock import (
    DecisionKind,
    ExperimentDecision,
    as_it_stands,
    definition_of,
    require_unchanged,
)
from ivr.domain.experiments import Experiment, PrimaryMetric, RampStep, StopRule, Stratum, Unit
from ivr.domain.guardrails import Guardrail
from ivr.errors import ExperimentRefused

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRIAL = Experiment(
    key="trial",
    salt="trial-1",
    unit=Unit.CALLER,
    strata=(
        Stratum("*", {"a": 0.5, "b": 0.5}, {0.0: 0.9, 2.5: 0.1}, {"none": 0.5, "stay": 0.5}),
        Stratum("north/sales", {"a": 1.0}, {0.0: 1.0}),
    ),
    primary_metric=PrimaryMetric.TOP_BOX,
    minimum_sample=500,
    stop_rule=StopRule.FIXED_SAMPLE,
    starts=NOON,
    ends=NOON + timedelta(days=30),
    control="a",
    queues=("support", "sales"),
    holdout=0.1,
    ramp=(RampStep(NOON, 0.1), RampStep(NOON + timedelta(days=1), 0.9)),
    consents={"stay": Consent("1", "2")},
)
STARTED = ExperimentDecision("trial", NOON, "Ada", DecisionKind.STARTED, None, definition_of(TRIAL))
STOPPED = ExperimentDecision("trial", NOON + timedelta(hours=1), "Ada", DecisionKind.STOPPED, "enough")


def test_how_a_file_is_written_does_not_matter() -> None:
    here = timezone(timedelta(hours=1))
    turned = [
        replace(
            each,
            layouts=dict(reversed(each.layouts.items())),
            delays=dict(reversed(each.delays.items())),
        )
        for each in reversed(TRIAL.strata)
    ]
    same = replace(TRIAL, strata=tuple(turned), starts=NOON.astimezone(here), queues=("sales", "support"))
    assert definition_of(same) == definition_of(TRIAL)
    assert definition_of(as_it_stands(TRIAL, [STARTED, STOPPED])) == definition_of(TRIAL)
    assert definition_of(replace(TRIAL, strata=(replace(TRIAL.strata[1], layouts={"a": 1}), TRIAL.strata[0]))) == (
        definition_of(TRIAL)
    )
    require_unchanged(same, [STARTED])


def test_the_definition_holds_everything() -> None:
    told = json.loads(definition_of(TRIAL))
    assert told["strata"]["*"] == {
        "layouts": {"a": 0.5, "b": 0.5},
        "delays": {"0": 0.9, "2.5": 0.1},
        "invitations": {"none": 0.5, "stay": 0.5},
    }
    assert told["ramp"][1] == {"from": "2026-03-03T12:00:00+00:00", "share": 0.9}
    assert told["guardrail"] == {"hang_up_rise": 0.25, "fault_rise": 0.05, "minimum": 200}
    assert told["consents"] == {"stay": {"yes": "1", "no": "2", "seconds": 4.0}}


def changed_shares(**shares: float) -> tuple[Stratum, ...]:
    return (replace(TRIAL.strata[0], layouts=shares), TRIAL.strata[1])


CHANGES = {
    "share": ({"strata": changed_shares(a=0.25, b=0.75)}, "strata.*.layouts.a is 0.25, and was 0.5 when"),
    "arm": ({"strata": changed_shares(a=0.5, c=0.5)}, "strata.*.layouts.b is absent, and was 0.5 when"),
    "a stratum's control": (
        {"strata": (TRIAL.strata[0], replace(TRIAL.strata[1], control="b"))},
        'strata.north/sales.control is "b", and was absent when',
    ),
    "delay": (
        {"strata": (replace(TRIAL.strata[0], delays={0.0: 0.9, 2.501: 0.1}), TRIAL.strata[1])},
        "strata.*.delays.2.5 is absent, and was 0.1 when",
    ),
    "stratum": ({"strata": TRIAL.strata[:1]}, "strata.north/sales is absent, and was {"),
    "salt": ({"salt": "trial-2"}, 'salt is "trial-2", and was "trial-1" when'),
    "unit": ({"unit": Unit.CALL}, 'unit is "call", and was "caller" when'),
    "metric": ({"primary_metric": PrimaryMetric.RESPONSE_RATE}, 'primary_metric is "response_rate", and was "top_box"'),
    "sample": ({"minimum_sample": 400}, "minimum_sample is 400, and was 500 when"),
    "stop rule": ({"stop_rule": StopRule.NONE}, 'stop_rule is "none", and was "fixed_sample" when'),
    "start": ({"starts": None}, 'from is absent, and was "2026-03-02T12:00:00+00:00" when'),
    "end": ({"ends": None}, "to is absent, and was "),
    "control": ({"control": "b"}, 'control is "b", and was "a" when'),
    "queues": ({"queues": ("support",)}, 'queues is ["support"], and was ["sales", "support"] when'),
    "holdout": ({"holdout": 0.05}, "holdout is 0.05, and was 0.1 when"),
    "ramp": ({"ramp": ()}, "ramp is absent, and was [{"),
    "guardrail": ({"guardrail": Guardrail(minimum=500)}, "guardrail.minimum is 500, and was 200 when"),
    "consent": ({"consents": {"stay": Consent("1", "3")}}, 'consents.stay.no is "3", and was "2" when'),
}


@pytest.mark.parametrize(("change", "sentence"), CHANGES.values(), ids=CHANGES.keys())
def test_a_running_experiment_cannot_be_edited(change: dict, sentence: str) -> None:
    edited = replace(TRIAL, **change)
    require_unchanged(edited, [])
    with pytest.raises(ExperimentRefused) as refused:
        require_unchanged(edited, [STARTED])
    said = str(refused.value)
    assert said.startswith(f"trial.toml: {sentence}")
    assert "the experiment was started (2026-03-02 12:00 UTC, Ada)" in said
    assert said.endswith("or stop it with `ivr experiments stop trial --by NAME` and write the change under a new key")
    with pytest.raises(ExperimentRefused, match=r"it has been stopped, so write the change under a new key$"):
        require_unchanged(edited, [STARTED, STOPPED])


@pytest.mark.parametrize("text", ["", " ", "Ada\n2026-03-02 12:00:00 UTC  trial  stopped by Bob", "Ada\x1b[2K"])
def test_a_decision_is_one_line_by_somebody(text: str) -> None:
    with pytest.raises(ExperimentRefused, match=r"--by is .*; write it in words, in one line"):
        replace(STOPPED, who=text)
    with pytest.raises(ExperimentRefused, match=r"--reason is .*; write it in words, in one line"):
        replace(STOPPED, reason=text)


def test_every_field_of_an_experiment_is_locked_but_its_key_and_what_the_log_says() -> None:
    fields = set(Experiment.__dataclass_fields__) - {"key", "started_at", "stopped_at"}
    assert {field for change, _ in CHANGES.values() for field in change} == fields


def test_an_experiment_stands_as_the_log_says() -> None:
    assert as_it_stands(TRIAL, []) == TRIAL
    started = as_it_stands(TRIAL, [STARTED])
    assert (started.started_at, started.stopped_at) == (NOON, None)
    by_guardrail = replace(STOPPED, decision=DecisionKind.STOPPED_BY_GUARDRAIL)
    for stop in (STOPPED, by_guardrail):
        assert as_it_stands(TRIAL, [STARTED, stop]).stopped_at == STOPPED.at
    ended = replace(STOPPED, decision=DecisionKind.ENDED)
    assert as_it_stands(TRIAL, [STARTED, ended]).stopped_at is None
