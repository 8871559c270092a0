"""The two files as a user gets them: by the command, through the real ledger, whole or not at all."""

import csv
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = ("--agents", "20", "--calls", "40")
Ivr = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def ivr(tmp_path: Path) -> Ivr:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("IVR_")},
        "IVR_DATABASE_URL": f"sqlite:///{tmp_path / 'ivr.db'}",
        "IVR_PEPPER_FILE": str(tmp_path / "pepper"),
    }

    def run(*arguments: str, largest_file: int | None = None) -> subprocess.CompletedProcess:
        def bound() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        return subprocess.run(  # noqa: PLW1510 - the exit code is what the tests look at
            [sys.executable, "-m", "ivr", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            preexec_fn=bound,
        )

    return run


def simulated(ivr: Ivr, folder: Path, name: str, *more: str) -> tuple[bytes, bytes]:
    calls, truth = folder / f"{name}.csv", folder / f"{name}.json"
    ended = ivr("simulate", *more, "--out", str(calls), "--truth", str(truth))
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    return calls.read_bytes(), truth.read_bytes()


def test_the_same_seed_gives_the_same_bytes(ivr: Ivr, tmp_path: Path) -> None:
    one = simulated(ivr, tmp_path, "one", "--scenario", "S3", "--seed", "5", *SMALL)
    assert simulated(ivr, tmp_path, "two", "--scenario", "S3", "--seed", "5", *SMALL) == one
    other = simulated(ivr, tmp_path, "other", "--scenario", "S3", "--seed", "6", *SMALL)
    assert other[0] != one[0]
    assert other[1] != one[1]


def test_an_imported_simulation_gives_the_figures_it_was_drawn_with(ivr: Ivr, tmp_path: Path) -> None:
    calls, truth_text = simulated(ivr, tmp_path, "s2", "--scenario", "S2", "--seed", "5", *SMALL)
    truth = json.loads(truth_text)
    first = ivr("import", "calls", str(tmp_path / "s2.csv"))
    assert f"{truth['calls']} added, 0 changed, 0 already there" in first.stderr, first.stderr
    second = ivr("import", "calls", str(tmp_path / "s2.csv"))
    assert f"0 added, 0 changed, {truth['calls']} already there" in second.stderr, second.stderr

    report = json.loads(ivr("kpi", "agents", "--format", "json").stdout)
    assert report["handled"] == truth["calls"]
    found = {row["agent"]: row for row in report["agents"]}
    for agent in truth["agents"]:
        row = found.pop(agent["agent"])
        assert row["handled"] == row["eligible"] == sum(row["outcomes"].values()) == agent["calls"]
        assert row["rated"] == agent["rated"]
        assert row["team"] == agent["team"]
    assert found == {}
    assert sum(layout["rated"] for layout in report["layouts"]) == truth["rated"]

    exported = ivr("export", "calls", "--format", "csv").stdout.encode()
    assert sorted(exported.splitlines()) == sorted(calls.splitlines())


def test_two_simulations_stand_in_one_ledger(ivr: Ivr, tmp_path: Path) -> None:
    total = 0
    for scenario, seed in (("S1", "1"), ("S1", "2"), ("null", "1")):
        name = f"{scenario}-{seed}"
        _, truth = simulated(ivr, tmp_path, name, "--scenario", scenario, "--seed", seed, *SMALL)
        total += json.loads(truth)["calls"]
        assert "0 changed, 0 already there" in ivr("import", "calls", str(tmp_path / f"{name}.csv")).stderr
    assert json.loads(ivr("kpi", "agents", "--format", "json").stdout)["handled"] == total


def test_the_size_can_be_chosen(ivr: Ivr, tmp_path: Path) -> None:
    calls, truth = simulated(
        ivr, tmp_path, "some", "--scenario", "small_shop", "--seed", "0", "--agents", "3", "--calls", "500"
    )
    rows = list(csv.DictReader(calls.decode().splitlines()))
    assert {row["agent"] for row in rows} == {"agent-1", "agent-2", "agent-3"}
    assert len(rows) == json.loads(truth)["calls"] > 300


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "S9", "--out", "a.csv", "--truth", "a.json"), "no scenario is named 'S9'; name one of S1, S2"),
        (("--scenario", "S1", "--out", "none/a.csv", "--truth", "a.json"), "none/a.csv cannot be written (No such"),
        (("--scenario", "S1", "--out", "a.csv", "--truth", "none/a.json"), "none/a.json cannot be written (No such"),
        (("--scenario", "S1", "--out", "a.csv", "--truth", "./a.csv"), "a.csv is to hold both the calls and the truth"),
        (
            ("--scenario", "S1", "--out", "a.csv", "--truth", "a.json", "--agents", "10000", "--calls", "1001"),
            "10000 agents with 1001 calls each are too many; draw at most 10,000,000 calls in all",
        ),
        (("--scenario", "S1", "--out", ".", "--truth", "a.json"), ". is no file; name a file"),
        (("--scenario", "S1", "--out", "/dev/null", "--truth", "a.json"), "/dev/null is no file; name a file"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence_and_leaves_nothing(
    ivr: Ivr, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ended = ivr("simulate", "--seed", "1", *SMALL, *arguments)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("ivr: ")
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [("--seed", "-1"), ("--seed", "1", "--agents", "0"), ("--seed", "1", "--calls", "3")])
def test_wrong_usage_is_told(ivr: Ivr, tmp_path: Path, wrong: tuple[str, ...]) -> None:
    ended = ivr("simulate", "--scenario", "S1", "--out", "a.csv", "--truth", "a.json", *wrong)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_until_both_files_are_whole(ivr: Ivr, tmp_path: Path) -> None:
    calls, truth = tmp_path / "a.csv", tmp_path / "a.json"
    calls.write_text("the old calls")
    truth.write_text("the old truth")
    files = ("--out", str(calls), "--truth", str(truth))
    ended = ivr("simulate", "--scenario", "S1", "--seed", "1", *SMALL, *files, largest_file=100_000)
    assert ended.returncode == 1
    assert "a.csv cannot be written whole (File too large); make room" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert (calls.read_text(), truth.read_text()) == ("the old calls", "the old truth")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.json"]
    assert ivr("simulate", "--scenario", "S1", "--seed", "1", *SMALL, *files).returncode == 0
    assert calls.read_text().startswith("call_id,")
    assert json.loads(truth.read_text())["scenario"] == "S1"
