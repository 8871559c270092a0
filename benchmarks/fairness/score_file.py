"""The score file: scores of seeds that were run, a JSON line each, so that a long run can be stopped and go on.

Scores are those of one state of the program: a digest over the sources that make figures stands beside each, and those
of another state are not taken. What a run adds is written at once.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fairness.scores import Scores
from ivr.settings import HOME

_HERE = Path(__file__).resolve().parent
_MAKE_FIGURES = ("ivr/domain", "ivr/simulation", "ivr/usecases", "config")


@dataclass(frozen=True, slots=True)
class Key:
    """What was run: the generator's name, its size and the seed, by the commands or in this process."""

    generator: str
    agents: int
    mean_calls: float
    seed: int
    lane: str


class ScoreFile:
    """Scores by what was run, of the program as it is now."""

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        """Open ``path``, which may not be there yet; ``fresh`` takes none of the scores in it."""
        self._path = path
        self._state = state_of_program()
        self._known: dict[Key, Scores] = {}
        if path.exists() and not fresh:
            for line in path.read_text().splitlines():
                self._take(json.loads(line))

    def get(self, key: Key) -> Scores | None:
        """Return the scores of what was run; None where it was not, or by another state of the program."""
        return self._known.get(key)

    def add(self, key: Key, scores: Scores) -> None:
        """Keep the scores, at once."""
        self._known[key] = scores
        self._path.parent.mkdir(parents=True, exist_ok=True)
        line = {"state": self._state, "key": [getattr(key, name) for name in Key.__slots__], "scores": scores}
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def _take(self, line: dict[str, Any]) -> None:
        if line["state"] == self._state:
            self._known[Key(*line["key"])] = line["scores"]


def state_of_program() -> str:
    """Return a digest over every source that figures and scores are made by."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.relative_to(HOME).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _sources() -> Iterable[Path]:
    folders = [*(HOME / each for each in _MAKE_FIGURES), _HERE]
    return sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in {".py", ".toml"})
