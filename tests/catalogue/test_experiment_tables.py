"""Experiment files: rules, queues, ramp, guardrail, invitations; each fault with its line and what to write."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.catalogue.experiments import active_experiment, check_experiments, load_experiments
from ivr.catalogue.layouts import load_layouts
from ivr.domain.consents import Consent
from ivr.domain.experiment_cautions import cautions
from ivr.domain.experiments import PrimaryMetric, RampStep, StopRule
from ivr.domain.guardrails import Guardrail

from .conftest import SHIPPED_EXPERIMENTS, SHIPPED_LAYOUTS

TEXT = """\
key = "trial"
salt = "trial-1"
unit = "call"
primary_metric = "win_probability"
minimum_sample = 500
stop_rule = "fixed_sample"
control = "sequential-123"
queues = ["support", "sales"]
holdout = 0.1

[[ramp]]
from = 2026-01-05T08:00:00+01:00
share = 0.2

[[ramp]]
from = "2026-01-12T08:00:00+01:00"
share = 0.9

[guardrail]
hang_up_rise = 0.2
fault_rise = 0.03
minimum = 400

[consent."stay-on-the-line"]
yes = "1"
no = "2"
seconds = 5

[strata."*"]
layouts = { "sequential-123" = 0.9, "reversed-123" = 0.1 }
delays = { "0" = 0.9, "2.5" = 0.1 }
invitations = { "none" = 0.5, "stay-on-the-line" = 0.5 }
scripts = { "none" = 0.7, "be-kind" = 0.3 }
control = "reversed-123"
"""
LAYOUTS = ("paced-123", "reversed-123", "sequential-123", "sparse-531")
PROMPTS = ("thanks", "stay-on-the-line", "be-kind")

EDITS = {
    "metric": (
        '"win_probability"',
        '"mean"',
        "line 4: primary_metric: is 'mean'; write top_box, top_two_box, response_rate or win_probability",
    ),
    "stop rule": (
        '"fixed_sample"',
        '"whenever"',
        "line 6: stop_rule: is 'whenever'; write none, fixed_sample or confidence_sequence",
    ),
    "control": (
        'control = "sequential-123"',
        'control = "sequential"',
        "line 7: control: is 'sequential', which is no layout here; write sequential-123, or add the layout's file",
    ),
    "control of a stratum": (
        'control = "reversed-123"',
        'control = "reverse"',
        "line 34: strata.\"*\".control: is 'reverse', which is no layout here; write reversed-123, or add the layout's",
    ),
    "queues": ('["support", "sales"]', '"support"', "line 8: queues: is 'support', text; write a list of texts"),
    "holdout": ("0.1\n\n[[ramp]]", "1.0\n\n[[ramp]]", "line 9: holdout: experiment trial: holdout is 1; write a share"),
    "holdout in quotes": (
        "holdout = 0.1",
        'holdout = "0.1"',
        "line 9: holdout: is '0.1', text; write a number without",
    ),
    "ramp and holdout": (
        "share = 0.9",
        "share = 0.95",
        "line 17: ramp[2].share: experiment trial: ramp to 0.95 and holdout 0.1 are more than 1; lower one of them",
    ),
    "ramp down": (
        "share = 0.2",
        "share = 0.9",
        "line 17: ramp[2].share: experiment trial: ramp goes from 0.9 to 0.9; let each share be larger than the last",
    ),
    "ramp back in time": (
        "2026-01-12",
        "2026-01-02",
        "line 16: ramp[2].from: experiment trial: ramp step is not after the one before; write the steps in their",
    ),
    "ramp without a moment": (
        "from = 2026-01-05T08:00:00+01:00\n",
        "",
        "line 11: ramp[1]: from is missing; write from = 2026-01-31T08:00:00+01:00",
    ),
    "ramp without a share": ("share = 0.2\n", "", "line 11: ramp[1]: share is missing; write share = 0.1"),
    "unknown key of a step": (
        "share = 0.2\n",
        "part = 0.2\nshare = 0.2\n",
        "line 13: ramp[1].part: is no key of this table; leave it out, or write one of from, share",
    ),
    "guardrail of nothing": (
        "hang_up_rise = 0.2",
        "hang_up_rise = 0",
        "line 20: guardrail.hang_up_rise: is 0; write a proportion above 0 and below 1, 0.1 for 10 points",
    ),
    "guardrail in points": ("0.03", "3", "line 21: guardrail.fault_rise: is 3; write a proportion above 0 and below 1"),
    "guardrail at once": ("400", "0", "line 22: guardrail.minimum: is 0; write a number of calls, at least 1"),
    "unknown key of the guardrail": ("fault_rise", "faults_rise", "line 21: guardrail.faults_rise: is no key of this"),
    "consent on one key": (
        'no = "2"',
        'no = "1"',
        "line 24: consent.stay-on-the-line: yes and no are both 1; give each",
    ),
    "consent of nothing": (
        '[consent."stay-on-the-line"]',
        '[consent."be-kind"]',
        "line 24: consent.be-kind: experiment trial: consent of be-kind, which no stratum invites with; name an",
    ),
    "unknown invitation": (
        '"stay-on-the-line" = 0.5 }',
        '"stay-on-line" = 0.5 }',
        'line 32: strata."*".invitations.stay-on-line: names a prompt that does not exist; write stay-on-the-line, or',
    ),
    "unknown script": (
        '"be-kind" = 0.3',
        '"xyz" = 0.3',
        'line 33: strata."*".scripts.xyz: names a prompt that does not exist; write "none" for nothing, or add it',
    ),
    "invitations that do not sum to 1": (
        '{ "none" = 0.5, "stay',
        '{ "none" = 0.4, "stay',
        'line 32: strata."*".invitations: invitations sum to 0.9; change them so that they sum to 1',
    ),
    "no place": (
        'strata."*"',
        'strata."a/b/c"',
        'line 29: strata."a/b/c": is no place; write site, site/queue, */queue',
    ),
}


def place(tmp_path: Path, text: str) -> Path:
    (tmp_path / "trial.toml").write_text(text)
    return tmp_path


@pytest.mark.parametrize(("old", "new", "sentence"), EDITS.values(), ids=EDITS.keys())
def test_a_fault_is_told_with_file_line_key_and_remedy(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert TEXT.count(old) == 1
    said = check_experiments(place(tmp_path, TEXT.replace(old, new)), LAYOUTS, PROMPTS)
    assert f"{tmp_path}/trial.toml, {sentence}" in [each[: len(f"{tmp_path}/trial.toml, {sentence}")] for each in said]


def test_the_text_that_is_spoilt_is_sound(tmp_path: Path) -> None:
    assert check_experiments(place(tmp_path, TEXT), LAYOUTS, PROMPTS) == []
    trial = load_experiments(tmp_path, LAYOUTS, PROMPTS)["trial"]
    assert (trial.primary_metric, trial.stop_rule) == (PrimaryMetric.WIN_PROBABILITY, StopRule.FIXED_SAMPLE)
    assert (trial.control, trial.queues, trial.holdout) == ("sequential-123", ("support", "sales"), 0.1)
    assert trial.ramp == (
        RampStep(datetime(2026, 1, 5, 7, tzinfo=UTC), 0.2),
        RampStep(datetime(2026, 1, 12, 7, tzinfo=UTC), 0.9),
    )
    assert trial.guardrail == Guardrail(hang_up_rise=0.2, fault_rise=0.03, minimum=400)
    assert trial.consents == {"stay-on-the-line": Consent("1", "2", 5)}
    (everywhere,) = trial.strata
    assert everywhere.invitations == {"none": 0.5, "stay-on-the-line": 0.5}
    assert everywhere.control == "reversed-123"
    assert everywhere.scripts == {"none": 0.7, "be-kind": 0.3}


def test_prompts_are_not_checked_where_nobody_knows_them(tmp_path: Path) -> None:
    assert load_experiments(place(tmp_path, TEXT), LAYOUTS)["trial"].strata[0].scripts


SHORT = """\
key = "trial"
salt = "trial-1"
unit = "caller"
primary_metric = "top_box"
minimum_sample = 1000
stop_rule = "hang_ups_rise"
[strata."*"]
layouts = { "sequential-123" = 1 }
delays = { "0" = 1 }
"""


def test_a_file_from_before_the_guardrail_still_reads(tmp_path: Path) -> None:
    trial = load_experiments(place(tmp_path, SHORT), LAYOUTS)["trial"]
    assert (trial.stop_rule, trial.guardrail, trial.ramp, trial.queues) == (StopRule.NONE, Guardrail(), (), ())


def test_the_shipped_experiment_gives_no_reason_for_caution() -> None:
    layouts = load_layouts(SHIPPED_LAYOUTS)
    default = active_experiment(load_experiments(SHIPPED_EXPERIMENTS, layouts))
    assert cautions(default, layouts) == ()
    assert default.stratum(None, None).layouts["reversed-123"] == 0.05
