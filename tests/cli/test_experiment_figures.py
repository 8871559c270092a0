"""``ivr kpi experiment KEY`` as a user has it: a simulated centre imported, read, and asked for wrongly."""

import csv
import json

from .conftest import CommandLine


def test_a_simulated_experiment_is_reported_in_every_form(ivr: CommandLine) -> None:
    size = ("--agents", "20", "--calls", "100")
    ivr("simulate", "--scenario", "S1", *size, "--seed", "1", "--out", "c.csv", "--truth", "t.json").ok()
    ivr("import", "calls", "c.csv").ok()

    shown = ivr("kpi", "experiment", "simulated")
    text = shown.ok()
    assert "simulated: " in text
    assert "assigned, by the caller: chance fair? yes (p " in text
    assert "Against sequential-123" in text
    assert "paced-123: nothing is decided, as no rule is known" in text
    assert "its primary metric, minimum sample and stop rule are not known" in shown.err

    found = json.loads(ivr("kpi", "experiment", "simulated", "--format", "json").ok())
    assert found["terms"]["known"] is False
    assert [row["layout"] for row in found["arms"]] == ["paced-123", "reversed-123", "sequential-123", "sparse-531"]
    assert found["sample_ratio"]["mismatch"] is None
    assert found["delays"][2]["against_shortest"]["hi"] < 0
    reversed_layout = found["arms"][1]["against_reference"]
    assert reversed_layout["top_box"]["method"] == "newcombe_hybrid_score"
    assert reversed_layout["lee_top_box"]["bounds"][0] <= reversed_layout["top_box"]["estimate"]

    rows = list(csv.DictReader(ivr("kpi", "experiment", "simulated", "--format", "csv").ok().splitlines()))
    assert len(rows) == 4
    assert sum(int(row["assigned"]) for row in rows) == found["handled"]
    one = ivr("kpi", "experiment", "simulated", "--queue", "billing", "--to", "2026-03-20")
    assert "nothing is concluded: these are not all of its calls" in one.ok()

    unknown = ivr("kpi", "experiment", "simulate").refused()
    assert unknown == "ivr: simulate: no experiment and no call has this key; name one of default, simulated\n"


def test_a_defined_experiment_without_calls_says_so(ivr: CommandLine) -> None:
    told = ivr("kpi", "experiment", "default")
    assert "default: 0 calls; decided by top-box, 1,000 ratings of each layout" in told.ok()
    assert "no counted call carries this experiment here" in told.err
    assert "its terms are not locked" in told.err
    assert "'from' is 'soon', no date" in ivr("kpi", "experiment", "default", "--from", "soon").refused()
    assert ivr("kpi", "experiment").code == 2
