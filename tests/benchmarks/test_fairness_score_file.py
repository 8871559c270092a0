"""The score file: a stopped run goes on where it was, and scores of another program are not taken."""

from pathlib import Path

import pytest

from benchmarks.fairness import score_file
from benchmarks.fairness.score_file import Key, ScoreFile

ONE, TWO = (Key("S1", 200, 300.0, seed, "commands") for seed in (100, 101))


def test_scores_are_there_again_after_a_stop(tmp_path: Path) -> None:
    path = tmp_path / "build" / "scores.jsonl"
    ScoreFile(path).add(ONE, {"corrected.bias": 0.1, "corrected.tau": None})
    again = ScoreFile(path)
    assert again.get(ONE) == {"corrected.bias": 0.1, "corrected.tau": None}
    assert again.get(TWO) is None
    again.add(TWO, {"corrected.bias": 0.2})
    assert [ScoreFile(path).get(key) is None for key in (ONE, TWO)] == [False, False]
    assert ScoreFile(path, fresh=True).get(ONE) is None


@pytest.mark.parametrize("other", [("S2", 200, 300.0, 100), ("S1", 20, 300.0, 100), ("S1", 200, 60.0, 100)])
def test_what_was_run_otherwise_is_something_else(tmp_path: Path, other: tuple[str, int, float, int]) -> None:
    known = ScoreFile(tmp_path / "scores.jsonl")
    known.add(ONE, {"corrected.bias": 0.1})
    assert known.get(Key(*other, "commands")) is None
    assert known.get(Key("S1", 200, 300.0, 100, "in process")) is None


def test_scores_of_another_state_of_the_program_are_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scores.jsonl"
    ScoreFile(path).add(ONE, {"corrected.bias": 0.1})
    monkeypatch.setattr(score_file, "state_of_program", lambda: "another")
    assert ScoreFile(path).get(ONE) is None
