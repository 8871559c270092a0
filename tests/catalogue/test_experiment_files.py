"""Experiment files: each fault is told with its file, its line, its key and what to write."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ivr.catalogue.experiments import active_experiment, check_experiments, load_experiments
from ivr.catalogue.layouts import load_layouts
from ivr.domain.experiments import Unit
from ivr.errors import ExperimentRefused

from .conftest import SHIPPED_EXPERIMENTS, SHIPPED_LAYOUTS

TEXT = """\
key = "trial"
salt = "trial-1"
unit = "caller"
primary_metric = "top_box"
minimum_sample = 500
stop_rule = "none"
from = 2026-01-01T00:00:00+01:00
to = "2026-07-01T00:00:00+02:00"

[strata."*"]
layouts = { "sequential-123" = 0.5, "sparse-531" = 0.5 }
delays = { "0" = 0.9, "2.5" = 0.1 }

[strata."north/sales"]
delays = { "0" = 1 }
[strata."north/sales".layouts]
"paced-123" = 1
"""
LAYOUTS = ("paced-123", "reversed-123", "sequential-123", "sparse-531")

EDITS = {
    "a first year that is none in UTC": (
        "from = 2026-01-01T00:00:00+01:00",
        "from = 0001-01-01T00:00:00+01:00",
        "line 7: from: is in the year 1; write a year from 2 to 9998",
    ),
    "a last year that is none in UTC": (
        'to = "2026-07-01T00:00:00+02:00"',
        'to = "9999-12-31T23:59:59-02:00"',
        "line 8: to: is in the year 9999; write a year from 2 to 9998",
    ),
    "unknown layout": (
        '"sparse-531" = 0.5',
        '"sparse-513" = 0.5',
        (
            'line 11: strata."*".layouts.sparse-513: names a layout that does not exist; '
            "write sparse-531 or paced-123, or add the layout's file"
        ),
    ),
    "unknown layout in a table of its own": (
        '"paced-123" = 1',
        '"paced" = 1',
        'line 17: strata."north/sales".layouts.paced: names a layout that does not exist; write paced-123, or add',
    ),
    "shares that do not sum to 1": (
        '"sequential-123" = 0.5',
        '"sequential-123" = 0.4',
        'line 11: strata."*".layouts: layouts sum to 0.9; change them so that they sum to 1',
    ),
    "negative share": (
        "0.5, ",
        "-0.5, ",
        'line 11: strata."*".layouts: layouts: sequential-123 = -0.5; write a probability from 0 to 1',
    ),
    "delays that do not sum to 1": (
        '"2.5" = 0.1',
        '"2.5" = 0.2',
        'line 12: strata."*".delays: delays sum to 1.1; change them so that they sum to 1',
    ),
    "delay out of range": ('"2.5"', '"25"', 'line 12: strata."*".delays: delay 25; write seconds from 0 to 10'),
    "delay that is no number": (
        '"2.5"',
        '"two"',
        'line 12: strata."*".delays.two: is no number of seconds; write seconds in quotes',
    ),
    "a delay twice": ('"2.5"', '"0.0"', 'line 12: strata."*".delays."0.0": names 0 s twice; name each delay once'),
    "share in quotes": (
        '"sparse-531" = 0.5',
        '"sparse-531" = "0.5"',
        'line 11: strata."*".layouts.sparse-531: is no number; write a probability from 0 to 1, without quotes',
    ),
    "list of layouts": (
        'layouts = { "sequential-123" = 0.5, "sparse-531" = 0.5 }',
        'layouts = ["sequential-123"]',
        'line 11: strata."*".layouts: is a list; write a table of key = value',
    ),
    "no delays": (
        'delays = { "0" = 0.9, "2.5" = 0.1 }\n',
        "",
        'line 10: strata."*": delays is missing; write delays = { "0" = 1.0 }',
    ),
    "unknown key of a stratum": (
        'delays = { "0" = 0.9',
        'delay = { "0" = 0.9',
        'line 12: strata."*".delay: is no key of this table; write delays',
    ),
    "no stratum for every site": (
        'strata."*"',
        'strata."south"',
        'line 10: strata: experiment trial: no stratum "*"; add [strata."*"], it serves every other site',
    ),
    "unit": ('unit = "caller"', 'unit = "person"', "line 3: unit: is 'person'; write caller or call"),
    "empty salt": ('"trial-1"', '" "', "line 2: salt: is empty; write text in quotes"),
    "missing salt": ('salt = "trial-1"\n', "", ': salt is missing; write salt = "any text, once, and kept"'),
    "no sample": ("500", "0", "line 5: minimum_sample: is 0; write a number of ratings, at least 1"),
    "moment without an offset": (
        "2026-01-01T00:00:00+01:00",
        "2026-01-01T00:00:00",
        "line 7: from: is no date and time with an offset; write from = 2026-01-31T08:00:00+01:00, or leave it out",
    ),
    "moment that is none": ('"2026-07-01T00:00:00+02:00"', '"July"', "line 8: to: is no date and time with an"),
    "end before the start": (
        "2026-07-01",
        "2025-07-01",
        "line 8: to: is 2025-07-01T00:00:00+02:00, not after from; write a later moment, or leave it out",
    ),
    "key unlike the file's name": ('"trial"', '"other"', "line 1: key: is 'other', but the file is named trial.toml;"),
    "unknown key": ("stop_rule", "stoprule", "line 6: stoprule: is no key of this table; write stop_rule"),
    "syntax": ("500", "5oo", "line 5: is not TOML ("),
}


def place(tmp_path: Path, text: str) -> Path:
    (tmp_path / "trial.toml").write_text(text)
    return tmp_path


@pytest.mark.parametrize(("old", "new", "sentence"), EDITS.values(), ids=EDITS.keys())
def test_a_fault_is_told_with_file_line_key_and_remedy(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert TEXT.count(old) == 1
    place(tmp_path, TEXT.replace(old, new))
    with pytest.raises(ExperimentRefused) as refused:
        load_experiments(tmp_path, LAYOUTS)
    said = str(refused.value).removeprefix(f"{tmp_path}/trial.toml").removeprefix(", ")
    assert said[: len(sentence)] == sentence
    assert str(refused.value) in check_experiments(tmp_path, LAYOUTS)


def test_the_text_that_is_spoilt_is_sound(tmp_path: Path) -> None:
    trial = load_experiments(place(tmp_path, TEXT), LAYOUTS)["trial"]
    assert (trial.salt, trial.unit, trial.minimum_sample) == ("trial-1", Unit.CALLER, 500)
    assert trial.starts == datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert trial.ends == datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=2)))
    everywhere, sales = trial.strata
    assert (everywhere.name, everywhere.layouts) == ("*", {"sequential-123": 0.5, "sparse-531": 0.5})
    assert everywhere.delays == {0.0: 0.9, 2.5: 0.1}
    assert (sales.name, sales.layouts, sales.delays) == ("north/sales", {"paced-123": 1.0}, {0.0: 1.0})


def test_all_faults_are_collected_in_the_order_of_the_file(tmp_path: Path) -> None:
    spoilt = TEXT.replace("500", "0").replace('"sparse-531" = 0.5', '"x" = 0.4').replace('salt = "trial-1"\n', "")
    said = check_experiments(place(tmp_path, spoilt), LAYOUTS)
    assert [each.removeprefix(f"{tmp_path}/trial.toml").split(";")[0] for each in said] == [
        ", line 4: minimum_sample: is 0",
        ', line 10: strata."*".layouts.x: names a layout that does not exist',
        ', line 10: strata."*".layouts: layouts sum to 0.9',
        ": salt is missing",
    ]


def test_strata_are_needed(tmp_path: Path) -> None:
    place(tmp_path, TEXT[: TEXT.index("[strata")])
    with pytest.raises(ExperimentRefused, match=r'strata is missing; write \[strata\."\*"\] with layouts and delays'):
        load_experiments(tmp_path, LAYOUTS)
    place(tmp_path, TEXT[: TEXT.index("[strata")] + "strata = 5\n")
    with pytest.raises(ExperimentRefused, match="line 10: strata: is 5, a whole number; write a table"):
        load_experiments(tmp_path, LAYOUTS)


def test_missing_and_empty_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExperimentRefused, match="is no folder; create it, or set IVR_EXPERIMENTS_DIR"):
        load_experiments(tmp_path / "gone", LAYOUTS)
    with pytest.raises(ExperimentRefused, match=r"holds no experiment; put one KEY\.toml there"):
        load_experiments(tmp_path, LAYOUTS)
    assert len(check_experiments(tmp_path, LAYOUTS)) == 1


def test_the_only_experiment_or_the_named_one_is_active(tmp_path: Path) -> None:
    place(tmp_path, TEXT)
    only = load_experiments(tmp_path, LAYOUTS)
    assert active_experiment(only).key == "trial"
    (tmp_path / "second.toml").write_text(TEXT.replace('"trial"', '"second"'))
    both = load_experiments(tmp_path, LAYOUTS)
    assert active_experiment(both, "second").key == "second"
    with pytest.raises(
        ExperimentRefused, match=r"2 experiments are there \(second, trial\) .*; name it in the settings"
    ):
        active_experiment(both)
    with pytest.raises(
        ExperimentRefused, match=r"there is no experiment 'third'; name one that is there \(second, trial\)"
    ):
        active_experiment(both, "third")
    with pytest.raises(ExperimentRefused, match=r"0 experiments are there \(none\)"):
        active_experiment({})


def test_the_shipped_experiment_randomises_the_four_ratings_and_keeps_what_the_figures_need() -> None:
    layouts = load_layouts(SHIPPED_LAYOUTS)
    default = active_experiment(load_experiments(SHIPPED_EXPERIMENTS, layouts))
    assert default.unit is Unit.CALLER
    assert default.layout_keys() == {"sequential-123", "sparse-531", "reversed-123", "paced-123"}
    shares = default.stratum(None, None)
    assert all(share > 0 for share in shares.layouts.values())
    assert 0 < shares.layouts["reversed-123"] < shares.layouts["sequential-123"]
    assert 0 < sum(share for delay, share in shares.delays.items() if delay > 0) <= 0.2
