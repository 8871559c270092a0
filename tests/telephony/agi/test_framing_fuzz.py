"""The fuzzer in bounded, seeded runs: the framing stands them, they are guided by coverage, and a fault is found.

``make fuzz`` goes on for minutes. What breaks the law is written to ``hostile/`` as ``crash-...``, and read by
``test_framing_corpus.py`` from then on.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ivr.telephony.agi import framing
from tests.telephony.agi import broken_framers
from tests.telephony.agi.framing_law import LawBroken, obey
from tests.telephony.agi.fuzz_input import HOSTILE, LOW, WORDS, cut_input, lower_limits

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 300
# Linux hands the peak memory of a process on to the program it starts by fork and exec (``ru_maxrss``), and libFuzzer
# reads that peak as its own; so a small shell stands between, and the fuzzer's limit holds the fuzzer, not these tests.
FROM_A_SMALL_PROCESS = ("/bin/sh", "-c", '"$@"; exit $?', "fuzz")
STATUS = re.compile(r"#\d+\s+(INITED|DONE)\s+(?:cov: (\d+) )?(?:ft: (\d+) )?")


@dataclass(frozen=True, slots=True)
class Run:
    """How a run of the fuzzer ended. ``features`` are libFuzzer's coverage counts before and after, None without."""

    code: int
    output: str
    features: dict[str, int | None]


def fuzz(folder: Path, *seeds: Path, runs: int, options: tuple[str, ...] = (), crashes: Path | None = None) -> Run:
    """Run the fuzzer from copies of ``seeds``; new inputs go to ``folder``/new."""
    for name in ("new", "seeds"):
        (folder / name).mkdir()
    for seed in seeds:
        shutil.copy(seed, folder / "seeds")
    done = subprocess.run(
        [
            *FROM_A_SMALL_PROCESS,
            *(sys.executable, "-m", "tests.telephony.agi.fuzz_framing", *options),
            *("-seed=1", f"-runs={runs}", "-max_len=400", "-len_control=0", "-timeout=20", "-rss_limit_mb=512"),
            *(f"-dict={WORDS}", f"-artifact_prefix={crashes or folder}/", str(folder / "new"), str(folder / "seeds")),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    features = {name: int(count) if count else None for name, _, count in STATUS.findall(done.stderr)}
    return Run(done.returncode, done.stdout + done.stderr, features)


def test_the_framing_stands_a_run_from_the_whole_corpus(tmp_path: Path) -> None:
    run = fuzz(tmp_path, *HOSTILE.glob("*"), runs=10_000, crashes=HOSTILE)
    assert (run.code, "LawBroken" in run.output) == (0, False), run.output[-3000:]
    before, after = run.features["INITED"], run.features["DONE"]
    assert before is not None
    assert after is not None
    assert after > before, "nothing new was reached: is the framing instrumented?"


def test_coverage_leads_from_a_value_of_one_line_to_one_of_many_and_without_it_nothing_is_kept(tmp_path: Path) -> None:
    for name in ("guided", "blind"):
        (tmp_path / name).mkdir()
    guided = fuzz(tmp_path / "guided", HOSTILE / "value.agi", runs=6000)
    blind = fuzz(tmp_path / "blind", HOSTILE / "value.agi", runs=6000, options=("--blind",))
    assert (guided.code, blind.code) == (0, 0), guided.output[-3000:]
    values = [value for path in (tmp_path / "guided/new").iterdir() for value in values_of(path)]
    assert any("\n" in value for value in values)
    assert list((tmp_path / "blind/new").iterdir()) == []
    assert blind.features["DONE"] is None


def values_of(path: Path) -> list[str]:
    items = (item for _, item in obey(*cut_input(path.read_bytes())).items)
    return [item.value for item in items if isinstance(item, framing.Reply) and item.value is not None]


@pytest.mark.parametrize("name", ["OneLineOneReply", "DecodesEachPiece", "Impatient"])
def test_a_planted_fault_is_found_and_kept(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = (HOSTILE / "header-alone.agi", HOSTILE / "value.agi")
    run = fuzz(tmp_path, *seeds, runs=30_000, options=(f"--framer={name}",))
    assert run.code != 0
    assert "LawBroken" in run.output
    (crash,) = tmp_path.glob("crash-*")
    stream, sizes = cut_input(crash.read_bytes())
    lower_limits(framing, monkeypatch.setattr)
    with pytest.raises(LawBroken):
        obey(stream, sizes, framer=getattr(broken_framers, name), limits=LOW)
    obey(stream, sizes, limits=LOW)
